// The parts of the table of rules.
#pragma once

#include <span>

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

inline constexpr std::uint64_t kibibyte = 1024;
inline constexpr std::uint64_t mebibyte = 1024 * kibibyte;

}  // namespace turngate::strict
