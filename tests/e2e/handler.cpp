// A handler with the habits, good and bad, that the cases of the command line need. As a plug-in it
// is e2e_handler.so, as a program e2e_program.
#include <stdexcept>
#include <string>

#ifdef TURNGATE_PLUGIN_BUILD
#include <turngate/handlers/plugin.h>
#else
#include <turngate/turngate.h>
#endif

namespace {

using turngate::HttpError;
using turngate::Request;
using turngate::ResponseWriter;

void answer(Request& request, ResponseWriter& response) {
    const std::string& path = request.url.path;
    if (path == "/throw") throw std::runtime_error("out of luck");
    if (path == "/refuse") throw HttpError(422, "no name");
    if (path == "/break") {
        response.write("half");
        response.flush();
        throw std::runtime_error("late");
    }
    if (path == "/teapot") response.status(418);
    if (path == "/address") {
        response.write(request.remote_address + '\n');
        return;
    }
    if (path == "/log") request.context.log(turngate::Level::warn, "looked odd");
    if (path == "/binary") {
        response.header("Content-Type", "application/octet-stream")
            .write(std::string_view("\0\xff\x1b", 3));
        return;
    }
    response.header("Content-Type", "text/plain");
    response.write(request.method + ' ' + request.url.target() + '\n');
    for (const auto& [name, value] : request.headers)
        if (name.starts_with("X-") || name.starts_with("x-") ||
            turngate::iequals(name, "Content-Type"))
            response.write(std::string(name) + ": " + std::string(value) + '\n');
    response.write(request.body.text());
}

}  // namespace

#ifdef TURNGATE_PLUGIN_BUILD
static turngate::HandlerPtr create(std::string_view) {
    return turngate::to_handler(answer);
}
TURNGATE_PLUGIN("e2e", create)
#else
int main(int argc, char** argv) {
    return turngate::run(argc, argv, answer);
}
#endif
