// Never more than one block under way in each direction.
#include "upstream_tunnel.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <memory>
#include <optional>
#include <poll.h>
#include <sys/epoll.h>
#include <system_error>

#include <turngate/http/error.h>
#include <turngate/os/fd.h>

namespace turngate {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds look_up{100};  // whether we are to stop
constexpr std::chrono::hours long_enough{1};

// The news of two descriptors by Parking, which takes one: an epoll of both, which is itself ready
// whenever one of them has become so.
class Both {
  public:
    // Throws std::system_error.
    Both(Parking& parking, int one, int other) : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
        for (const int fd : {one, other}) {
            epoll_event event{};
            event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
            if (!epoll_ || ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0)
                throw std::system_error(errno, std::generic_category(), "epoll");
        }
        watch_ = parking.watch(epoll_.get());
    }
    void wait(Clock::time_point until) const { watch_->wait(until); }

  private:
    os::Fd epoll_;
    std::unique_ptr<Watch> watch_;
};

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

    // From now on wait() holds up no thread. Without descriptors it does.
    void wait_by(Parking& parking) noexcept try {
        both_.emplace(parking, client_.fd(), upstream_.fd());
    } catch (const std::exception&) {
    }

    // For all that move() may find to do, though there may be nothing.
    void wait(milliseconds timeout) const {
        if (both_) return both_->wait(Clock::now() + timeout);
        pollfd events[] = {{client_.fd(), 0, 0}, {upstream_.fd(), 0, 0}};
        if (from_client_.left.empty() && !from_client_.has_ended) events[0].events |= POLLIN;
        if (!upstream_.unread.empty()) events[0].events |= POLLOUT;
        if (upstream_.unread.empty() && !from_upstream_.has_ended) events[1].events |= POLLIN;
        if (!from_client_.left.empty() || upstream_.has_unsent()) events[1].events |= POLLOUT;
        for (pollfd& event : events)
            if (event.events == 0) event.fd = -1;  // or a reset would be told all the time
        ::poll(events, 2, static_cast<int>(std::min<milliseconds::rep>(timeout.count(), INT_MAX)));
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
    std::optional<Both> both_;
    std::array<char, 16 * 1024> block_;
    Side from_client_;
    Side from_upstream_;  // what is left of it is the connection's
};

}  // namespace

void join_connections(RawConnection& client, UpstreamConnection& upstream, milliseconds idle,
                      const std::stop_token& stop, Parking* parking) {
    Tunnel tunnel(client, upstream);
    if (parking) tunnel.wait_by(*parking);
    auto moved_last = Clock::now();
    while (!tunnel.has_ended()) {
        const bool moved = tunnel.move();
        if (stop.stop_requested()) throw Cancelled("the switched connection was cancelled");
        if (moved) moved_last = Clock::now();
        if (moved || tunnel.has_ended()) continue;
        milliseconds left = long_enough;
        if (idle.count() > 0)
            left =
                std::min(left, std::chrono::ceil<milliseconds>(moved_last + idle - Clock::now()));
        if (left.count() <= 0)
            throw Cancelled("nothing moved on the switched connection for " +
                            std::to_string(idle.count()) + " ms");
        if (tunnel.is_deaf()) left = std::min(left, look_up);
        tunnel.wait(left);
    }
}

}  // namespace turngate
