// By which rules of a platform events and replies are judged.
#include <string>
#include <utility>

#include "replay/event_log.h"
#include "replay/judge.h"
#include "strict/rule.h"
#include <turngate/http/recorder.h>

namespace turngate::replay {

// `text` is empty if the event has been converted.
void Judge::measure_request(events::Event& event, std::string_view text) {
    violations_.clear();
    request_facts_.reset();
    if (!options_.held_to) return;
    *function_reply_ = {};
    request_facts_ = strict::facts_of(event, text, *options_.held_to);
}

// Of the reply that has just come, before anybody makes an error page of it.
void Judge::check_rules(events::Format format, const events::Answer& answer, bool is_one) {
    if (!request_facts_) return;
    strict::Subject subject{.platform = *options_.held_to, .request = *std::move(request_facts_)};
    request_facts_.reset();  // a parity run goes on with other shapes
    subject.latency = latency_;
    subject.binary_types = options_.binary_types;
    const bool is_lambda = subject.platform == strict::Platform::lambda;
    const auto own = is_lambda ? std::optional(format) : strict::format_of(subject.platform);
    if (!answer.overflow().empty())
        subject.at_least = Recorder::default_limit + 1;
    else
        strict::take_reply(subject, reply_, format, encode_as_);
    // What was assembled of several replies, and what a function itself has written, goes out so.
    if (!is_one && own == format) subject.set_reply(answer.reply);
    if (is_lambda || own == function_reply_->format) {
        subject.refused = function_reply_->refused;
        if (function_reply_->text)
            subject.set_reply(*std::exchange(function_reply_->text, std::nullopt));
    }
    violations_ = strict::check(subject);
}

void Judge::tell_violations(Result& result) {
    if (violations_.empty()) return;
    result.verdict = Verdict::failed;
    const std::string platform(strict::name(*options_.held_to));
    result.problem = violations_.size() == 1
                         ? "breaks a rule of " + platform
                         : "breaks " + std::to_string(violations_.size()) + " rules of " + platform;
    result.violations = std::exchange(violations_, {});
    note_failure(result);
}

}  // namespace turngate::replay
