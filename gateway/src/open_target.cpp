#include "open_target.h"

#include <exception>
#include <string>
#include <sys/stat.h>

#include "cli/exit_status.h"
#include <turngate/handlers/open_handler.h>
#include <turngate/http/encoding.h>

namespace turngate {
namespace {

// How to mend what open_handler() refused, where the file behind the URI tells.
std::string advice(std::string_view uri) {
    const auto colon = uri.find(':');
    const std::string_view scheme = uri.substr(0, colon);
    if (scheme.starts_with("http"))
        return "write http://127.0.0.1:9000, or http+unix:/run/app.sock, and options as ?timeout=30s";
    if (colon == uri.npos || (scheme != "cgi" && scheme != "plugin"))
        return "a target is plugin:FILE.so, cgi:PROGRAM, http://HOST:PORT or self";
    uri.remove_prefix(colon + 1);
    const std::string path = percent_decode(uri.substr(0, uri.find('?')));
    struct stat facts {};
    if (::stat(path.c_str(), &facts) != 0)
        return "build it first, or check the path: it is relative to the current directory";
    if (!S_ISREG(facts.st_mode)) return "name the file itself";
    if (scheme == "cgi" && (facts.st_mode & 0111) == 0) return "chmod +x " + path;
    return scheme == "plugin" ? "a plug-in is a shared library that has a TURNGATE_PLUGIN" : "";
}

}  // namespace

HandlerPtr open_target(std::string_view uri, HandlerPtr self) {
    if (uri == "self" && self) return self;
    if (uri == "self")
        throw cli::CommandError(
            cli::exit_status::no_target, "target self: no handler is linked into this program",
            "name one with -t, such as -t plugin:./handler.so or -t cgi:./program");
    try {
        return open_handler(uri);
    } catch (const std::exception& e) {
        throw cli::CommandError(cli::exit_status::no_target,
                                std::string("cannot open the target: ") + e.what(), advice(uri));
    }
}

}  // namespace turngate
