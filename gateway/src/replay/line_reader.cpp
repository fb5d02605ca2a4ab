// Lines from a descriptor, in bounded memory.
#include "replay/line_reader.h"

#include <cerrno>
#include <cstring>
#include <poll.h>
#include <system_error>
#include <unistd.h>

namespace turngate::replay {
namespace {

constexpr std::size_t block = 256 * 1024;

// False if `wake_fd` became readable first.
bool wait_readable(int fd, int wake_fd) {
    for (;;) {
        pollfd both[] = {{wake_fd, POLLIN, 0}, {fd, POLLIN, 0}};
        if (::poll(both, 2, -1) < 0) {
            if (errno == EINTR) continue;
            return true;  // let read() say what is wrong
        }
        return both[0].revents == 0;
    }
}

}  // namespace

// 0 at the end, and when it was woken.
std::size_t LineReader::read(std::span<char> into) {
    for (;;) {
        // Also where nothing may wake us: a FIFO without a writer is at its end to read(), and not
        // to poll().
        if (!wait_readable(fd_, wake_fd_)) return 0;
        const ssize_t n = ::read(fd_, into.data(), into.size());
        if (n >= 0) return static_cast<std::size_t>(n);
        if (errno != EINTR && errno != EAGAIN)
            throw std::system_error(errno, std::generic_category(), "cannot read");
    }
}

bool LineReader::fill() {
    if (begin_ > 0) {
        std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    if (buffer_.size() - end_ < block) buffer_.resize(end_ + block);
    const std::span<char> room = std::span(buffer_).subspan(end_);
    const std::size_t n =
        gunzip_ ? gunzip_->read(room, [this](std::span<char> packed) { return read(packed); })
                : read(room);
    end_ += n;
    at_end_ = n == 0;
    return n > 0;
}

bool LineReader::would_wait() {
    while (!at_end_ && end_ - begin_ <= max_line_) {
        if (end_ > begin_ && std::memchr(buffer_.data() + begin_, '\n', end_ - begin_)) break;
        pollfd readable{fd_, POLLIN, 0};
        if (::poll(&readable, 1, 0) <= 0) return true;
        fill();
    }
    return false;
}

LineReader::Status LineReader::next(std::string_view& line) {
    bool too_long = false;
    std::size_t searched = 0;
    size_ = 0;
    offset_ = next_offset_;
    for (;;) {
        const char* from = buffer_.data() + begin_;
        const std::size_t here = end_ - begin_;
        const void* found =
            here > searched ? std::memchr(from + searched, '\n', here - searched) : nullptr;
        if (found || at_end_) {
            const std::size_t n =
                found ? static_cast<std::size_t>(static_cast<const char*>(found) - from) : here;
            if (!found && n == 0 && !too_long) return Status::end;
            line = {from, n};
            begin_ += n + (found ? 1 : 0);
            size_ += n;
            next_offset_ = offset_ + size_ + (found ? 1 : 0);
            return too_long || n > max_line_ ? Status::too_long : Status::line;
        }
        searched = here;
        if (here > max_line_) {  // drop what is known to be of no use
            too_long = true;
            size_ += here;
            begin_ = end_;
            searched = 0;
        }
        fill();
    }
}

}  // namespace turngate::replay
