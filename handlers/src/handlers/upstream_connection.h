// One connection to an upstream: whole requests out, replies in, each within its time.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "tls.h"
#include <turngate/http/parking.h>
#include <turngate/os/fd.h>

namespace turngate {

// One thread may send while another receives. Errors of the socket are std::system_error.
class UpstreamConnection {
  public:
    using Clock = std::chrono::steady_clock;
    static constexpr std::size_t block_size = 64 * 1024;

    // Over `tls`, if that is not null, which is a stream on `fd`.
    explicit UpstreamConnection(os::Fd fd, std::unique_ptr<TlsStream> tls = nullptr);
    UpstreamConnection(const UpstreamConnection&) = delete;
    UpstreamConnection& operator=(const UpstreamConnection&) = delete;
    ~UpstreamConnection();

    int fd() const noexcept { return fd_.get(); }

    // True if nothing waits to be read, not even the end: it can carry a request. `for_certain`:
    // the system is asked, where otherwise the news of it will do.
    bool is_quiet(bool for_certain) const noexcept;

    // From now on receive() waits by `parking`, which may be null: then it holds up the thread.
    // Throws std::system_error.
    void wait_by(Parking* parking);

    // Sends what goes at once, of all; returns how much that was.
    std::size_t send_now(std::string_view head, std::string_view body);
    std::size_t send_now(std::span<const std::string_view> parts);

    // Whether something that was taken has not gone out yet, of TLS alone: send_now() of nothing,
    // and every call that receives, sends what goes.
    bool has_unsent() const noexcept { return tls_ && tls_->has_unsent(); }

    // Nothing more will be sent.
    void end_output() noexcept;

    // Sends all, waiting where the peer is slow. False if the time was up first.
    bool send(std::string_view bytes, Clock::time_point until);

    // Bytes received and not yet taken; take them off its front.
    std::string_view unread;

    enum class Received { bytes, end, nothing };

    // Both replace what is unread; REQUIRE that nothing is. Without waiting, or until `until`:
    // `nothing` if the time was up first.
    Received receive_now();
    Received receive(Clock::time_point until);

    // Ends every wait of another thread, and both directions; but not our output as long as a
    // request is sent by and by: that is for reset(), or a server would take half a request for
    // all.
    void shut() noexcept;

    // Ends it at once, so that the peer cannot take what it has for all there is. Only a Unix
    // socket cannot say so. REQUIRES that no other thread is in receive().
    void reset() noexcept;

    // Whether a request is under way that is sent by and by.
    void sends(bool is_sending) noexcept { is_sending_ = is_sending; }

    // For whoever uses it: what is sent, so that its memory is used again.
    std::string out;
    // When it became idle; absent before its first reply.
    std::optional<Clock::time_point> idle_since;
    std::size_t requests = 0;  // that it has carried

  private:
    std::size_t send_one(std::string_view bytes);

    // Not a part of its callers, which may change threads: a compiler would take errno for the same
    // place before and after.
    [[gnu::noinline]] Received receive(int flags);
    Received receive_parked(Clock::time_point until);
    [[gnu::noinline]] Received receive_tls();
    Received receive_tls(Clock::time_point until);

    os::Fd fd_;
    std::unique_ptr<TlsStream> tls_;  // before fd_ is closed
    Parking* parking_ = nullptr;
    std::unique_ptr<Watch> watch_;  // by parking_
    bool may_have_more_ = false;    // the last block was full
    std::unique_ptr<char[]> block_;
    std::chrono::milliseconds receive_timeout_{0};  // as the socket has it
    std::atomic<bool> is_sending_ = false;
};

}  // namespace turngate
