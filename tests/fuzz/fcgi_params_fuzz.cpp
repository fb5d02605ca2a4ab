// FastCGI variables: every cut gives the same pairs or the same error, and pairs that are written
// again are read as they were.
// covers: handlers/src/fcgi/pairs.cpp handlers/src/fcgi/write.cpp
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "fcgi/outcome.h"
#include <turngate/fcgi/write.h>

using namespace turngate::fcgi;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

// What ParamsWriter makes of the pairs, read record by record, as php-fpm does.
std::string written_again(std::span<const Pair> pairs) {
    std::string records, out;
    ParamsWriter writer(records, 1);
    for (const auto& [name, value] : pairs)
        writer.add(name, value);
    writer.finish();
    RecordReader reader;
    std::string_view rest = records;
    for (RecordReader::Piece piece; reader.next(rest, piece) == RecordReader::Result::piece;) {
        PairReader alone({.bytes = max_content, .pairs = max_content});
        require(alone.feed(piece.content) && alone.finish());
        for (const auto& [name, value] : alone.pairs())
            out.append(name).append("=").append(value).append(";");
    }
    return out + "end";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view stream(reinterpret_cast<const char*>(data), size);
    for (const PairLimits& limits : {PairLimits{}, PairLimits{.bytes = 64, .pairs = 3}}) {
        if (size > limits.bytes) continue;  // which is found out before the pairs are looked at
        const std::string whole = pairs_outcome(stream, size + 1, limits);
        for (std::size_t step : {1u, 2u, 3u, 8u, 17u})
            require(pairs_outcome(stream, step, limits) == whole);
    }
    PairReader reader;
    if (reader.feed(stream) && reader.finish())
        require(written_again(reader.pairs()) == pairs_outcome(stream, size + 1));
    return 0;
}
