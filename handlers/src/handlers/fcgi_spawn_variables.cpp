// What the environment says about FastCGI children: one row each.
#include <algorithm>
#include <array>

#include "program_variables.h"
#include <turngate/handlers/spawned_fcgi.h>

namespace turngate {
namespace {

// "2:8", or "4" for always four.
const char* set_children(FcgiSpawnOptions& options, const std::string& value) {
    const char* expected = "how many at least and at most, as 2:8, or one number";
    const std::size_t colon = value.find(':');
    const std::string most = colon == value.npos ? value : value.substr(colon + 1);
    if (set_count(options.max_children, most, 1, expected) ||
        set_count(options.min_children, value.substr(0, colon), 0, expected) ||
        options.min_children > options.max_children || options.max_children > 10'000)
        return expected;
    return no_error;
}

const char* set_signal(FcgiSpawnOptions& options, const std::string& value) {
    struct Name {
        std::string_view name;
        int signal;
    };
    constexpr std::array<Name, 6> names = {{{"TERM", SIGTERM},
                                            {"USR1", SIGUSR1},
                                            {"USR2", SIGUSR2},
                                            {"QUIT", SIGQUIT},
                                            {"INT", SIGINT},
                                            {"HUP", SIGHUP}}};
    const std::string_view word = std::string_view(value).substr(value.starts_with("SIG") ? 3 : 0);
    for (const Name& one : names)
        if (one.name == word) return options.stop_signal = one.signal, no_error;
    return "TERM, USR1, USR2, QUIT, INT or HUP";
}

using Options = FcgiSpawnOptions;
using Value = std::string;

constexpr std::array<FcgiSpawnVariable, 10> table = {{
    {"TURNGATE_FCGI_CHILDREN",
     {},
     "1:8",
     "how many run at least and at most; 0 at least: from the first request on",
     set_children},
    {"TURNGATE_FCGI_LOAD",
     {},
     "1",
     "requests a child is given at once; more than 1 for programs with threads or children",
     [](Options& o, const Value& v) { return set_count(o.load, v, 1, "a number from 1"); }},
    {"TURNGATE_FCGI_MAX_REQUESTS",
     {},
     "0",
     "a child is replaced after so many, 10 % more or less; 0: never",
     [](Options& o, const Value& v) { return set_count(o.max_requests, v, 0, "a number"); }},
    {"TURNGATE_FCGI_MAX_AGE",
     {},
     "0",
     "and after so long; 0: never",
     [](Options& o, const Value& v) { return set_time_or_none(o.max_age, v); }},
    {"TURNGATE_FCGI_IDLE_TIMEOUT",
     {},
     "60s",
     "after which a child that is too many ends",
     [](Options& o, const Value& v) { return set_time(o.idle_timeout, v); }},
    {"TURNGATE_FCGI_READ_TIMEOUT",
     {},
     "60s",
     "a child that sends nothing of an answer for so long is replaced; 0: only at the deadline",
     [](Options& o, const Value& v) { return set_time_or_none(o.read_timeout, v); }},
    {"TURNGATE_FCGI_ABANDON_TIMEOUT",
     {},
     "30s",
     "what a child may still do for a client that has left",
     [](Options& o, const Value& v) { return set_time(o.abandon_timeout, v); }},
    {"TURNGATE_FCGI_STOP_SIGNAL",
     {},
     "TERM",
     "asks a child to end; USR1 lets programs of libfcgi finish their request",
     set_signal},
    {"TURNGATE_START_TIMEOUT",
     {},
     "30s",
     "how long it may take until a child takes a connection",
     [](Options& o, const Value& v) { return set_time(o.start_timeout, v); }},
    {"TURNGATE_STOP_TIMEOUT",
     {},
     "5s",
     "how long it may take to end before SIGKILL",
     [](Options& o, const Value& v) { return set_time(o.stop_timeout, v); }},
}};

}  // namespace

std::span<const FcgiSpawnVariable> fcgi_spawn_variables() {
    return table;
}

FcgiSpawnOptions fcgi_spawn_options(const ReadProgramVariable& get, FcgiSpawnOptions options) {
    read_variables(table, get, options);
    return options;
}

}  // namespace turngate
