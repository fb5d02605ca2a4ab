// One invocation on its way through a handler.
#pragma once

#include <exception>
#include <optional>
#include <stop_token>
#include <string>

#include "impuls/invocation_logs.h"
#include "impuls/invoke_request.h"
#include "impuls/runtime.h"
#include "observe/passed_on_trace.h"
#include <turngate/events/answer.h>
#include <turngate/http/handler.h>

namespace turngate::impuls {

// What the platform is told of it, beside the logs and the time.
struct InvokeResult {
    int status = 200;             // of the answer; the platform's own, for a failure
    std::string body = "null";    // JSON
    std::string error = {};       // one sentence; empty: it has not failed
    std::string error_type = {};  // "std::runtime_error"; empty: not known
};

InvokeResult failed(int status, std::string message, std::string type = {});

// All that a handler uses that may have been left behind.
class InvocationRun {
  public:
    // What `options` refers to must outlive this.
    InvocationRun(InvokeRequest call, HandlerPtr handler, const Request& request,
                  Context::Clock::time_point deadline, const RuntimeOptions& options);

    // Serves the event: as a request if it has the shape of one, and else as the body of
    // POST /events; an EventFunction gets it as it is. The result of a request's event is the reply
    // in the event's shape; of another one it is the response: its body as JSON if that is what it
    // says it is, as a string if it is text, else as base64. What ends after the deadline has
    // failed, whatever came of it.
    void serve() noexcept;

    // REQUIRES: serve() has returned.
    const InvokeResult& result() const noexcept { return result_; }
    // Runs what is left for after the answer (Context::wait_until()).
    void settle() noexcept { answer_.reset(); }

    InvocationLogs& logs() noexcept { return *logs_; }
    std::stop_source& stop() noexcept { return stop_; }

  private:
    void serve_in_time() noexcept;
    void serve_event();
    void serve_raw(events::Event event, const events::AnswerOptions& how);
    void prepare(Request& request);
    InvokeResult failure() const;

    InvokeRequest call_;
    const HandlerPtr handler_;
    const std::string request_id_;
    const PassedOnTrace trace_;
    const Context::Clock::time_point deadline_;
    Reporter* const reporter_;
    const std::function<void(const Context&)> flush_;
    const LogsOf logs_ = std::make_shared<InvocationLogs>();
    std::stop_source stop_;

    std::exception_ptr thrown_;  // by the handler, first
    int status_ = 0;             // that its response had then
    InvokeResult result_;
    std::optional<events::Answer> answer_;  // last: its tasks may use all of the above
};

// In Node's words.
inline constexpr std::string_view late_text = "Function execution timed out";

}  // namespace turngate::impuls
