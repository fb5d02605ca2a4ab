// Chunked bodies: every cut gives the same outcome, and what is decoded is no more than came in.
// covers: handlers/src/http1/chunked_decoder.cpp handlers/src/http1/line_reader.cpp
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "http1/chunked_outcome.h"

using namespace turngate::http1;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const Limits small{.section = 64, .fields = 2, .name = 8, .body = 20};
    for (const Limits& limits : {Limits{}, small}) {
        const std::string whole = chunked_outcome(ChunkedDecoder(limits), input, size + 1);
        for (std::size_t step : {1u, 2u, 5u, 17u})
            if (chunked_outcome(ChunkedDecoder(limits), input, step) != whole) std::abort();
        if (whole.ends_with(" left") && whole.find('|') > size) std::abort();
    }
    return 0;
}
