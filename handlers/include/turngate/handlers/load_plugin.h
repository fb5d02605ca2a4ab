// Handlers from shared libraries.
#pragma once

#include <string>
#include <string_view>

#include <turngate/http/handler.h>

namespace turngate {

// Loads the plug-in at `path` (see plugin.h) and creates its handler with `config`. The library
// stays loaded for as long as any copy of the handler lives. A path without '/' is a file here,
// not something to search for.
//
// Throws Error that names the file if it is missing, no shared library, no plug-in, or built for
// another ABI (both are named), and if its create() throws or returns null. Code of the library
// runs in this process: one that crashes while it loads takes the process with it.
HandlerPtr load_plugin(const std::string& path, std::string_view config = {});

}  // namespace turngate
