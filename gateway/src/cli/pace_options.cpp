// How a replay goes through its events.
#include "cli/pace_options.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <random>
#include <string>

#include "cli/exit_status.h"
#include "replay/rounds.h"

namespace turngate::cli {
namespace {

// At work at once in a run with a pace, unless --jobs says other.
constexpr unsigned most_at_once = 256;

// A decimal without sign or exponent that is more than 0.
std::optional<double> positive(std::string_view text) noexcept {
    if (text.find_first_not_of("0123456789.") != std::string_view::npos) return std::nullopt;
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || !(value > 0) || value > 1e9)
        return std::nullopt;
    return value;
}

[[noreturn]] void refuse(const std::string& what, const std::string& hint) {
    throw CommandError(exit_status::usage, what, hint);
}

void refuse_streams(const Arguments& arguments, const std::string& option) {
    for (const std::string& input : arguments.operands())
        if (replay::is_stream(input))
            refuse(option + " needs events that can be read again, and " +
                       (input == "-" ? "standard input" : input) + " is a stream",
                   "save the events to a file first");
}

}  // namespace

std::optional<double> parse_rate(std::string_view text) noexcept {
    double seconds = 1;
    if (text.ends_with("/s") || text.ends_with("/m")) {
        if (text.ends_with('m')) seconds = 60;
        text.remove_suffix(2);
    }
    const auto number = positive(text);
    if (!number) return std::nullopt;
    return *number / seconds;
}

std::optional<double> parse_pace(std::string_view text) noexcept {
    constexpr std::string_view recorded = "recorded";
    if (!text.starts_with(recorded)) return std::nullopt;
    text.remove_prefix(recorded.size());
    if (text.empty()) return 1;
    if (!text.starts_with('*')) return std::nullopt;
    return positive(text.substr(1));
}

// Past a year it may as well be for ever, and a clock has an end.
std::chrono::nanoseconds bounded_duration(const Arguments& arguments, const char* name) {
    return std::min<std::chrono::nanoseconds>(arguments.duration(name),
                                              std::chrono::hours(24 * 365));
}

replay::RunOptions run_options(const Arguments& arguments) {
    replay::RunOptions run;
    if (arguments.given("rate") && arguments.given("pace"))
        refuse("--rate and --pace cannot be together: an event has one time to begin at",
               "drop one of them");
    if (arguments.given("pace") && arguments.given("shuffle"))
        refuse(
            "--pace recorded and --shuffle cannot be together: it is the order of the "
            "recording that has its distances",
            "give --rate in place of --pace");
    // Each line's expected reply is found where it was when the order was made.
    if (arguments.given("shuffle") && arguments.text("update") != "none")
        refuse("--update " + std::string(arguments.text("update")) +
                   " and --shuffle cannot be together: expected replies are written in the order "
                   "of the events",
               "drop --shuffle to write them");
    const bool runs = !arguments.on("list");  // what is only listed begins at no time
    if (runs && arguments.given("rate")) run.pace.rate = *parse_rate(arguments.text("rate"));
    if (runs && arguments.given("pace")) run.pace.factor = *parse_pace(arguments.text("pace"));
    run.jobs = run.pace.is_set() && !arguments.given("jobs")
                   ? most_at_once
                   : static_cast<unsigned>(arguments.number("jobs"));
    if (arguments.given("limit")) run.limit = static_cast<std::uint64_t>(arguments.number("limit"));
    run.retries = static_cast<unsigned>(arguments.number("retries"));
    if (runs && arguments.given("time-limit")) run.time_limit = arguments.duration("time-limit");
    if (arguments.given("shuffle")) {
        // What can be typed again.
        run.seed = arguments.text("shuffle").empty()
                       ? std::random_device()()
                       : static_cast<std::uint64_t>(arguments.number("shuffle"));
    }
    return run;
}

std::unique_ptr<replay::Items> items_of(const Arguments& arguments,
                                        const replay::Selection& selection,
                                        const replay::RunOptions& run, std::size_t limit,
                                        int wake_fd) {
    const auto rounds = static_cast<std::uint64_t>(arguments.number("repeat"));
    const auto source = [&arguments, selection, limit, wake_fd] {
        return std::make_unique<replay::Source>(arguments.operands(), selection, wake_fd,
                                                replay::Source::Reading::lines, limit);
    };
    if (run.seed) {
        refuse_streams(arguments, "--shuffle");
        return std::make_unique<replay::Shuffled>(*source(), *run.seed, rounds);
    }
    if (rounds == 1) return source();
    refuse_streams(arguments, "--repeat");
    return std::make_unique<replay::Repeated>(source, rounds);
}

std::uint64_t total_events(const Arguments& arguments, std::uint64_t in_each_round) {
    constexpr auto most = std::numeric_limits<std::uint64_t>::max();
    const auto rounds = static_cast<std::uint64_t>(arguments.number("repeat"));
    std::uint64_t total = in_each_round > most / rounds ? most : in_each_round * rounds;
    if (arguments.given("limit"))
        total = std::min(total, static_cast<std::uint64_t>(arguments.number("limit")));
    return total;
}

}  // namespace turngate::cli
