// File descriptors: an owner, whole reads and writes, pipes, and a way to wake a poll().
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <utility>

namespace turngate::os {

// Owns one descriptor and closes it. Empty when it holds -1.
class Fd {
  public:
    Fd() = default;
    explicit Fd(int fd) noexcept : fd_(fd) {}
    Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Fd& operator=(Fd&& other) noexcept {
        reset(std::exchange(other.fd_, -1));
        return *this;
    }
    ~Fd() { reset(); }

    int get() const noexcept { return fd_; }
    explicit operator bool() const noexcept { return fd_ >= 0; }
    int release() noexcept { return std::exchange(fd_, -1); }
    void reset(int fd = -1) noexcept;

  private:
    int fd_ = -1;
};

struct Pipe {
    Fd read;
    Fd write;
};

// Both ends are close-on-exec and above 2, so that they can become a child's standard streams.
// Throws std::system_error.
Pipe make_pipe();

// Throws std::system_error.
void set_nonblocking(int fd);

// Reads once, again after EINTR. Returns 0 at the end; blocks if `fd` does. Throws
// std::system_error, also for EAGAIN.
std::size_t read_some(int fd, std::span<char> into);

// Reads until `into` is full or the end comes; returns how many bytes there were.
std::size_t read_whole(int fd, std::span<char> into);

// Writes once, as much as fits; returns how much that was, 0 if `fd` is full and does not block.
// Throws std::system_error, EPIPE if nobody reads any more: never SIGPIPE, whatever the program
// does with it.
std::size_t write_some(int fd, std::string_view bytes);

// Writes all of `bytes`, waiting where a descriptor that does not block is full. Throws as
// write_some() does.
void write_whole(int fd, std::string_view bytes);

// Opens those of 0, 1 and 2 that are closed, the wrong way round, so that using them fails as
// before: nothing else may come to sit there, where others write. Before anything else is opened.
void occupy_standard_streams() noexcept;

// Lets one thread wake another out of poll(): wait for fd() to be readable. signal() may be called
// from any thread, from a stop callback and from a signal handler. It stays signalled until
// clear().
class WakeUp {
  public:
    WakeUp();  // throws std::system_error
    void signal() const noexcept;
    void clear() const noexcept;
    int fd() const noexcept { return event_.get(); }

  private:
    Fd event_;
};

}  // namespace turngate::os
