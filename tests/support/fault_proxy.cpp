// Two threads a connection, each with one direction.
#include "support/fault_proxy.h"

#include <algorithm>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace turngate::test {

FaultProxy::FaultProxy(os::Address target, Faults to_server, Faults to_client)
    : target_(std::move(target)),
      to_server_(std::move(to_server)),
      to_client_(std::move(to_client)),
      listener_(os::listen_on({"", "127.0.0.1", 0})),
      accepting_([this] { accept(); }) {}

FaultProxy::~FaultProxy() {
    ended_.signal();
    accepting_.join();
    for (Pair& pair : pairs_) {
        ::shutdown(pair.client.get(), SHUT_RDWR);
        ::shutdown(pair.server.get(), SHUT_RDWR);
        pair.forth.join();
        pair.back.join();
    }
}

void FaultProxy::accept() {
    for (;;) {
        pollfd events[] = {{listener_.get(), POLLIN, 0}, {ended_.fd(), POLLIN, 0}};
        ::poll(events, 2, -1);
        if (events[1].revents != 0) return;
        os::Fd client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (!client) continue;
        os::Fd server;
        try {
            server = os::connect_to(target_, std::chrono::milliseconds(5000));
        } catch (const std::system_error&) {  // the client sees the end
            continue;
        }
        Pair& pair = pairs_.emplace_back();
        pair.client = std::move(client);
        pair.server = std::move(server);
        pair.forth = std::thread([&, this] { pass(pair.client, pair.server, to_server_); });
        pair.back = std::thread([&, this] { pass(pair.server, pair.client, to_client_); });
    }
}

void FaultProxy::pass(const os::Fd& from, const os::Fd& to, Faults faults) const {
    if (!faults.reads || !wait(faults.delay)) return;
    std::vector<char> block(64 * 1024);
    for (std::uint64_t left = faults.cut_after; left > 0;) {
        const ssize_t n = ::recv(from.get(), block.data(), block.size(), 0);
        if (n < 0) return end(from, to, Faults::Then::reset);
        if (n == 0) {
            ::shutdown(to.get(), SHUT_WR);
            return;
        }
        std::string bytes(block.data(), static_cast<std::size_t>(n));
        const std::size_t at = faults.find.empty() ? bytes.npos : bytes.find(faults.find);
        if (at != bytes.npos) bytes.replace(at, faults.find.size(), faults.lie);
        for (std::size_t sent = 0; sent < bytes.size() && left > 0;) {
            const std::size_t size = static_cast<std::size_t>(
                std::min<std::uint64_t>({faults.piece, bytes.size() - sent, left}));
            const ssize_t passed = ::send(to.get(), bytes.data() + sent, size, MSG_NOSIGNAL);
            if (passed <= 0) return end(from, to, Faults::Then::reset);
            sent += static_cast<std::size_t>(passed);
            left -= static_cast<std::uint64_t>(passed);
            if (faults.pause.count() > 0 && !wait(faults.pause)) return;
        }
    }
    end(to, from, faults.then);
}

// False when the proxy ends.
bool FaultProxy::wait(std::chrono::milliseconds time) const {
    if (time.count() <= 0) return true;
    pollfd event = {ended_.fd(), POLLIN, 0};
    return ::poll(&event, 1, static_cast<int>(time.count())) == 0;
}

// `one` is where the bytes were to go. The descriptors are closed with the proxy alone.
void FaultProxy::end(const os::Fd& one, const os::Fd& other, Faults::Then then) {
    switch (then) {
        case Faults::Then::hang:
            return;
        case Faults::Then::half_close:
            ::shutdown(one.get(), SHUT_WR);
            return;
        case Faults::Then::close:
            ::shutdown(one.get(), SHUT_RDWR);
            ::shutdown(other.get(), SHUT_RDWR);
            return;
        case Faults::Then::reset: {
            // A connection to nowhere resets this one, and the number stays ours.
            for (const os::Fd* fd : {&one, &other}) {
                sockaddr nowhere{};
                nowhere.sa_family = AF_UNSPEC;
                // ThreadSanitizer takes connect() for a new descriptor.
                ::syscall(SYS_connect, fd->get(), &nowhere, sizeof nowhere);
            }
        }
    }
}

}  // namespace turngate::test
