// How a replay goes through its events: to whom, how fast, how often, in which order, how long; and
// what it leaves of them.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "cli/arguments.h"
#include "cli/option.h"
#include "replay/runner.h"
#include "replay/source.h"

namespace turngate::cli {

// Events a second of "100", "100/s" or "6000/m"; absent for anything else.
std::optional<double> parse_rate(std::string_view text) noexcept;
// The factor of "recorded" or "recorded*0.5"; absent for anything else.
std::optional<double> parse_pace(std::string_view text) noexcept;

constexpr Option target_option = {
    .letter = 't',
    .name = "target",
    .value = "HANDLER",
    .help = "where the events go: self, plugin:FILE, cgi:PROGRAM, cgi-dir:DIR, http://HOST:PORT",
    .kind = Value::text,
    .fallback = "self"};

constexpr Option timeout_option = {.name = "timeout",
                                   .value = "T",
                                   .help = "how long one event may take; 0: for ever",
                                   .kind = Value::duration,
                                   .fallback = "30s"};

constexpr Option rate_option = {
    .letter = 'r',
    .name = "rate",
    .value = "N[/s|/m]",
    .help = "begin so many events a second, or a minute, whenever the answers come",
    .kind = Value::text,
    .valid = [](std::string_view value) { return parse_rate(value).has_value(); },
    .rule = "a rate such as 100, 100/s or 30/m"};

// To be joined() to a command's own.
constexpr Option control_options[] = {
    rate_option,
    {.name = "pace",
     .value = "recorded[*K]",
     .help = "begin events at the distances at which they were recorded, or K times those",
     .kind = Value::text,
     .valid = [](std::string_view value) { return parse_pace(value).has_value(); },
     .rule = "recorded, or recorded*K as in recorded*0.5"},
    {.name = "repeat",
     .value = "N",
     .help = "replay all of them N times",
     .kind = Value::number,
     .fallback = "1",
     .minimum = 1},
    {.letter = 'n',
     .name = "limit",
     .value = "N",
     .help = "replay the first N events",
     .kind = Value::number,
     .minimum = 1},
    {.name = "shuffle",
     .value = "SEED",
     .help = "replay them in another order, the same for the same SEED; without one, any, and the "
             "seed is told",
     .kind = Value::number,
     .optional = true},
    {.name = "time-limit",
     .value = "T",
     .help = "end the run after T, with the exit status 124",
     .kind = Value::duration},
    {.name = "retries",
     .value = "N",
     .help = "try an event that fails N times more; one that passes then is flaky",
     .kind = Value::number,
     .fallback = "0",
     .maximum = 1000},
    {.name = "save",
     .value = "DIR",
     .help = "write each reply below DIR, as expected replies are written",
     .kind = Value::text},
    {.name = "diff-tool",
     .value = "CMD",
     .help = "run CMD on the expected and the actual reply of each failure, when the run is over",
     .kind = Value::text,
     .environment = false,
     .variable = "TURNGATE_DIFF_TOOL"},
    {.name = "list", .help = "tell what would be replayed, and replay nothing"},
    {.name = "watch",
     .help = "replay again whenever events, expected replies or the target's files change"},
};

// Of control_options and strict_options, with --update.
constexpr Exclusion control_exclusions[] = {{"rate", "pace"},
                                            {"pace", "shuffle"},
                                            {"shuffle", "update", "none"},
                                            {"watch", "diff-tool", ""},
                                            {"binary-type", "strict", "apigw-v1"}};

// Of the option `name`, at most a year; zero: none.
std::chrono::nanoseconds bounded_duration(const Arguments& arguments, const char* name);

// What these options and --jobs say. Throws CommandError for two that cannot be together.
replay::RunOptions run_options(const Arguments& arguments);

// The events of the operands, as often and in the order that the options say, of at most `limit`
// bytes. A readable `wake_fd` ends the wait for a pipe. Throws CommandError for what a stream
// cannot do.
std::unique_ptr<replay::Items> items_of(const Arguments& arguments,
                                        const replay::Selection& selection,
                                        const replay::RunOptions& run, std::size_t limit,
                                        int wake_fd);

// How many events a run of `in_each_round` is; 0 if that is not known.
std::uint64_t total_events(const Arguments& arguments, std::uint64_t in_each_round);

}  // namespace turngate::cli
