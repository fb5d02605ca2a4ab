// Limits and rejections of platforms, by name.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "strict/platform.h"
#include "strict/subject.h"

namespace turngate::strict {

// Constant data: every view points to a literal. A rule is a limit, which measures something, or a
// rejection, which finds fault.
struct Rule {
    enum class Unit { none, bytes, nanoseconds, levels };

    std::string_view name;     // "lambda-reply-size"; unique
    Platforms platforms;       // that have it
    std::string_view what;     // a limit: what is measured; a rejection: what must hold
    std::uint64_t limit = 0;   // what is measured may be so much
    Unit unit = Unit::none;    // of the limit; none: a rejection
    std::string_view outcome;  // what the platform does where it is broken
    std::string_view fix;      // what can be done about it, an imperative
    std::string_view source;   // where the platform says so
    // Absent if there is nothing to be measured.
    std::optional<std::uint64_t> (*measure)(const Subject& subject) = nullptr;
    // What is wrong; empty if nothing is.
    std::string (*fault)(const Subject& subject) = nullptr;
};

// All of them: those of requests, of replies and of time.
std::span<const Rule> rules();

// "6,291,556 bytes", "29 s"; empty for a rejection.
std::string limit_text(const Rule& rule);

// A rule that one event or the reply to it breaks.
struct Violation {
    std::string_view rule;      // its name
    std::string_view platform;  // its name
    std::string found;          // "the reply as JSON has 6,291,557 bytes"
    std::string limit;          // "at most 6,291,556 bytes; AWS Lambda answers 413"
    std::string_view fix;
};

// Those of subject.platform that it breaks, in the order of the table.
std::vector<Violation> check(const Subject& subject);

}  // namespace turngate::strict
