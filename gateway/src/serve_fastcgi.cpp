// The FastCGI door as a process.
#include "serve_fastcgi.h"

#include <charconv>
#include <fcntl.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

#include "observe/observation.h"
#include "serve_http.h"
#include <turngate/http/error.h>
#include <turngate/http/field_list.h>

namespace turngate {
namespace {

[[noreturn]] void refuse(const std::string& name, const std::string& value, const char* expected) {
    throw Error(name + "=" + value + " is wrong: expected " + expected);
}

// False if `text` is no number of this base.
bool read_number(std::string_view text, unsigned& number, int base = 10) {
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number, base);
    return error == std::errc() && stop == end;
}

bool is_place_of_http(const std::string& name) {
    return name == "PORT" || name == "HOST" || name == "AWS_LAMBDA_HTTP_ENDPOINT";
}

}  // namespace

FastcgiOptions fastcgi_options(const ReadVariable& get) {
    FastcgiOptions out;
    out.common = http_options(
        [&](const std::string& name) {
            return is_place_of_http(name) ? std::optional<std::string>() : get(name);
        },
        std::move(out.common));
    if (const auto mode = get("TURNGATE_SOCKET_MODE"); mode && !mode->empty())
        if (!read_number(*mode, out.socket_mode, 8) || out.socket_mode > 0777)
            refuse("TURNGATE_SOCKET_MODE", *mode, "an octal number, as 0660");
    if (const auto users = get("TURNGATE_SOCKET_USERS"); users)
        for (std::string_view list = *users; !list.empty();) {
            const std::string_view user = take_element(list);
            if (user.empty()) continue;
            out.users.emplace_back();
            if (!read_number(user, out.users.back()))
                refuse("TURNGATE_SOCKET_USERS", *users, "user ids with commas between, as 0,33");
        }
    if (const auto peers = get("FCGI_WEB_SERVER_ADDRS"); peers)
        for (std::string_view list = *peers; !list.empty();)
            if (const std::string_view peer = take_element(list); !peer.empty())
                out.peers.emplace_back(peer);
    out.mount = get("TURNGATE_MOUNT").value_or("");
    if (!out.mount.empty() && out.mount != "SCRIPT_NAME" && !out.mount.starts_with('/'))
        refuse("TURNGATE_MOUNT", out.mount, "a path, as /app, or SCRIPT_NAME");
    if (const auto trust = get("TURNGATE_TRUST_REMOTE_USER"); trust && !trust->empty()) {
        if (*trust != "on" && *trust != "off")
            refuse("TURNGATE_TRUST_REMOTE_USER", *trust, "on or off");
        out.trust_remote_user = *trust == "on";
    }
    return out;
}

os::Fd take_listening_input() {
    int is_listening = 0;
    socklen_t size = sizeof is_listening;
    if (::getsockopt(STDIN_FILENO, SOL_SOCKET, SO_ACCEPTCONN, &is_listening, &size) != 0 ||
        is_listening == 0)
        return {};
    os::Fd socket(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3));
    const os::Fd nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (!socket || !nothing || ::dup2(nothing.get(), STDIN_FILENO) < 0)
        throw std::system_error(errno, std::generic_category(),
                                "cannot take the listening socket from standard input");
    return socket;
}

int serve_fastcgi(const std::function<HandlerPtr()>& open, FastcgiOptions options,
                  Observation& observation,
                  const std::function<void(const std::string& address)>& listening) {
    observation.equip(options.common);
    if (options.common.inherited.empty())
        if (os::Fd input = take_listening_input())
            options.common.inherited.push_back(input.release());
    const auto door = fastcgi_door(std::move(options));
    return serve_listening(*door, open, observation, listening);
}

}  // namespace turngate
