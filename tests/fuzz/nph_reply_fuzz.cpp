// The output of a program that speaks HTTP itself: every cut gives the same outcome, nothing comes
// out that did not go in, and the head has no field that only a connection may have.
// covers: handlers/src/handlers/nph_reply.cpp handlers/src/handlers/upstream_fields.cpp
// covers: handlers/src/http1/head_parser.cpp handlers/src/http1/framing.cpp
// covers: handlers/src/http1/body_decoder.cpp handlers/src/http1/chunked_decoder.cpp
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "../../handlers/src/handlers/nph_reply.h"
#include <turngate/http/error.h>

using namespace turngate;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

struct Reply {
    std::string head;
    std::string body;
    std::string error;
    std::size_t left = 0;  // bytes behind the end of the body
    bool operator==(const Reply&) const = default;
};

std::string text_of(const cgi::ResponseHead& head) {
    require(head.status >= 200 && head.status <= 599);
    std::string out = std::to_string(head.status) + '\n';
    if (head.content_length) out += std::to_string(*head.content_length) + '\n';
    for (const auto& [name, value] : head.headers) {
        require(!iequals(name, "connection") && !iequals(name, "transfer-encoding"));
        out.append(name).append(": ").append(value).append("\n");
    }
    return out;
}

Reply read(std::string_view input, bool to_head_request, std::size_t step) {
    Reply reply;
    NphReply nph(to_head_request);
    bool has_head = false;
    try {
        while (!input.empty()) {
            std::string_view piece = input.substr(0, step);
            input.remove_prefix(piece.size());
            if (!has_head) {
                if (!nph.feed(piece)) continue;
                has_head = true;
                reply.head = text_of(nph.head());
            }
            while (!piece.empty()) {
                const std::size_t before = piece.size();
                const std::string_view body = nph.body(piece);
                reply.body += body;
                if (body.empty() && piece.size() == before) break;
            }
            reply.left += piece.size();
        }
        if (has_head) nph.end();
    } catch (const ProtocolError& e) {
        reply.error = e.what();
    }
    return reply;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    for (const bool to_head_request : {false, true}) {
        const Reply whole = read(input, to_head_request, size + 1);
        require(whole.body.size() + whole.left <= size);
        require(!to_head_request || whole.body.empty());
        for (const std::size_t step : {1u, 3u, 8u, 65u})
            require(read(input, to_head_request, step) == whole);
    }
    return 0;
}
