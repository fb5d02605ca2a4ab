// HTTP/1.1 heads: every cut gives the same outcome, and an accepted head written again parses to
// itself.
// covers: handlers/src/http1/head_parser.cpp handlers/src/http1/line_reader.cpp
// covers: handlers/src/http1/framing.cpp handlers/src/http1/target.cpp
// covers: handlers/src/http1/write_head.cpp handlers/src/http/headers.cpp
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "http1/outcome.h"
#include <turngate/http1/head_parser.h>
#include <turngate/http1/write_head.h>

using namespace turngate;
using namespace turngate::http1;

namespace {

template <class Parser>
void check_cuts(const Parser& parser, std::string_view input) {
    const std::string whole = outcome(parser, input, input.size() + 1);
    for (std::size_t step : {1u, 2u, 5u, 17u})
        if (outcome(parser, input, step) != whole) std::abort();
}

void check_request_round_trip(std::string_view input) {
    RequestHeadParser parser;
    if (parser.feed(input) != Progress::done) return;
    RequestHead head = parser.take();
    if (head.version == Version::http10) return;  // written as 1.1, it means something else

    std::string wire;
    write_request_head(wire, head.method, head.target, head.headers);
    std::string_view rest = wire;
    if (parser.feed(rest) != Progress::done || !rest.empty()) std::abort();
    const RequestHead again = parser.take();
    if (describe(again) != describe(head) || !(again.headers == head.headers)) std::abort();
}

void check_reply_round_trip(std::string_view input) {
    ReplyHeadParser parser(false);
    if (parser.feed(input) != Progress::done) return;
    const ReplyHead head = parser.take();
    if (head.version == Version::http10) return;

    std::string wire;
    write_reply_head(wire, head.status, head.headers);
    std::string_view rest = wire;
    if (parser.feed(rest) != Progress::done || !rest.empty()) std::abort();
    const ReplyHead again = parser.take();
    if (again.status != head.status || again.framing != head.framing ||
        again.keep_alive != head.keep_alive || !(again.headers == head.headers))
        std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const Limits small{.start_line = 64, .section = 128, .fields = 3, .name = 8, .body = 1000};
    check_cuts(RequestHeadParser(), input);
    check_cuts(RequestHeadParser(small), input);
    check_cuts(ReplyHeadParser(false), input);
    check_cuts(ReplyHeadParser(true, small), input);
    check_request_round_trip(input);
    check_reply_round_trip(input);
    return 0;
}
