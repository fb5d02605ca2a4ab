// Request targets and hosts: which forms a server accepts (RFC 9112 section 3.2).
#pragma once

#include <string_view>

namespace turngate::http1 {

// True if `target` is of a form that `method` may have: origin or absolute (http and https, no user
// information), or "*" with OPTIONS. Stricter than the RFC where parsers disagree: no byte past
// ASCII, no fragment, and in the path no malformed escape and no "%00".
bool is_target(std::string_view method, std::string_view target);

// True if `host` is what a Host field may be: a name or an address, not empty, then perhaps a port.
// A name has only letters, digits and "-._~": RFC 3986 allows more, but no host has it, and a ','
// or a '%' only helps who wants two parsers to disagree.
bool is_host(std::string_view host);

}  // namespace turngate::http1
