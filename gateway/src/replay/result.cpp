// What came of replaying one event, and of all of them.
#include "replay/result.h"

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
    problem.clear();
    hint.clear();
    differences.clear();
    parity.clear();
    repairs.clear();
    notes.clear();
    named = false;
    is_stream = false;
    wrote = false;
    is_proposal = false;
    line = 0;
    golden_line.clear();
    golden_file.reset();
}

void Summary::count(const Result& result) {
    if (result.verdict == Verdict::skipped) {
        ++skipped;
        return;
    }
    ++events;
    switch (result.verdict) {
        case Verdict::passed:
            ++passed;
            break;
        case Verdict::failed:
            ++failed;
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
            break;
    }
    if (result.status != 0) latencies.add(result.latency);
}

int Summary::exit_status() const {
    if (signal != 0) return 128 + signal;
    if (unreadable > 0 || !problem.empty()) return 3;
    if (failed > 0) return 1;
    return events == 0 ? 5 : 0;
}

}  // namespace turngate::replay
