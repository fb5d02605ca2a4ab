// What came of replaying one event, and of all of them.
#include "replay/result.h"

#include <algorithm>

#include "cli/exit_status.h"
#include "replay/quantity.h"
#include "replay/reading_hint.h"

namespace turngate::replay {

std::string_view name(Verdict verdict) noexcept {
    switch (verdict) {
        case Verdict::passed:
            return "passed";
        case Verdict::failed:
            return "failed";
        case Verdict::fresh:
            return "new";
        case Verdict::updated:
            return "updated";
        case Verdict::unreadable:
            return "unreadable";
        case Verdict::interrupted:
            return "interrupted";
        case Verdict::unselected:
            return "unselected";
        case Verdict::skipped:
            break;
    }
    return "skipped";
}

void Result::clear() {
    verdict = Verdict::passed;
    name.clear();
    format.reset();
    method.clear();
    target.clear();
    status = 0;
    latency = {};
    began = {};
    from_due.reset();
    attempts = 1;
    problem.clear();
    hint.clear();
    differences.clear();
    parity.clear();
    violations.clear();
    repairs.clear();
    notes.clear();
    is_unreachable = false;
    named = false;
    is_stream = false;
    wrote = false;
    is_proposal = false;
    line = 0;
    golden_line.clear();
    golden_file.reset();
    reply.reset();
    expected.clear();
}

void Result::take_unwritten(const std::system_error& error) {
    verdict = Verdict::unreadable;
    problem = error.what();
    hint = writing_hint(error.code().value());
    wrote = false;
}

void Punctuality::add(std::chrono::nanoseconds late, std::chrono::nanoseconds latency) noexcept {
    from_due.add(late + latency);
    last_one = std::max(late, std::chrono::nanoseconds(0));
    latest = std::max(latest, last_one);
}

// A handler that stalls for less than that is what both latencies are there to show.
bool Punctuality::fell_behind() const noexcept {
    return latest >= std::chrono::milliseconds(20);
}

std::string lateness_text(const Punctuality& pace, double per_second, bool unicode) {
    std::string text = "fell behind: events began up to " + duration_text(pace.latest, unicode) +
                       " late, the last one " + duration_text(pace.last_one, unicode);
    if (pace.rate > 0)
        text += "; " + rate_text(pace.rate) + " asked, " + rate_text(per_second) + " held";
    return text;
}

void Summary::count(const Result& result) {
    if (result.verdict == Verdict::skipped) {
        ++skipped;
        return;
    }
    if (result.verdict == Verdict::unselected) {
        ++unselected;
        return;
    }
    ++events;
    switch (result.verdict) {
        case Verdict::passed:
            ++passed;
            if (result.is_flaky()) ++flaky;
            break;
        case Verdict::failed:
            ++failed;
            if (result.is_unreachable) ++unreachable;
            break;
        case Verdict::fresh:
            ++fresh;
            break;
        case Verdict::updated:
            ++updated;
            break;
        case Verdict::unreadable:
            ++unreadable;
            break;
        case Verdict::skipped:
        case Verdict::interrupted:
        case Verdict::unselected:
            break;
    }
    if (result.status != 0) latencies.add(result.latency);
    if (pace && result.from_due) pace->add(*result.from_due - result.latency, result.latency);
}

int Summary::exit_status() const {
    if (signal != 0) return 128 + signal;
    if (out_of_time) return cli::exit_status::time_limit;
    if (unreachable > 0) return cli::exit_status::no_target;
    if (unreadable > 0 || !problem.empty()) return 3;
    if (failed > 0) return 1;
    return events == 0 ? 5 : 0;
}

}  // namespace turngate::replay
