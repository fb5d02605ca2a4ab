#include "host/execution_log.h"

#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <utility>

namespace turngate::host {
namespace {

using Kind = Line::Kind;
using Milliseconds = std::chrono::duration<double, std::milli>;

std::string figure(const char* format, double value) {
    std::array<char, 48> text;
    std::snprintf(text.data(), text.size(), format, value);
    return text.data();
}

}  // namespace

std::string log_time() {
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    tm parts{};
    ::gmtime_r(&now.tv_sec, &parts);
    std::array<char, 32> date;
    std::strftime(date.data(), date.size(), "%Y-%m-%dT%H:%M:%S", &parts);
    return date.data() + figure(".%03.0fZ", std::floor(static_cast<double>(now.tv_nsec) / 1e6));
}

void ExecutionLog::begun(FunctionInvocation& invocation) {
    report(invocation, "START RequestId: " + invocation.input.id + " Version: $LATEST");
}

void ExecutionLog::ended(FunctionInvocation& invocation, std::size_t peak_memory,
                         std::string_view status, const std::string& problem) {
    using Clock = FunctionInvocation::Clock;
    const std::string& id = invocation.input.id;
    const bool has_begun = invocation.begun != Clock::time_point();
    if (!has_begun) begun(invocation);
    const Milliseconds took = has_begun ? Clock::now() - invocation.begun : Clock::duration(0);
    const Milliseconds init = invocation.init.value_or(Clock::duration(0));
    const Milliseconds restore = invocation.restore.value_or(Clock::duration(0));
    std::string text;
    if (!problem.empty()) text += problem + '\n';
    text += "END RequestId: " + id + "\nREPORT RequestId: " + id;
    text += figure("\tDuration: %.2f ms", took.count());
    // The time to start is paid for, too (AWS, "Lambda pricing", since August 2025).
    text += figure("\tBilled Duration: %.0f ms", std::ceil((took + init).count()));
    text += "\tMemory Size: " + std::to_string(memory_size_) + " MB";
    if (peak_memory > 0)
        text += "\tMax Memory Used: " + std::to_string((peak_memory >> 20) + 1) + " MB";
    if (invocation.init) text += figure("\tInit Duration: %.2f ms", init.count());
    if (invocation.restore) {
        text += figure("\tRestore Duration: %.2f ms", restore.count());
        text += figure("\tBilled Restore Duration: %.0f ms", std::ceil(restore.count()));
    }
    if (!status.empty()) text.append("\tStatus: ").append(status);
    report(invocation, text);
}

void ExecutionLog::report(FunctionInvocation& invocation, const std::string& text) {
    invocation.log.add(text);
    tell(Kind::report, invocation.number, text);
}

void ExecutionLog::printed(FunctionInvocation* invocation, std::string_view line) {
    if (invocation) invocation->log.add(line);
    tell(Kind::output, invocation ? invocation->number : 0, std::string(line));
}

void ExecutionLog::say(const std::string& text) {
    tell(Kind::lifecycle, 0, text);
}

void ExecutionLog::breach(const std::string& text, std::uint64_t number) {
    tell(Kind::breach, number, text);
}

std::uint64_t ExecutionLog::breaches() const {
    const std::lock_guard lock(mutex_);
    return breaches_;
}

void ExecutionLog::tell(Kind kind, std::uint64_t number, std::string text) {
    const std::lock_guard lock(mutex_);
    if (kind == Kind::breach) ++breaches_;
    tell_({kind, number, std::move(text)});
}

}  // namespace turngate::host
