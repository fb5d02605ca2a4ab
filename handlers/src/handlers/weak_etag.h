// The entity tag of a body, by its length and its SHA-1.
#pragma once

#include <string>
#include <string_view>

namespace turngate {

// W/"c-IgR/L5SF7CJQff4wxKGF/vfPuZ0": the length in hexadecimal and 27 of the 28 characters of the
// digest in base64, which is what Node's etag package makes.
std::string weak_etag(std::string_view body);

}  // namespace turngate
