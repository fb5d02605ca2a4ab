// From what requests say and print to the logs of their executions.
#pragma once

#include <memory>
#include <mutex>
#include <unordered_map>

#include "open_runtimes/call_log.h"
#include <turngate/http/context.h>
#include <turngate/http/error_lines.h>

namespace turngate {

// Warnings are errors there, for there is nothing between the two. What belongs to no execution, or
// to one whose log is closed, goes to `otherwise`.
class CallReporter final : public Reporter, public ErrorLines {
  public:
    CallReporter(Level level, Reporter& otherwise) : level_(level), otherwise_(otherwise) {}

    // From now on, and until the request ends, `log` has what is told of `context`. Not by an
    // attachment: what is printed is told from another thread, which may look while the request's
    // own attaches something.
    void attach(const Context& context, std::shared_ptr<CallLog> log);

    void began(const Context&) override {}
    void logged(const Context& context, Level level, std::string_view message) override;
    void printed(const Context& context, Stream stream, std::string_view text) override;
    bool complained(const Context& context, std::string_view line) override;
    void fetched(const Context&, const FetchMetric&) override {}
    void ended(const Context& context, const Outcome&) override;

  private:
    std::shared_ptr<CallLog> log_of(const Context& context) const;

    const Level level_;
    Reporter& otherwise_;
    mutable std::mutex mutex_;
    std::unordered_map<const Context*, std::shared_ptr<CallLog>> logs_;
};

}  // namespace turngate
