// gzip: no more than the limit comes out, whatever goes in, and in any pieces the same.
// covers: gateway/src/replay/gunzip.cpp
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>

#include "replay/gunzip.h"

using namespace turngate::replay;

namespace {

constexpr std::uint64_t limit = 1u << 20;

std::optional<std::string> in_pieces(std::string_view packed, std::size_t piece) {
    try {
        Gunzip unpacker(limit);
        std::string out;
        std::array<char, 1000> block;
        while (const std::size_t n = unpacker.read(block, [&](std::span<char> room) {
            const std::size_t size = std::min({room.size(), packed.size(), piece});
            std::memcpy(room.data(), packed.data(), size);
            packed.remove_prefix(size);
            return size;
        }))
            out.append(block.data(), n);
        return out;
    } catch (const BadGzip&) {
        return std::nullopt;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view packed(reinterpret_cast<const char*>(data), size);
    const auto whole = in_pieces(packed, SIZE_MAX);
    if (whole && whole->size() > limit) std::abort();
    if (in_pieces(packed, 1) != whole) std::abort();
    return 0;
}
