// Conditional requests (RFC 9110 section 13): is what the client has still what there is?
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include <turngate/http/headers.h>

namespace turngate {

// What tells one state of a representation from another.
struct Validators {
    std::string etag = {};  // a strong one, with its quotes; empty: none
    std::optional<std::chrono::sys_seconds> last_modified = {};
};

enum class Precondition {
    holds,         // or there is none
    not_modified,  // 304
    failed,        // 412
};

// If-Match, If-Unmodified-Since, If-None-Match and If-Modified-Since in the order of section
// 13.2.2, of a representation that exists. A list of tags that is none matches nothing; a date that
// is none says nothing.
Precondition check_preconditions(std::string_view method, const Headers& request,
                                 const Validators& current);

// If-Range: true if a Range may be answered with a part. A date must be the very one.
bool range_may_apply(const Headers& request, const Validators& current);

}  // namespace turngate
