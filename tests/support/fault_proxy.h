// A TCP proxy that does to the bytes in both directions what networks and bad peers do.
#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <string>
#include <thread>

#include <turngate/os/fd.h>
#include <turngate/os/socket.h>

namespace turngate::test {

// What happens to one direction.
struct Faults {
    enum class Then { close, reset, half_close, hang };

    std::chrono::milliseconds delay{0};    // before the first byte
    std::size_t piece = 64 * 1024;         // bytes passed on at once; 1: it drips
    std::chrono::milliseconds pause{0};    // between two pieces
    std::uint64_t cut_after = UINT64_MAX;  // so many bytes are passed on, and then...
    Then then = Then::close;
    bool reads = true;      // false: accepts, and takes nothing
    std::string find = {};  // the first of these becomes `lie`, if it comes at once
    std::string lie = {};
};

// Each connection is passed on to `target` by one of its own, on threads of its own.
class FaultProxy {
  public:
    FaultProxy(os::Address target, Faults to_server, Faults to_client);
    FaultProxy(const FaultProxy&) = delete;
    FaultProxy& operator=(const FaultProxy&) = delete;
    ~FaultProxy();

    os::Address address() const { return os::local_address(listener_.get()); }

  private:
    struct Pair {
        os::Fd client, server;
        std::thread forth, back;
    };

    void accept();
    void pass(const os::Fd& from, const os::Fd& to, Faults faults) const;
    bool wait(std::chrono::milliseconds time) const;
    static void end(const os::Fd& one, const os::Fd& other, Faults::Then then);

    const os::Address target_;
    const Faults to_server_, to_client_;
    os::Fd listener_;
    os::WakeUp ended_;
    std::list<Pair> pairs_;  // of the accepting thread until it ends
    std::thread accepting_;
};

}  // namespace turngate::test
