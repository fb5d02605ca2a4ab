// Which build of turngate this is.
#pragma once

#include <string>
#include <string_view>

namespace turngate {

struct Build {
    std::string_view version;   // "0.1.0"
    std::string_view commit;    // "abc1234"; empty when built outside a checkout
    std::string_view date;      // of the commit: "2026-11-20"; empty likewise
    std::string_view target;    // "x86_64-linux-gnu"
    std::string_view compiler;  // "GNU 12.2.0"
};

extern const Build build;

// "turngate 0.1.0 (git abc1234 2026-11-20) x86_64-linux-gnu"
std::string version_line();

}  // namespace turngate
