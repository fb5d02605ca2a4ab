#include "cli/host_session.h"

#include <exception>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "cli/announced_door.h"
#include "cli/exit_status.h"
#include "cli/listen_options.h"
#include "host/host_lines.h"
#include "signals.h"

namespace turngate::cli {

std::unique_ptr<HttpDoor> host_door(const Invocation& invocation, HttpOptions defaults) {
    try {
        return http_door(listen_options(invocation, std::move(defaults)));
    } catch (const std::invalid_argument& e) {
        throw CommandError(exit_status::usage, e.what(), "write --host 127.0.0.1 -p 8080");
    } catch (const std::system_error& e) {
        throw CommandError(exit_status::usage, e.what(), "-p 0 takes any port that is free");
    }
}

std::function<void(const host::Line& line)> line_printer(Invocation& invocation) {
    return [&](const host::Line& line) {
        try {
            if (invocation.verbosity >= 0 || line.kind == host::Line::Kind::breach)
                invocation.out.write(line_text(line, invocation.out.terminal())).flush();
        } catch (const std::exception&) {  // nobody reads it: requests are served all the same
        }
    };
}

int serve_hosted(Invocation& invocation, HttpDoor& door, HandlerPtr handler,
                 const std::function<std::string(const std::string& url)>& more) {
    const auto say_listening = [&](const std::string& address) {
        if (invocation.verbosity < 0) return;
        const std::string url = url_of(address);
        std::string text = "turngate " + std::string(invocation.command.name) + "  ";
        for (const std::string& word : invocation.arguments.operands())
            text += ' ' + word;
        text += "\n  http       " + url + '\n';
        invocation.err.write(more ? text + more(url) : text);
    };
    AnnouncedDoor announced(door, say_listening);
    return serve_until_signal(announced, std::move(handler));
}

int hosted_status(Invocation& invocation, const Hosted& hosted) {
    if (invocation.verbosity >= 0)
        invocation.out.write(hosted.done + "   " + std::to_string(hosted.breaches) +
                             (hosted.breaches == 1 ? " breach" : " breaches") +
                             " of the protocol\n");
    if (hosted.breaches > 0 && invocation.arguments.on("strict")) return exit_status::wrong_answer;
    return hosted.status;
}

}  // namespace turngate::cli
