// FastCGI records: every cut gives the same outcome, and no more content than came in.
// covers: handlers/src/fcgi/record.cpp
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "fcgi/outcome.h"

using namespace turngate::fcgi;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const std::string whole = record_outcome(input, size + 1);
    for (std::size_t step : {1u, 2u, 7u, 8u, 17u})
        if (record_outcome(input, step) != whole) std::abort();

    RecordReader reader;
    std::string_view rest = input;
    std::size_t content = 0;
    for (RecordReader::Piece piece; reader.next(rest, piece) == RecordReader::Result::piece;) {
        content += piece.content.size();
        if (piece.content.size() > piece.header.content_size) std::abort();
    }
    if (content > size) std::abort();
    return 0;
}
