#include "lambda/trace_variable.h"

#include <array>
#include <cstdlib>
#include <cstring>

namespace turngate {
namespace {

constexpr std::string_view name = "_X_AMZN_TRACE_ID=";
constexpr std::size_t longest = 1024;

// Part of the environment, so it lives as long as the process.
std::array<char, name.size() + longest + 1> variable{};

}  // namespace

void set_trace_variable(std::string_view trace) noexcept {
    if (trace.size() > longest) trace = {};
    // From the end on, so that who reads meanwhile finds an end.
    char* const value = variable.data() + name.size();
    value[trace.size()] = '\0';
    trace.copy(value, trace.size());
    if (variable[0] != '\0') return;
    std::memcpy(variable.data(), name.data(), name.size());
    ::putenv(variable.data());
}

}  // namespace turngate
