// The FastCGI door as a process.
#include "serve_fastcgi.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <vector>

#include "net/fcgi_peers.h"
#include "observe/observation.h"
#include "serve_http.h"
#include <turngate/http/error.h>
#include <turngate/http/field_list.h>

namespace turngate {
namespace {

[[noreturn]] void refuse(const std::string& name, const std::string& value,
                         std::string_view expected) {
    throw Error(name + "=" + value + " is wrong: expected " + std::string(expected));
}

// False if `text` is no number of this base.
bool read_number(std::string_view text, unsigned& number, int base = 10) {
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number, base);
    return error == std::errc() && stop == end;
}

// The elements of a list of those who may connect; absent if there is no list. One without any
// would let everybody in.
std::vector<std::string> read_list(const ReadVariable& get, const std::string& name,
                                   std::string_view expected) {
    std::vector<std::string> out;
    const auto value = get(name);
    if (!value) return out;
    for (std::string_view list = *value; !list.empty();)
        if (const std::string_view element = take_element(list); !element.empty())
            out.emplace_back(element);
    if (out.empty()) refuse(name, *value, expected);
    return out;
}

// Of a user by its number or name.
bool read_user(const std::string& user, std::uint32_t& id) {
    if (read_number(user, id)) return true;
    std::array<char, 16 * 1024> strings;
    passwd entry{};
    passwd* found = nullptr;
    if (::getpwnam_r(user.c_str(), &entry, strings.data(), strings.size(), &found) != 0 || !found)
        return false;
    id = found->pw_uid;
    return true;
}

// By number, or by name.
unsigned group_id(const std::string& variable, const std::string& group) {
    unsigned id = 0;
    if (read_number(group, id)) return id;
    std::vector<char> text(16 * 1024);
    ::group entry{};
    ::group* found = nullptr;
    while (::getgrnam_r(group.c_str(), &entry, text.data(), text.size(), &found) == ERANGE)
        text.resize(2 * text.size());
    if (!found) refuse(variable, group, "the name or the number of a group there is");
    return found->gr_gid;
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
        if (!read_number(*mode, out.socket.mode, 8) || out.socket.mode > 0777)
            refuse("TURNGATE_SOCKET_MODE", *mode, "an octal number, as 0660");
    if (const auto group = get("TURNGATE_SOCKET_GROUP"); group && !group->empty())
        out.socket.group = group_id("TURNGATE_SOCKET_GROUP", *group);
    const std::string users = "TURNGATE_SOCKET_USERS";
    constexpr std::string_view users_expected = "users with commas between, as 0,www-data";
    for (const std::string& user : read_list(get, users, users_expected)) {
        out.users.emplace_back();
        if (!read_user(user, out.users.back())) refuse(users, user, users_expected);
    }
    const std::string peers = "FCGI_WEB_SERVER_ADDRS";
    out.peers = read_list(get, peers, "IP addresses with commas between, as 127.0.0.1,10.0.0.0/8");
    try {
        const net::FcgiPeers checked(out.peers, {});
    } catch (const std::invalid_argument& e) {
        throw Error(peers + " is wrong: " + e.what());
    }
    out.mount = get("TURNGATE_MOUNT").value_or("");
    if (!out.mount.empty() && out.mount != "SCRIPT_NAME" && !out.mount.starts_with('/'))
        refuse("TURNGATE_MOUNT", out.mount, "a path, as /app, or SCRIPT_NAME");
    out.trust_remote_user = is_on(get, "TURNGATE_TRUST_REMOTE_USER");
    out.pass_dot_segments = is_on(get, "TURNGATE_PASS_DOT_SEGMENTS");
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
