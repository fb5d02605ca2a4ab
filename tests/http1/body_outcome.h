// Decodes bytes as one body, cut in different ways, and tells the outcome as one line.
#pragma once

#include <string>
#include <string_view>

#include <turngate/http1/body_decoder.h>

namespace turngate::http1 {

// "data|Trailer=value|3 left" or "data|400 what is wrong"; the connection ends behind `bytes`, of
// which `step` go in at once.
inline std::string body_outcome(BodyDecoder decoder, std::string_view bytes, std::size_t step) {
    std::string out;
    std::string_view none, data;
    Progress progress = decoder.feed(none, data);
    while (progress == Progress::more && !bytes.empty()) {
        const std::string piece(bytes.substr(0, step));  // a copy, so that no view may outlive it
        std::string_view rest = piece;
        do {
            progress = decoder.feed(rest, data);
            out += data;
        } while (progress == Progress::more && !rest.empty());
        bytes.remove_prefix(piece.size() - rest.size());
    }
    if (progress == Progress::more) progress = decoder.end();
    if (progress == Progress::failed)
        return out + '|' + std::to_string(decoder.error().status) + ' ' + decoder.error().message;
    for (const auto& field : decoder.take_trailers())
        out.append("|").append(field.name).append("=").append(field.value);
    return out + '|' + std::to_string(bytes.size()) + " left";
}

}  // namespace turngate::http1
