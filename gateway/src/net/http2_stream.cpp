// The buffers of a stream, and what they take of the room that all connections share.
#include "net/http2_stream.h"

namespace turngate::net {
namespace {

constexpr Ticks grace = 10'000;
constexpr std::uint64_t least_pace = 240;  // bytes a second

}  // namespace

bool Http2Stream::drips(Ticks time) const noexcept {
    if (body_began == never || time - body_began <= grace) return false;
    return received < least_pace * static_cast<std::uint64_t>((time - body_began) / 1000);
}

void Http2Stream::put_output(std::string_view bytes) {
    output.put(bytes);
    door.room_for_output -= static_cast<std::int64_t>(bytes.size());
}

std::size_t Http2Stream::take_output(char* into, std::size_t room) noexcept {
    const std::size_t n = output.take(into, room);
    door.room_for_output += static_cast<std::int64_t>(n);
    return n;
}

void Http2Stream::drop_output() noexcept {
    door.room_for_output += static_cast<std::int64_t>(output.size());
    output = {};
}

}  // namespace turngate::net
