// recv(), send(), sendmsg() and epoll_wait(), without the points of cancellation of pthreads.
//
// In a program of several threads glibc brackets each of these calls by two atomic operations, so
// that pthread_cancel() may end a thread there, which nothing here does. Of an answer that takes
// two calls and a few microseconds that is a part to be seen.
#pragma once

#include <cstddef>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

namespace turngate::os {

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define TURNGATE_INTERCEPTED_IO
#endif
#elif defined(__SANITIZE_THREAD__)
#define TURNGATE_INTERCEPTED_IO
#endif

// What each returns and sets errno to is what recv(2), send(2), sendmsg(2) and epoll_wait(2) tell.
#if defined(TURNGATE_INTERCEPTED_IO)  // ThreadSanitizer sees what it knows by name

inline ssize_t receive(int fd, void* into, std::size_t size, int flags) noexcept {
    return ::recv(fd, into, size, flags);
}
inline ssize_t send(int fd, const void* bytes, std::size_t size, int flags) noexcept {
    return ::send(fd, bytes, size, flags);
}
inline ssize_t send(int fd, const msghdr& message, int flags) noexcept {
    return ::sendmsg(fd, &message, flags);
}
inline int wait(int epoll, epoll_event* events, int most, int timeout_ms) noexcept {
    return ::epoll_wait(epoll, events, most, timeout_ms);
}

#else

inline ssize_t receive(int fd, void* into, std::size_t size, int flags) noexcept {
    return ::syscall(SYS_recvfrom, fd, into, size, flags, nullptr, nullptr);
}
inline ssize_t send(int fd, const void* bytes, std::size_t size, int flags) noexcept {
    return ::syscall(SYS_sendto, fd, bytes, size, flags, nullptr, 0);
}
inline ssize_t send(int fd, const msghdr& message, int flags) noexcept {
    return ::syscall(SYS_sendmsg, fd, &message, flags);
}
inline int wait(int epoll, epoll_event* events, int most, int timeout_ms) noexcept {
    return static_cast<int>(
        ::syscall(SYS_epoll_pwait, epoll, events, most, timeout_ms, nullptr, 0));
}

#endif

}  // namespace turngate::os
