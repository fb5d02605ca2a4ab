// Numbers, durations and sizes as people write them.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace turngate::cli {

// All are absent for text that is not wholly a value, or is out of range of the type.

// Decimal digits, with a leading '-' for negative numbers.
std::optional<std::int64_t> parse_number(std::string_view text) noexcept;

// One or more numbers with a unit each, added up: "2s", "500ms", "1m30s", "1.5h". Units: ns us ms
// s m h d. Only zero needs none.
std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text) noexcept;

// Bytes: "4096", "64k", "10MiB", "1.5 GB". kB, MB, GB, TB are powers of 1000; KiB ... and the bare
// letters K M G T are powers of 1024. Case does not matter.
std::optional<std::uint64_t> parse_size(std::string_view text) noexcept;

// The other way round: "10s", or "500ms" if it is not whole seconds.
std::string duration_text(std::chrono::milliseconds time);

}  // namespace turngate::cli
