// What an event and an expected reply may have, and how more is refused.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include <turngate/events/decode.h>

namespace turngate::replay {

// Bytes of JSON. The word of decode(), so that no command takes what another refuses.
inline const std::size_t event_limit = events::DecodeOptions().max_size;

// The same where a rule of a platform is to tell that an event is too large for it.
inline constexpr std::size_t strict_event_limit = 64u << 20;

// Of an expected reply.
inline constexpr std::size_t golden_limit = 64u << 20;

// Of a HAR file.
inline constexpr std::size_t har_limit = 64u << 20;

// Of what is in a packed file with an event a line, whose lines are read one by one.
inline constexpr std::uint64_t unpacked_limit = 16ull << 30;

// "has 7000000 bytes, more than the limit of 6291456"
inline std::string too_large(std::uint64_t size, std::uint64_t limit) {
    return "has " + std::to_string(size) + " bytes, more than the limit of " +
           std::to_string(limit);
}

// The same of an event, in the words of decode().
inline std::string event_too_large(std::uint64_t size, std::uint64_t limit = event_limit) {
    return "the event " + too_large(size, limit);
}

}  // namespace turngate::replay
