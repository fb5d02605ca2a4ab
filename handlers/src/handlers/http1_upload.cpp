// A body as it is, or in chunks.
#include "http1_upload.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "upstream_fields.h"

namespace turngate {
namespace {

constexpr std::size_t room_for_size = 18;  // 16 digits and a line end
constexpr std::size_t room_for_end = 2;

// Makes a chunk of the `size` bytes behind the room at the front of `block`, in place.
std::string_view framed(std::span<char> block, std::size_t size) {
    std::array<char, 16> digits;
    const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), size, 16);
    const auto count = static_cast<std::size_t>(end - digits.data());
    char* const begin = block.data() + room_for_size - 2 - count;
    std::copy_n(digits.data(), count, begin);
    std::copy_n("\r\n", 2, begin + count);
    std::copy_n("\r\n", room_for_end, block.data() + room_for_size + size);
    return {begin, count + 2 + size + room_for_end};
}

std::string last_chunk(const Headers& trailers) {
    std::string out = "0\r\n";
    for (const auto& [name, value] : passed_on_trailers(trailers))
        out.append(name).append(": ").append(value).append("\r\n");
    return out + "\r\n";
}

void send_everything(UpstreamUpload& to, Body& body, const Http1Parts& parts) {
    to.send(parts.head);
    const bool is_here = body.arrived() && !parts.is_chunked;
    if (is_here) to.sends_last();
    to.send(parts.bytes);
    if (is_here) return;

    const std::optional<std::uint64_t> size = parts.is_chunked ? std::nullopt : body.size();
    std::vector<char> block(UpstreamConnection::block_size);
    const std::span<char> room =
        std::span(block).subspan(room_for_size, block.size() - room_for_size - room_for_end);
    std::uint64_t all = 0;
    while (const std::size_t n = body.read(room)) {
        all += n;
        if (all == size) to.sends_last();
        to.send(parts.is_chunked ? framed(block, n) : std::string_view(room.data(), n));
    }
    if (!parts.is_chunked) return;
    to.sends_last();
    to.send(last_chunk(body.trailers()));
}

}  // namespace

UpstreamUpload::Job http1_upload(Body& body, const Http1Parts& parts) {
    return [&body, parts](UpstreamUpload& to) { send_everything(to, body, parts); };
}

}  // namespace turngate
