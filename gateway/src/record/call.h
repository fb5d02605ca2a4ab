// One request and what was answered to it: as it went through, secrets and all.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <turngate/http/request.h>
#include <turngate/http/response.h>

namespace turngate::recording {

// The first bytes of a body that goes by.
class BodyCopy {
  public:
    explicit BodyCopy(std::size_t limit) : limit_(limit) {}

    void add(std::string_view bytes) {
        received_ += bytes.size();
        if (bytes.size() > room())
            overflow();
        else
            bytes_ += bytes;
    }
    // There is more than is kept, and a part is of no use.
    void overflow() noexcept {
        overflowed_ = true;
        bytes_ = {};
    }
    void end() noexcept { ended_ = true; }
    // Reading it has failed, and would again: perhaps after a long wait.
    void fail() noexcept { failed_ = true; }

    std::uint64_t received() const noexcept { return received_; }
    bool ended() const noexcept { return ended_; }
    bool failed() const noexcept { return failed_; }
    bool overflowed() const noexcept { return overflowed_; }
    std::size_t room() const noexcept { return overflowed_ ? 0 : limit_ - bytes_.size(); }
    std::string& bytes() noexcept { return bytes_; }

  private:
    std::string bytes_;
    std::size_t limit_;
    std::uint64_t received_ = 0;
    bool ended_ = false;
    bool failed_ = false;
    bool overflowed_ = false;
};

struct Call {
    explicit Call(std::size_t body_limit) : request_body(body_limit), reply_body(body_limit) {}

    std::uint64_t number = 0;  // in the order of arrival
    Request request;           // without its body and context
    std::string request_id;
    BodyCopy request_body;
    Response reply;  // without its body
    BodyCopy reply_body;
    std::chrono::system_clock::time_point time;
    std::chrono::steady_clock::duration duration{};
    std::string problem;         // why it cannot be kept; empty if it can
    bool has_trailers = false;   // of the request or of the reply
    bool is_head_known = false;  // the status and the fields of the reply are
};

// Where calls go. Both are called from any thread, several at once.
class CallSink {
  public:
    virtual ~CallSink() = default;

    // A request has come; returns its number.
    virtual std::uint64_t arrived() noexcept = 0;

    // Its client has the reply, or has gone.
    virtual void ended(Call call) = 0;
};

}  // namespace turngate::recording
