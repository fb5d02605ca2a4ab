// Writing to what may not take it.
#include "observe/log_sink.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace turngate {
namespace {

// A description of its own of the pipe or terminal behind `fd`, since O_NONBLOCK on the shared one
// would make other processes fail. Empty for what never blocks for long, and where there is none:
// a second description of a file would have an offset of its own.
os::Fd reopened(int fd, const struct stat& facts) {
    if (!S_ISFIFO(facts.st_mode) && !S_ISCHR(facts.st_mode)) return {};
    const std::string path = "/proc/self/fd/" + std::to_string(fd);
    return os::Fd(::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
}

}  // namespace

LogSink::LogSink(int fd, std::chrono::milliseconds patience) : given_(fd), patience_(patience) {
    struct stat facts {};
    if (::fstat(fd, &facts) != 0) return;
    is_socket_ = S_ISSOCK(facts.st_mode);
    own_ = reopened(fd, facts);
}

bool LogSink::write(std::string_view line) noexcept {
    const std::lock_guard lock(mutex_);
    try {
        if (!rest_.empty()) {
            std::string_view rest = rest_;
            if (!send(rest)) {
                rest_.erase(0, rest_.size() - rest.size());
                return drop();
            }
            rest_.clear();
        }
        std::string_view left = line;
        if (send(left)) {
            stalled_ = false;
            return true;
        }
        if (left.size() == line.size()) return drop();
        rest_ = left;  // half a line is worse than a late one
        return true;
    } catch (...) {  // closed, or the disk is full
        rest_.clear();
        return drop();
    }
}

// True if all of `bytes` went out; else what is left of it. Throws when nothing will.
bool LogSink::send(std::string_view& bytes) {
    const int fd = own_ ? own_.get() : given_;
    while (!bytes.empty()) {
        pollfd room = {fd, POLLOUT, 0};
        std::size_t n = 0;
        if (is_socket_) {
            const ssize_t sent =
                ::send(fd, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
            if (sent < 0 && errno != EAGAIN && errno != EINTR)
                throw std::system_error(errno, std::generic_category());
            n = sent < 0 ? 0 : static_cast<std::size_t>(sent);
        } else if (own_ || ::poll(&room, 1, 0) > 0) {
            n = os::write_some(fd, bytes);
        }
        bytes.remove_prefix(n);
        if (n > 0) continue;
        if (stalled_ || ::poll(&room, 1, static_cast<int>(patience_.count())) <= 0) {
            stalled_ = true;
            return false;
        }
    }
    return true;
}

bool LogSink::drop() noexcept {
    dropped_.fetch_add(1, std::memory_order_relaxed);
    return false;
}

std::uint64_t LogSink::take_recovered() noexcept {
    const std::lock_guard lock(mutex_);
    const std::uint64_t all = dropped();
    if (stalled_ || all == reported_) return 0;
    return all - std::exchange(reported_, all);
}

}  // namespace turngate
