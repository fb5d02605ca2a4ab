// What came of replaying one event, and of all of them.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "replay/compare.h"
#include "replay/golden_file.h"
#include "replay/histogram.h"
#include "strict/rule.h"
#include <turngate/events/format.h>
#include <turngate/http/response.h>

namespace turngate::replay {

enum class Verdict {
    passed,
    failed,       // the reply is not as expected
    fresh,        // there is no expected reply
    updated,      // the expected reply was written
    unreadable,   // the event or its golden cannot be read or recognised
    skipped,      // found in a directory, and not an event
    interrupted,  // the run ended while the handler was at work; never told to reports
    unselected,   // --filter leaves it out; never told to reports
};

// "passed", "failed", "new", ...
std::string_view name(Verdict verdict) noexcept;

// One shape of a parity run.
struct ParityCell {
    events::Format format = events::Format::raw;
    // lossy: another reply, and the shape cannot say all of the request.
    enum class State { same, different, lossy, impossible } state = State::same;
    std::string why = {};  // lossy, impossible: what cannot be carried
};

struct Result {
    Verdict verdict = Verdict::passed;
    std::string name = {};  // the path, or "path:line"
    std::optional<events::Format> format = {};
    std::string method = {};
    std::string target = {};
    int status = 0;  // of the reply; 0 if there was none
    std::chrono::nanoseconds latency{};
    std::chrono::steady_clock::time_point began{};  // the handler's work
    // From the moment the event was due, whenever it began; of a run with a pace. Attempts before
    // the last one do not count.
    std::optional<std::chrono::nanoseconds> from_due = {};
    unsigned attempts = 1;     // more: it failed, and was retried
    std::string problem = {};  // one sentence: why it is unreadable, skipped, ...
    std::string hint = {};     // what can be done about it
    std::vector<Difference> differences = {};
    std::vector<ParityCell> parity = {};
    std::vector<strict::Violation> violations = {};  // of the rules of --strict
    std::vector<std::string> repairs = {};           // what lenient decoding repaired
    std::vector<std::string> notes = {};          // what the handler threw and logged, if it failed
    bool is_unreachable = false;                  // it failed, for the target is not there
    bool named = false;                           // the event, by the user
    bool is_stream = false;                       // it came from one, and cannot be replayed again
    bool wrote = false;                           // a proposal or a golden
    bool is_proposal = false;                     // and which of them
    std::uint64_t line = 0;                       // of a lines file
    std::string golden_line = {};                 // what is to be written for this line
    std::optional<GoldenWrite> golden_file = {};  // what is to be written for this file
    std::optional<Response> reply = {};           // if JudgeOptions::keeps_replies
    std::string expected = {};                    // and the golden of a line

    // It failed at first.
    bool is_flaky() const noexcept { return verdict == Verdict::passed && attempts > 1; }

    // Makes it as new, keeping memory.
    void clear();
    // An expected reply, or a proposal of one, has not been written.
    void take_unwritten(const std::system_error& error);
};

// How a run kept to its pace.
struct Punctuality {
    double rate = 0;                      // that was asked for; 0: as recorded
    Histogram from_due = {};              // latencies
    std::chrono::nanoseconds latest{};    // the most that an event began behind its time
    std::chrono::nanoseconds last_one{};  // what the last one did

    // An event that began so much behind its time, and took so long.
    void add(std::chrono::nanoseconds late, std::chrono::nanoseconds latency) noexcept;

    // True if events began so late that the run was not the one that was asked for.
    bool fell_behind() const noexcept;
};

// "fell behind: events began up to 1.2 s late, ...", for a run that has done `per_second`.
std::string lateness_text(const Punctuality& pace, double per_second, bool unicode);

struct Summary {
    std::uint64_t events = 0;  // all but skipped ones
    std::uint64_t passed = 0;
    std::uint64_t flaky = 0;  // of those: they failed first
    std::uint64_t failed = 0;
    std::uint64_t unreachable = 0;  // of those: the target is not there
    std::uint64_t fresh = 0;
    std::uint64_t updated = 0;
    std::uint64_t unreadable = 0;
    std::uint64_t skipped = 0;
    std::uint64_t unselected = 0;  // by --filter
    std::chrono::nanoseconds duration{};
    Histogram latencies;
    int signal = 0;            // that ended the run early
    bool gave_up = false;      // --fail-fast ended it
    bool out_of_time = false;  // --time-limit ended it
    std::optional<Punctuality> pace = {};
    std::optional<std::uint64_t> seed = {};  // of the order
    std::string problem = {};  // something else that makes the run a failure, such as a full disk

    void count(const Result& result);
    // The exit status: 0 all good, 1 a wrong answer, 3 something unreadable, 4 a target that is not
    // there, 5 nothing to do, 124 out of time, 128 + the signal.
    int exit_status() const;
};

}  // namespace turngate::replay
