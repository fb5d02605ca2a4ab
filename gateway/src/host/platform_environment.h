// The environment of a program that a host runs.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace turngate::host {

// What says on which platform a program is, and where it is to listen: each host sets its own.
std::span<const std::string_view> platform_variables() noexcept;

// Ours, as far as a function on a platform may have it: without what other platforms would say to
// it, or this host's own user. `set` ("NAME=value") replaces what is there, `otherwise` does not.
std::vector<std::string> platform_environment(std::vector<std::string> set,
                                              const std::vector<std::string>& otherwise);

}  // namespace turngate::host
