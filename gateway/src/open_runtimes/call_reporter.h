// From what requests say and print to the logs of their executions.
#pragma once

#include <memory>

#include "open_runtimes/call_log.h"
#include <turngate/http/context.h>

namespace turngate {

// Attached to the context of a request that is an execution.
struct LoggedCall {
    std::shared_ptr<CallLog> log;
};

// Warnings are errors there, for there is nothing between the two. What belongs to no execution, or
// to one whose log is closed, goes to `otherwise`.
class CallReporter final : public Reporter {
  public:
    CallReporter(Level level, Reporter& otherwise) : level_(level), otherwise_(otherwise) {}

    void began(const Context&) override {}
    void logged(const Context& context, Level level, std::string_view message) override;
    void printed(const Context& context, Stream stream, std::string_view text) override;
    void fetched(const Context&, const FetchMetric&) override {}
    void ended(const Context&, const Outcome&) override {}

  private:
    const Level level_;
    Reporter& otherwise_;
};

}  // namespace turngate
