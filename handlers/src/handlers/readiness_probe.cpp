#include "readiness_probe.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <poll.h>
#include <system_error>
#include <vector>

#include <turngate/http1/head_parser.h>

namespace turngate {
namespace {

using Clock = std::chrono::steady_clock;

bool is_ipv6(const os::Address& address) {
    return address.host.find(':') != address.host.npos;
}

}  // namespace

bool wait_for_any(std::span<const int> fds, Clock::time_point until) {
    std::vector<pollfd> events;
    for (int fd : fds)
        events.push_back({fd, POLLIN, 0});
    for (;;) {
        const auto ms = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
        const auto left = static_cast<int>(std::clamp<std::int64_t>(ms, 0, INT_MAX));
        const int n = ::poll(events.data(), events.size(), left);
        if (n > 0) return true;
        if (n == 0 && Clock::now() >= until) return false;
        if (n < 0 && errno != EINTR)
            throw std::system_error(errno, std::generic_category(), "poll");
    }
}

ReadinessProbe::ReadinessProbe(const Readiness& readiness, const os::Address& address)
    : readiness_(readiness), address_(address) {
    if (readiness.port != 0) address_.port = readiness.port;
    name_ = readiness.protocol == Readiness::Protocol::tcp
                ? address_.text()
                : "GET http://" + address_.text() + readiness.path;
}

std::optional<std::string> ReadinessProbe::missing(std::span<const int> ends,
                                                   Clock::time_point until) const {
    until = std::min(until, Clock::now() + longest_try);
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
    try {
        const os::Fd socket = os::connect_to(address_, std::max(left, decltype(left)(1)));
        if (readiness_.protocol == Readiness::Protocol::tcp) return std::nullopt;
        return ask(socket.get(), ends, until);
    } catch (const std::system_error& e) {
        return e.code().message();
    }
}

std::optional<std::string> ReadinessProbe::ask(int socket, std::span<const int> ends,
                                               Clock::time_point until) const {
    os::write_whole(socket, "GET " + readiness_.path + " HTTP/1.1\r\nHost: " +
                                (is_ipv6(address_) ? '[' + address_.host + ']' : address_.host) +
                                ':' + std::to_string(address_.port) +
                                "\r\nUser-Agent: turngate\r\nConnection: close\r\n\r\n");
    std::vector<int> fds = {socket};
    fds.insert(fds.end(), ends.begin(), ends.end());
    http1::ReplyHeadParser parser(false);
    std::array<char, 4096> block;
    for (;;) {
        if (!wait_for_any(fds, until)) return "did not answer";
        if (wait_for_any(ends, Clock::now())) return "ended";
        const std::size_t n = os::read_some(socket, block);
        if (n == 0) return "closed the connection without an answer";
        std::string_view bytes(block.data(), n);
        for (auto step = parser.feed(bytes); step != http1::Progress::more;
             step = parser.feed(bytes)) {
            if (step == http1::Progress::failed) return "sent no HTTP response";
            const int status = parser.take().status;
            if (status < 200 && status != 101) continue;  // interim: the answer follows
            if (contains(readiness_.healthy, status)) return std::nullopt;
            return "answered " + std::to_string(status) + ", which is not among " +
                   status_ranges_text(readiness_.healthy);
        }
    }
}

}  // namespace turngate
