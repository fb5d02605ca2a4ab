// AWS Lambda's Runtime API, version 2018-06-01, and what is needed of its Extensions API.
#pragma once

#include <chrono>
#include <functional>
#include <initializer_list>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "lambda/function_error.h"
#include "lambda/runtime_connection.h"
#include <turngate/events/lambda_context.h>

namespace turngate {

// One event to be answered.
struct LambdaInvocation {
    events::LambdaContext context;
    std::string event;

    // From a reply to /next. Throws ProtocolError if it has no usable request id, for then nothing
    // can be answered.
    static LambdaInvocation of(RuntimeReply reply);
};

// Whether Lambda took what was sent for an invocation; if not, why, in one sentence. It then has
// nothing to be told about it any more.
struct Delivery {
    bool taken = true;
    std::string problem = {};
};

// The sandbox is in a state that it does not come out of: the process has to end, soon.
class RuntimeFailure : public Error {
  public:
    using Error::Error;
};

// Where AWS_LAMBDA_RUNTIME_API points, as HOST:PORT. Throws Error that names the rule.
ServerAddress runtime_address(const std::string& text);

// One worker's end: its connection, which is made when it is needed, and again when it broke. For
// one thread at a time. Calls throw RuntimeFailure when the Runtime API answers with 500 or above,
// or cannot be reached; an exchange that broke before a reply is tried once more, for what was done
// twice is refused the second time.
class RuntimeApi {
  public:
    struct Patience {
        // Before the third attempt of next(); later up to eight times that.
        std::chrono::milliseconds first_pause{125};
        // So long the end of a stream may take at least, though the time of its handler is over.
        std::chrono::milliseconds stream_end{5000};
    };

    // `stop` ends next() and what waits for another attempt.
    RuntimeApi(const std::string& address, std::stop_token stop)
        : RuntimeApi(address, std::move(stop), Patience()) {}
    RuntimeApi(const std::string& address, std::stop_token stop, Patience patience);
    RuntimeApi(const RuntimeApi&) = delete;
    RuntimeApi& operator=(const RuntimeApi&) = delete;

    // Waits for an event, for as long as it takes; absent once `stop` was requested. A connection
    // that broke is made anew, a refusal is asked again: `attempts` times before the first event,
    // for then the address is wrong, and for ever behind it.
    std::optional<LambdaInvocation> next();
    static constexpr int attempts = 6;

    // Asks for the next event already: next() then has only to wait.
    void ask_next();

    // The result of the function.
    Delivery respond(std::string_view id, std::string_view json);
    Delivery fail(std::string_view id, const FunctionError& error);

    // Instead of the first next(): the function cannot start. Never throws: the process ends
    // anyhow.
    void fail_init(const FunctionError& error) noexcept { tell("init", error); }

    // SnapStart: returns when the process is to go on, in a copy of this sandbox; false once `stop`
    // was requested.
    bool wait_for_restore();
    void fail_restore(const FunctionError& error) noexcept { tell("restore", error); }

    // A streamed result, which is the body of one POST in chunks. The first call sends the head
    // with it. Throws ConnectionLost, also for an answer that came before the end, and if `stop` is
    // requested while nobody takes them.
    void begin_stream(std::string_view id, std::string_view bytes, const std::stop_token& stop);
    void stream(std::string_view bytes, const std::stop_token& stop);

    // The last chunk, and what went wrong if something did. AWS, "Implementing response streaming
    // in a custom runtime": then the connection is closed. Is given up as it stands once `stop` is
    // requested and Patience::stream_end has passed.
    Delivery end_stream(std::string_view bytes, const FunctionError* error,
                        const std::stop_token& stop);

    // begin_stream() and end_stream() at once, which can be tried again.
    Delivery respond_streamed(std::string_view id, std::string_view bytes);

    // The start of a POST /error, for a process that crashes to send by itself: what follows is
    // "Content-Length: N", the empty line and the body.
    std::string crash_head(std::string_view id) const;
    int fd() const noexcept { return connection_.fd(); }

    // Registers this process as an internal extension without events, which is what makes Lambda
    // send SIGTERM before it ends the sandbox (AWS, "Lambda extensions API"). The sandbox waits
    // until the extension asks for its next event, and so it asks, on a connection that is to be
    // kept; what comes is not read. Empty where there is no such API.
    os::Fd register_extension(std::string_view name);

  private:
    RuntimeReply exchange(std::initializer_list<std::string_view> parts, bool* repeated = nullptr);
    void tell(std::string_view phase, const FunctionError& error) noexcept;
    void send_chunk(std::string_view before, std::string_view bytes, const std::stop_token& stop);
    Delivery deliver(std::initializer_list<std::string_view> parts);
    static Delivery outcome(const RuntimeReply& reply, bool repeated);
    std::string error_fields(const FunctionError& error) const;
    std::string stream_head(std::string_view id) const;
    void pause(std::chrono::milliseconds time) const;

    const std::string address_;
    const std::stop_token stop_;
    const Patience patience_;
    const std::string common_;  // the end of the request line, Host and User-Agent
    const std::string ask_;     // GET /next
    RuntimeConnection connection_;
    const std::stop_callback<std::function<void()>> interruption_;
    bool asked_ = false;
    bool has_served_ = false;  // an event has come
};

}  // namespace turngate
