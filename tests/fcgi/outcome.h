// Reads bytes as records, or as pairs, cut in different ways, and tells the outcome as one line.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <turngate/fcgi/pairs.h>
#include <turngate/fcgi/record.h>

namespace turngate::fcgi {

// "1/4+0:content" for each record of type 1 and request 4 without padding, then "more", "between"
// or the error. `step` bytes go in at once. What has come of the last record counts.
inline std::string record_outcome(std::string_view bytes, std::size_t step) {
    RecordReader reader;
    std::string out;
    bool is_open = false;
    while (!bytes.empty()) {
        const std::string copy(bytes.substr(0, step));  // so that no view may outlive it
        bytes.remove_prefix(copy.size());
        std::string_view rest = copy;
        RecordReader::Piece piece;
        for (;;) {
            const RecordReader::Result result = reader.next(rest, piece);
            if (result == RecordReader::Result::failed) return out + reader.error();
            if (result == RecordReader::Result::more) break;
            if (!is_open)
                out += std::to_string(static_cast<int>(piece.header.type)) + '/' +
                       std::to_string(piece.header.request_id) + '+' +
                       std::to_string(piece.header.padding_size) + ':';
            out += piece.content;
            is_open = !piece.is_last;
            if (piece.is_last) out += ' ';
        }
    }
    return out + (reader.is_between() ? "between" : "more");
}

// "name=value;" for each pair, then "end" or the error. With an odd `step` each piece is kept and
// gone at once, with an even one it stays where it is until the next is fed.
inline std::string pairs_outcome(std::string_view stream, std::size_t step,
                                 const PairLimits& limits = {}) {
    PairReader reader(limits);
    std::unique_ptr<std::string> last;
    bool is_good = true;
    while (is_good && !stream.empty()) {
        auto piece = std::make_unique<std::string>(stream.substr(0, step));
        stream.remove_prefix(piece->size());
        is_good = reader.feed(*piece);
        if (step % 2 == 1) reader.keep();
        last = step % 2 == 1 ? nullptr : std::move(piece);
    }
    is_good = is_good && reader.finish();
    std::string out;
    for (const auto& [name, value] : reader.pairs())
        out.append(name).append("=").append(value).append(";");
    return out + (is_good ? "end" : reader.error());
}

}  // namespace turngate::fcgi
