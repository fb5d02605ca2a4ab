// Any bytes as a traceparent: what is accepted is one of lower-case digits, and written anew it is
// read the same.
// covers: gateway/src/observe/trace_context.cpp
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "observe/trace_context.h"

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto trace = turngate::parse_traceparent(text);
    if (!trace) return 0;
    require(trace->trace_id.size() == 32 && trace->parent_id.size() == 16);
    const auto again = turngate::parse_traceparent(
        turngate::traceparent(trace->trace_id, trace->parent_id, trace->sampled));
    require(again == trace);
    return 0;
}
