// Replies: whatever is read can be written in the neutral shape and read again as the same.
// covers: lambda-events/src/events/decode_reply.cpp lambda-events/src/events/encode.cpp
// covers: lambda-events/src/events/reply_fields.cpp lambda-events/src/events/reply_limits.cpp
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <turngate/events/reply.h>
#include <turngate/http/error.h>

using namespace turngate;
using namespace turngate::events;

namespace {

// Throws nothing but what its documentation says.
void encode_everywhere(const Response& response) {
    for (Format format : formats()) {
        try {
            encode(response, format);
        } catch (const HttpError&) {
        }
    }
}

bool is_same(const Response& a, const Response& b) {
    return a.status == b.status && a.headers == b.headers && a.body == b.body;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view json(reinterpret_cast<const char*>(data), size);
    for (Format format : {Format::api_gateway_v1, Format::api_gateway_v2, Format::raw}) {
        try {
            decode_reply(json, format);
        } catch (const Error&) {
        }
    }
    Response response;
    try {
        response = decode_reply(json);
    } catch (const Error&) {
        return 0;
    }
    encode_everywhere(response);
    // Once through drops what belongs to one connection; from then on nothing may change.
    const Response once = decode_reply(encode(response, Format::http));
    const Response twice = decode_reply(encode(once, Format::http));
    if (!is_same(once, twice) || once.status != response.status) std::abort();
    if (response.status != 204 && response.status != 304 && once.body != response.body)
        std::abort();
    return 0;
}
