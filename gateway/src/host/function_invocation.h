// One invocation of a function: what it is asked, and what comes of it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "host/notice.h"
#include "log_tail.h"

namespace turngate::host {

struct InvocationInput {
    std::string id;
    std::string event;  // JSON
    std::string trace_id = {};
    std::string client_context = {};  // JSON; empty: none
    std::string tenant_id = {};       // empty: none
    // The caller takes a streamed reply as it comes; else it is gathered, and is one payload.
    bool takes_stream = false;
};

struct InvocationResult {
    std::string payload = {};       // of a stream: empty
    std::string content_type = {};  // as the function gave it
    // What went wrong: "Function.Unknown", "Runtime.ExitError"; empty: nothing did. The payload
    // then is {errorMessage, errorType, ...}.
    std::string error_type = {};
    std::uint64_t refused = 0;  // bytes of a reply that was too large
    bool is_of_init = false;    // it went wrong before the function had its first event
};

// Three may be at it: who waits for the result, the function's side, and who finds that there will
// be none. The last two agree by claim() who ends it. Thread-safe.
class FunctionInvocation {
  public:
    using Clock = std::chrono::steady_clock;
    enum class Stage { running, streaming, ended };

    FunctionInvocation(InvocationInput asked, std::uint64_t line_number)
        : input(std::move(asked)), number(line_number) {}
    FunctionInvocation(const FunctionInvocation&) = delete;
    FunctionInvocation& operator=(const FunctionInvocation&) = delete;

    const InvocationInput input;
    const std::uint64_t number;  // of its lines in the log
    LogTail log{nullptr};

    // When the function got it, and how long its instance took to start for it, or to go on behind
    // its snapshot; of whoever hands it over, and behind that of who has claimed it.
    Clock::time_point begun{};
    std::optional<Clock::duration> init{};
    std::optional<Clock::duration> restore{};

    // -- for who waits

    // `notice` is signalled when the stage changes, and when a stream has more. Null: nobody waits.
    void attend(const Notice* notice);
    Stage stage() const;
    // Whether it streams, or did.
    bool is_stream() const;
    // Of the stream, if it is one.
    std::string stream_type() const;
    // What of the stream has not been taken yet. Of one that has ended: the rest, first.
    std::string take_stream();
    // REQUIRES: it has ended.
    const InvocationResult& result() const noexcept { return result_; }
    // What is streamed from now on is dropped.
    void abandon();

    // -- for who ends it

    // True for the first who calls.
    bool claim();
    // REQUIRES: claimed by the caller.
    void end(InvocationResult result);

    // -- for the function's side

    void begin_stream(std::string content_type);
    // Blocks while who waits is slow. False once it is over: the bytes have been dropped.
    bool stream(std::string_view bytes);

  private:
    void tell() const;

    mutable std::mutex mutex_;  // of all below, and of result_ until it has ended
    std::condition_variable room_;
    const Notice* notice_ = nullptr;
    Stage stage_ = Stage::running;
    bool is_stream_ = false;
    std::string stream_type_;
    std::string piece_;
    bool is_claimed_ = false;
    bool is_abandoned_ = false;
    InvocationResult result_;
};

using InvocationPtr = std::shared_ptr<FunctionInvocation>;

}  // namespace turngate::host
