// Bodies under a Content-Encoding.
#include "record/content_coding.h"

#include <array>
#include <limits>
#include <zlib.h>

#include <turngate/http/field_list.h>

namespace turngate::recording {

std::string content_coding(const Headers& headers) {
    const std::string all = headers.joined("Content-Encoding");
    std::string_view rest = all;
    std::string codings;
    while (!rest.empty()) {
        const std::string coding = lower_case(take_element(rest));
        if (!coding.empty() && coding != "identity")
            codings.append(codings.empty() ? "" : ", ").append(coding);
    }
    return codings;
}

std::optional<std::string> decoded_body(std::string_view body, std::string_view coding,
                                        std::size_t limit) {
    if (coding != "gzip" && coding != "x-gzip" && coding != "deflate") return std::nullopt;
    if (body.size() > std::numeric_limits<uInt>::max()) return std::nullopt;
    z_stream stream{};
    // 15 + 32: the largest window, with the header of gzip or of zlib, whichever there is.
    if (::inflateInit2(&stream, 15 + 32) != Z_OK) return std::nullopt;
    // zlib does not write through next_in; its type predates const.
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
    stream.avail_in = static_cast<uInt>(body.size());
    std::string out;
    std::array<char, 32 * 1024> block;
    int result = Z_OK;
    while (result == Z_OK && out.size() <= limit) {
        stream.next_out = reinterpret_cast<Bytef*>(block.data());
        stream.avail_out = block.size();
        result = ::inflate(&stream, Z_NO_FLUSH);
        out.append(block.data(), block.size() - stream.avail_out);
        // One gzip member may follow another (RFC 1952 section 2.2).
        if (result == Z_STREAM_END && stream.avail_in > 0) result = ::inflateReset(&stream);
    }
    ::inflateEnd(&stream);
    if (result != Z_STREAM_END || out.size() > limit) return std::nullopt;
    return out;
}

}  // namespace turngate::recording
