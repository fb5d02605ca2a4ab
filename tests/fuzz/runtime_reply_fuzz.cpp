// Replies of AWS Lambda's Runtime API, and the invocations in them: every cut gives the same
// outcome, and an id that is taken can stand in the path of a request. covers:
// gateway/src/lambda/runtime_reply.cpp gateway/src/lambda/runtime_api.cpp
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "lambda/runtime_api.h"

using namespace turngate;
using http1::Progress;

namespace {

std::string outcome(std::string_view bytes, std::size_t step) {
    RuntimeReplyReader reader;
    Progress progress = Progress::more;
    std::size_t taken = 0;
    while (progress == Progress::more && !bytes.empty()) {
        std::string_view piece = bytes.substr(0, step);
        const std::size_t size = piece.size();
        progress = reader.feed(piece);
        taken += size - piece.size();
        bytes.remove_prefix(size - piece.size());
    }
    if (progress == Progress::more) progress = reader.end();
    if (progress == Progress::failed) return reader.problem();
    RuntimeReply reply = reader.take();
    std::string out = std::to_string(taken) + ' ' + std::to_string(reply.status) + ' ' + reply.body;
    try {
        const LambdaInvocation invocation = LambdaInvocation::of(std::move(reply));
        const std::string& id = invocation.context.request_id;
        if (id.empty() || id.find_first_of(" /\r\n?#%") != id.npos) std::abort();
        out += ' ' + id;
    } catch (const ProtocolError&) {
    }
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const std::string whole = outcome(input, size + 1);
    for (const std::size_t step : {1u, 2u, 7u})
        if (outcome(input, step) != whole) std::abort();
    return 0;
}
