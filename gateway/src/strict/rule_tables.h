// The parts of the table of rules.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "strict/rule.h"

namespace turngate::strict {

std::span<const Rule> request_rules();  // what a platform takes from clients, and how long it waits
std::span<const Rule> reply_rules();    // how much it takes of a reply
std::span<const Rule> form_rules();     // what a reply has to look like

// Platforms that go together.
inline constexpr Platforms api_gateway{Platform::apigw_v1, Platform::apigw_http1,
                                       Platform::apigw_v2};
inline constexpr Platforms load_balancer{Platform::alb, Platform::alb_multi};
inline constexpr Platforms lattice{Platform::lattice_v1, Platform::lattice_v2};

// Where a platform says KB and MB and not how much that is, it is powers of 1024: the AWS Lambda
// quota of "6 MB" is 6,291,456 bytes.
inline constexpr std::uint64_t kibibyte = 1024;
inline constexpr std::uint64_t mebibyte = 1024 * kibibyte;

using Measure = std::optional<std::uint64_t> (*)(const Subject& subject);

// A limit of `what`, in bytes.
constexpr Rule at_most(std::string_view name, Platforms platforms, std::string_view what,
                       std::uint64_t bytes, std::string_view outcome, std::string_view fix,
                       std::string_view source, Measure measure) {
    return {.name = name,
            .platforms = platforms,
            .what = what,
            .limit = bytes,
            .unit = Rule::Unit::bytes,
            .outcome = outcome,
            .fix = fix,
            .source = source,
            .measure = measure};
}

// A limit of the time that the handler may take.
constexpr Rule within(std::string_view name, Platforms platforms, std::uint64_t seconds,
                      std::string_view outcome, std::string_view fix, std::string_view source,
                      Measure measure) {
    return {.name = name,
            .platforms = platforms,
            .what = "the handler",
            .limit = seconds * 1'000'000'000,
            .unit = Rule::Unit::nanoseconds,
            .outcome = outcome,
            .fix = fix,
            .source = source,
            .measure = measure};
}

}  // namespace turngate::strict
