// Whole replies as a client reads them, head after head and then the body: every cut gives the same
// outcome, and no more comes out than went in.
// covers: handlers/src/http1/head_parser.cpp handlers/src/http1/framing.cpp
// covers: handlers/src/http1/body_decoder.cpp handlers/src/http1/chunked_decoder.cpp
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "http1/body_outcome.h"
#include "http1/outcome.h"

using namespace turngate::http1;

namespace {

constexpr auto asked = ReplyHeadParser::Upgrade::asked;

std::string reply_outcome(std::string_view bytes, bool to_head, const Limits& limits,
                          std::size_t step) {
    std::string out;
    for (;;) {
        const ReplyHeadParser fresh(to_head, limits, asked);
        const std::string head = outcome(fresh, bytes, step);
        out += head + '\n';
        if (!head.ends_with(" left")) return out;
        ReplyHeadParser parser = fresh;
        parser.feed(bytes);
        const ReplyHead taken = parser.take();
        if (taken.status == 101) return out;
        if (taken.status < 200) continue;
        return out + body_outcome(BodyDecoder(taken.framing, limits), bytes, step);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const Limits small{.start_line = 64, .section = 128, .fields = 3, .name = 8, .body = 100};
    for (const Limits& limits : {Limits{}, small}) {
        for (const bool to_head : {false, true}) {
            const std::string whole = reply_outcome(input, to_head, limits, size + 1);
            for (std::size_t step : {1u, 2u, 7u})
                if (reply_outcome(input, to_head, limits, step) != whole) std::abort();
        }
    }
    return 0;
}
