#include "invocation_run.h"

#include <array>
#include <chrono>
#include <cstdio>
#include <exception>
#include <optional>

#include "lambda/function_error.h"
#include "lambda_limits.h"
#include "replay/thrown.h"

namespace turngate {
namespace {

void fail(InvocationRun& run, std::string_view type, std::string_view message) {
    run.failed = true;
    run.reply = error_json(type, message);
}

void fail_too_large(InvocationRun& run) {
    fail(run, "Function.ResponseSizeTooLarge",
         "Response payload size exceeded maximum allowed payload size (" +
             std::to_string(lambda_limits::reply) + " bytes).");
}

void fail_as(InvocationRun& run, const std::exception_ptr& error, bool is_late,
             std::chrono::milliseconds took) {
    if (!is_late) return fail(run, thrown_type(error), replay::message_of(error));
    std::array<char, 64> text;
    std::snprintf(text.data(), text.size(), "Task timed out after %.2f seconds",
                  std::chrono::duration<double>(took).count());
    fail(run, "Sandbox.Timedout", text.data());
}

}  // namespace

std::unique_ptr<InvocationRun> run_invocation(const Handler& handler, std::string_view event,
                                              const std::string& request_id, const Context& outer,
                                              const events::AnswerOptions& options) {
    using Clock = Context::Clock;
    auto run = std::make_unique<InvocationRun>(outer.reporter);
    const auto begin = Clock::now();
    run->log.add("START RequestId: " + request_id + " Version: $LATEST");
    events::AnswerOptions how = options;
    how.encode.check_size = false;  // the limit is Lambda's own
    std::exception_ptr failure;
    std::optional<Outcome> last;
    how.prepare = [&](Request& request) {
        request.context.request_id = request_id;
        request.context.reporter = &run->log;
        request.context.deadline = outer.deadline;
        request.context.stop = outer.stop;
    };
    how.served = [&](const Request&, const Outcome& outcome) {
        last = outcome;
        if (!failure && replay::is_failure(outcome.error)) failure = outcome.error;
    };
    const auto took = [&] {
        return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin);
    };
    try {
        events::Event decoded = events::decode(event, how.decode);
        // There is no status in the reply to an event that is no HTTP request.
        if (decoded.format == events::Format::raw) how.error_statuses.push_back({400, 599});
        run->answer.emplace(events::answer_event(handler, std::move(decoded), how));
        run->reply = std::move(run->answer->reply);
        if (!run->answer->overflow().empty() || run->reply.size() > lambda_limits::reply)
            fail_too_large(*run);
    } catch (const events::InvocationError& e) {
        if (e.status() == 413 && last && last->status != 413)
            fail_too_large(*run);
        else
            fail(*run, "Function.Refused", e.what());
    } catch (const Error& e) {
        fail(*run, "Runtime.UnmarshalError", e.what());
    }
    if (failure)
        fail_as(*run, failure, replay::is_cancelled(failure) && outer.deadline && outer.cancelled(),
                took());
    run->log.add("END RequestId: " + request_id);
    run->log.add("REPORT RequestId: " + request_id +
                 "\tDuration: " + std::to_string(took().count()) + " ms");
    return run;
}

}  // namespace turngate
