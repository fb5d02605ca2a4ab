// Request targets: which forms a server accepts (RFC 9112 section 3.2).
#pragma once

#include <string_view>

namespace turngate::http1 {

// True if `target` is of a form that `method` may have: origin or absolute (http and https, no user
// information), or "*" with OPTIONS. Stricter than the RFC where parsers disagree: no byte past
// ASCII, no fragment, and in the path no malformed escape and no "%00".
bool is_target(std::string_view method, std::string_view target);

}  // namespace turngate::http1
