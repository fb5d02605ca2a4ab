// Handlers from shared libraries.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <turngate/http/handler.h>

namespace turngate {

// Loads the plug-in at `path` (see plugin.h) and creates its handler with `config`. The library
// stays loaded for as long as any copy of the handler lives. A path without '/' is a file here,
// not something to search for.
//
// Throws Error that names the file if it is missing, no shared library, no plug-in, or built for
// another ABI (both are named), if its create() throws or returns null, and if it is a server. Code
// of the library runs in this process: one that crashes while it loads takes the process with it.
HandlerPtr load_plugin(const std::string& path, std::string_view config = {});

// Whether the plug-in at `path` is a server, which open_handler() starts in a process of its own.
// Throws as load_plugin() does.
bool is_plugin_server(const std::string& path);

// Runs the server of the plug-in at `path` in this process, until it ends. Throws as load_plugin()
// does, if it is no server, and whatever the server throws.
void run_plugin_server(const std::string& path, const std::string& host, std::uint16_t port);

}  // namespace turngate
