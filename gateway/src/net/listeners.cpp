// Listening, and what to do when there are too many.
#include "net/listeners.h"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <iterator>
#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string_view>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

#include <turngate/os/socket.h>

namespace turngate::net {
namespace {

constexpr std::uint32_t one_event = EPOLLIN | EPOLLONESHOT;
// What the kernel keeps for a client beside what is on its way, in bytes. Without a bound some
// thousand who do not read fill all the memory that it has for TCP, and then everybody's packets
// wait.
constexpr int most_unsent = 128 * 1024;
constexpr int most_ignored = 16;   // reads from who is turned away
constexpr int most_failures = 64;  // in a row, until accepting has to wait a moment

os::Fd open_reserve() {
    return os::Fd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
}

os::Fd take_over(int fd) {
    int type = 0, is_listening = 0;
    socklen_t size = sizeof type;
    if (::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) != 0 || type != SOCK_STREAM ||
        ::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &is_listening, &size) != 0 || !is_listening)
        throw std::invalid_argument("the inherited descriptor " + std::to_string(fd) +
                                    " is not a listening stream socket");
    ::fcntl(fd, F_SETFD, FD_CLOEXEC);
    return os::Fd(fd);
}

}  // namespace

Listeners::Listeners(const HttpOptions& options, std::string_view busy,
                     const os::SocketAccess& access)
    : busy_(busy), reserve_(open_reserve()) {
    for (const int fd : options.inherited)
        fds_.push_back(take_over(fd));
    if (fds_.empty()) {
        for (const std::string& text : options.listen) {
            const os::Address address = os::Address::parse(text);
            fds_.push_back(os::listen_on(address, SOMAXCONN, access));
            if (!address.path.empty()) paths_.push_back(address.path);
        }
        are_ours_ = true;
    }
    if (fds_.empty()) throw std::invalid_argument("a door needs an address to listen on");
    for (const os::Fd& fd : fds_) {
        os::set_nonblocking(fd.get());
        // Connections inherit it; of Unix sockets in vain.
        ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &most_unsent, sizeof most_unsent);
        addresses_.push_back(os::local_address(fd.get()).text());
        int domain = 0;
        socklen_t size = sizeof domain;
        is_local_.push_back(::getsockopt(fd.get(), SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 &&
                            domain == AF_UNIX);
    }
}

void Listeners::begin(int epoll) const {
    for (std::size_t i = 0; i < fds_.size(); ++i) {
        epoll_event event{};
        event.events = one_event;
        event.data.u64 = i;
        if (::epoll_ctl(epoll, EPOLL_CTL_ADD, fds_[i].get(), &event) != 0)
            throw std::system_error(errno, std::generic_category(), "epoll_ctl");
    }
}

bool Listeners::arm(int epoll, std::size_t index) const noexcept {
    epoll_event event{};
    event.events = one_event;
    event.data.u64 = index;
    return ::epoll_ctl(epoll, EPOLL_CTL_MOD, fds_[index].get(), &event) == 0;
}

os::Fd Listeners::accept(std::size_t index, bool& is_short) {
    if (!reserve_) reserve_ = open_reserve();
    for (int failures = 0;; ++failures) {
        os::Fd fd(::accept4(fds_[index].get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
        if (fd || errno == EAGAIN || errno == EINVAL || errno == EBADF) return fd;
        const bool is_out =
            errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
        if (!is_out && failures < most_failures)
            continue;  // accept(2): errors of the new connection, which is gone
        is_short = true;
        if (!reserve_) return {};
        reserve_.reset();
        os::Fd last(::accept4(fds_[index].get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
        if (last) turn_away(std::move(last), busy_);
        reserve_ = open_reserve();
        return {};
    }
}

void Listeners::admit_nobody() noexcept {
    for (const std::string& path : paths_)
        ::unlink(path.c_str());
    paths_.clear();
    if (!are_ours_) return;
    // To close a listener resets every connection that the kernel has made meanwhile. So it is deaf
    // to SYN first, which clients send again; then they find the port closed, and have lost
    // nothing.
    constexpr unsigned flags = 13, syn = 2;  // a byte of TCP's header, and a bit of it
    sock_filter drop_syn[] = {
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, flags),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, syn, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, 0),
        BPF_STMT(BPF_RET | BPF_K, 0xffff'ffffu),
    };
    const sock_fprog program = {std::size(drop_syn), drop_syn};
    for (const os::Fd& fd : fds_)  // of Unix sockets in vain
        ::setsockopt(fd.get(), SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}

void Listeners::close() noexcept {
    admit_nobody();
    for (os::Fd& fd : fds_)
        fd.reset();
}

void Listeners::turn_away(os::Fd fd, std::string_view busy) noexcept {
    if (!busy.empty()) ::send(fd.get(), busy.data(), busy.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    ::shutdown(fd.get(), SHUT_WR);
    // What has been sent is read, or closing would reset the connection and destroy the answer.
    // But not for ever: others wait for the listener.
    std::array<char, 16 * 1024> ignored;
    for (int i = 0; i < most_ignored; ++i)
        if (::recv(fd.get(), ignored.data(), ignored.size(), MSG_DONTWAIT) <= 0) return;
}

}  // namespace turngate::net
