// A handler by the name that the command line and configuration files give it.
#pragma once

#include <string_view>

#include <turngate/http/handler.h>

namespace turngate {

// Opens
//   cgi:PATH[?timeout=30s&max=64&arg=A&arg=B&inherit=NAME]     a program (cgi_program)
//   files:DIR[?index=index.html&cache-control=no-cache]        the files of a directory
//   (static_files) plugin:PATH[?config=TEXT]                                  a shared library
//   (load_plugin)
// Options are written as a URL's query: "%26" is '&', "%3F" is a '?' of the path. "//" after
// the scheme is no host: everything behind the colon is the path.
//
// Throws Error, one sentence: for an unknown scheme or option (with the nearest known one), a value
// that is none, and whatever the opened handler refuses.
HandlerPtr open_handler(std::string_view uri);

}  // namespace turngate
