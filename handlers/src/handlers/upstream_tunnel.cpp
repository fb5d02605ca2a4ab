// poll() on both, and never more than one block under way in each direction.
#include "upstream_tunnel.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <poll.h>
#include <system_error>

#include <turngate/http/error.h>

namespace turngate {
namespace {

constexpr std::chrono::milliseconds look_up{100};  // whether we are to stop

class Tunnel {
  public:
    Tunnel(RawConnection& client, UpstreamConnection& upstream)
        : client_(client), upstream_(upstream) {}

    bool has_ended() const {
        return from_client_.has_ended && from_upstream_.has_ended && from_client_.left.empty() &&
               upstream_.unread.empty() && !upstream_.has_unsent();
    }

    // Does what can be done at once; true if that was anything.
    bool move() {
        const bool forth = move_forth();
        return move_back() || forth;
    }

    // The end of the upstream wakes who waits for it; for the client alone there is none to wait.
    bool is_deaf() const { return from_client_.left.empty() && !upstream_.unread.empty(); }

    void wait(int timeout) const {
        pollfd events[] = {{client_.fd(), 0, 0}, {upstream_.fd(), 0, 0}};
        if (from_client_.left.empty() && !from_client_.has_ended) events[0].events |= POLLIN;
        if (!upstream_.unread.empty()) events[0].events |= POLLOUT;
        if (upstream_.unread.empty() && !from_upstream_.has_ended) events[1].events |= POLLIN;
        if (!from_client_.left.empty() || upstream_.has_unsent()) events[1].events |= POLLOUT;
        for (pollfd& event : events)
            if (event.events == 0) event.fd = -1;  // or a reset would be told all the time
        ::poll(events, 2, timeout);
    }

  private:
    struct Side {
        std::string_view left;  // read and not yet written to the other side
        bool has_ended = false;
    };

    bool move_forth() {
        bool moved = false;
        if (upstream_.has_unsent()) upstream_.send_now({});
        if (from_client_.left.empty() && !from_client_.has_ended) {
            const std::optional<std::size_t> n = client_.read(block_);
            if (!n) return false;
            from_client_.left = {block_.data(), *n};
            from_client_.has_ended = *n == 0;
            if (*n == 0) upstream_.end_output();
            moved = true;
        }
        if (from_client_.left.empty()) return moved;
        const std::size_t n = upstream_.send_now(from_client_.left, {});
        from_client_.left.remove_prefix(n);
        return moved || n > 0;
    }

    bool move_back() {
        bool moved = false;
        if (upstream_.unread.empty() && !from_upstream_.has_ended) {
            const auto got = upstream_.receive_now();
            if (got == UpstreamConnection::Received::nothing) return false;
            from_upstream_.has_ended = got == UpstreamConnection::Received::end;
            if (from_upstream_.has_ended) client_.end_output();
            moved = true;
        }
        if (upstream_.unread.empty()) return moved;
        const std::size_t n = client_.write(upstream_.unread);
        upstream_.unread.remove_prefix(n);
        return moved || n > 0;
    }

    RawConnection& client_;
    UpstreamConnection& upstream_;
    std::array<char, 16 * 1024> block_;
    Side from_client_;
    Side from_upstream_;  // what is left of it is the connection's
};

}  // namespace

void join_connections(RawConnection& client, UpstreamConnection& upstream,
                      std::chrono::milliseconds idle, const std::stop_token& stop) {
    Tunnel tunnel(client, upstream);
    using Clock = std::chrono::steady_clock;
    auto moved_last = Clock::now();
    while (!tunnel.has_ended()) {
        const bool moved = tunnel.move();
        if (stop.stop_requested()) throw Cancelled("the switched connection was cancelled");
        if (moved) moved_last = Clock::now();
        if (moved || tunnel.has_ended()) continue;
        auto left = std::chrono::milliseconds::max();
        if (idle.count() > 0)
            left = std::chrono::ceil<std::chrono::milliseconds>(moved_last + idle - Clock::now());
        if (left.count() <= 0)
            throw Cancelled("nothing moved on the switched connection for " +
                            std::to_string(idle.count()) + " ms");
        if (tunnel.is_deaf()) left = std::min(left, look_up);
        tunnel.wait(static_cast<int>(std::min<std::int64_t>(left.count(), INT_MAX)));
    }
}

}  // namespace turngate
