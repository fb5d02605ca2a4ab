// The head of a streamed reply: none crashes the host, and it is the same however it comes.
// covers: gateway/src/host/stream_prelude.cpp
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "host/stream_prelude.h"
#include <turngate/http/error.h>

using namespace turngate;

namespace {

// "201 body", or "refused", or nothing: the head is not complete.
std::string outcome(std::string_view stream, std::size_t step) {
    host::StreamPrelude prelude;
    try {
        while (!stream.empty()) {
            const std::string_view piece = stream.substr(0, step);
            stream.remove_prefix(piece.size());
            if (const std::optional<Response> response = prelude.feed(piece))
                return std::to_string(response->status) + ' ' + response->body +
                       std::string(stream);
        }
    } catch (const ProtocolError&) {
        return "refused";
    }
    return {};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view stream(reinterpret_cast<const char*>(data), size);
    if (outcome(stream, 1) != outcome(stream, 7)) std::abort();
    return 0;
}
