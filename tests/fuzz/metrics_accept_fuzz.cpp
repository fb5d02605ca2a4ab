// Any bytes as an Accept field of a scrape: one of the two formats, and OpenMetrics only if named.
// covers: gateway/src/observe/metrics_page.cpp
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "observe/metrics.h"
#include <turngate/http/headers.h>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const bool is_named =
        turngate::lower_case(text).find("application/openmetrics-text") != std::string::npos;
    if (turngate::metrics_format(text) == turngate::MetricsFormat::openmetrics && !is_named)
        std::abort();
    return 0;
}
