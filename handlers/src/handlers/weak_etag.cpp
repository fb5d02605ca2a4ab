#include "weak_etag.h"

#include <charconv>

#include "sha1.h"
#include <turngate/http/encoding.h>

namespace turngate {

std::string weak_etag(std::string_view body) {
    char length[16];
    const auto end = std::to_chars(length, length + sizeof length, body.size(), 16).ptr;
    const Sha1Digest digest = sha1(body);
    std::string tag = "W/\"";
    tag.append(length, end).append(1, '-');
    base64_encode_to(tag, {digest.data(), digest.size()});
    tag.back() = '"';  // in place of the padding
    return tag;
}

}  // namespace turngate
