// Whole frames, in order, to a socket that may be full.
#include "report/frame_channel.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <poll.h>
#include <sys/socket.h>
#include <system_error>
#include <utility>

#include "report/crash_drain.h"

namespace turngate {
namespace {

// Between two attempts to connect.
constexpr std::chrono::milliseconds retry{10};

}  // namespace

FrameChannel::FrameChannel(os::Fd socket, FrameFate fate, const FrameBounds& bounds,
                           Connect connect)
    : socket_(std::move(socket)),
      fate_(std::move(fate)),
      bounds_(bounds),
      connect_(std::move(connect)),
      is_connecting_(connect_ != nullptr) {
    const std::lock_guard lock(mutex_);
    if (is_connecting_) start_thread();
}

FrameChannel::~FrameChannel() {
    is_ending_ = true;
    wake_.signal();
    if (thread_.joinable()) thread_.join();
}

bool FrameChannel::send(std::string_view frame, Kind kind) noexcept {
    const std::lock_guard lock(mutex_);
    if (!is_open_) return false;
    std::size_t sent = 0;
    if (queued() == 0 && !is_connecting_) {
        sent = send_now(frame);
        if (!is_open_ || sent == frame.size()) return is_open_;
    } else if (!thread_.joinable()) {  // there was no thread to be had
        drain();
        if (!is_open_) return false;
    }
    // Of a frame of which a part is out the rest must follow, whatever it takes.
    if (sent == 0 && kind == Kind::droppable && queued() + frame.size() > bounds_.droppable) {
        dropped_.fetch_add(1, std::memory_order_relaxed);
        return is_open_;
    }
    try {
        keep(frame, sent);
    } catch (...) {  // no memory: half a frame may be out
        give_up();
    }
    return is_open_;
}

bool FrameChannel::flush(std::chrono::milliseconds patience) noexcept {
    using Clock = std::chrono::steady_clock;
    const auto until = Clock::now() + patience;
    const std::lock_guard lock(mutex_);
    for (;;) {
        drain();
        if (!is_open_ || queued() == 0) return is_open_;
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
        if (left.count() <= 0) return false;
        pollfd room = {is_connecting_ ? -1 : socket_.get(), POLLOUT, 0};
        ::poll(&room, 1, static_cast<int>((is_connecting_ ? std::min(left, retry) : left).count()));
    }
}

bool FrameChannel::end(std::chrono::milliseconds patience) noexcept {
    const bool is_sent = flush(patience);
    {
        const std::lock_guard lock(mutex_);
        if (queued() > 0) give_up();
    }
    tell_lost();
    return is_sent;
}

std::string_view FrameChannel::seize() noexcept {
    if (!lock_at_crash(mutex_)) return {};
    std::string_view frames;
    if (queued() > 0) {
        seized_.swap(queue_);
        frames = std::string_view(seized_).substr(begun_);
        sent_ = begun_ = 0;
        is_open_ = is_connecting_ = false;
    }
    mutex_.unlock();
    return frames;
}

// How much the socket took.
std::size_t FrameChannel::send_now(std::string_view bytes) noexcept {
    for (;;) {
        const ssize_t n =
            ::send(socket_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n >= 0) return static_cast<std::size_t>(n);
        if (errno == EINTR) continue;
        if (errno != EAGAIN && errno != ENOBUFS) give_up();
        return 0;
    }
}

// Sends of the queue what fits.
void FrameChannel::drain() {
    while (is_connected() && is_open_ && queued() > 0) {
        const std::size_t n = send_now(std::string_view(queue_).substr(sent_));
        if (n == 0) break;
        advance(n);
    }
    if (queued() == 0) {
        queue_ = {};
        sent_ = begun_ = 0;
    } else if (begun_ > queue_.size() / 2) {
        queue_.erase(0, begun_);
        sent_ -= std::exchange(begun_, 0);
    }
}

bool FrameChannel::is_connected() noexcept {
    if (!is_connecting_) return true;
    const int error = connect_(socket_.get());
    if (error == EAGAIN) return false;
    is_connecting_ = false;
    if (error != 0) give_up();
    return error == 0;
}

// So much more of the queue is sent.
void FrameChannel::advance(std::size_t sent) noexcept {
    const std::size_t last = std::string_view(queue_).substr(sent_, sent).rfind('\0');
    if (last != std::string_view::npos) begun_ = sent_ + last + 1;
    sent_ += sent;
}

// `sent` is not 0 only where nothing else waits.
void FrameChannel::keep(std::string_view frame, std::size_t sent) {
    if (queued() + frame.size() - sent > bounds_.all) return give_up();
    const bool is_first = queued() == 0;
    queue_ += frame;
    if (!is_first) return;
    advance(sent);
    start_thread();
    wake_.signal();
}

void FrameChannel::start_thread() {
    try {
        if (!thread_.joinable()) thread_ = std::thread([this] { send_in_background(); });
    } catch (const std::system_error&) {  // each send() tries then
    }
}

// The descriptor stays, for the thread may wait for it.
void FrameChannel::give_up() noexcept {
    is_open_ = is_connecting_ = false;
    lost_ = std::exchange(queue_, {});
    lost_.erase(0, begun_);
    sent_ = begun_ = 0;
    ::shutdown(socket_.get(), SHUT_RDWR);
    wake_.signal();
}

// When this returns all that is lost has been told, by whomever.
void FrameChannel::tell_lost() noexcept {
    const std::lock_guard order(telling_);
    std::string lost;
    {
        const std::lock_guard lock(mutex_);
        lost.swap(lost_);
    }
    if (!lost.empty()) dropped_.fetch_add(fate_.lost(lost), std::memory_order_relaxed);
}

void FrameChannel::send_in_background() noexcept {
    bool wants_room = false, is_connecting = true;
    while (!is_ending_) {
        std::array<pollfd, 2> events = {
            {{wants_room ? socket_.get() : -1, POLLOUT, 0}, {wake_.fd(), POLLIN, 0}}};
        ::poll(events.data(), events.size(), is_connecting ? static_cast<int>(retry.count()) : -1);
        wake_.clear();
        std::uint64_t dropped = 0;
        {
            const std::lock_guard lock(mutex_);
            drain();
            is_connecting = is_connecting_;
            wants_room = queued() > 0 && !is_connecting;
            if (queued() == 0 && is_open_) dropped = take_dropped();
        }
        tell_lost();
        if (dropped == 0) continue;
        try {
            send(fate_.dropped(dropped), Kind::needed);
        } catch (...) {  // no memory: nobody is told
        }
    }
}

}  // namespace turngate
