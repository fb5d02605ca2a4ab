// Straight into the socket as long as nothing is left over.
#include "net/fcgi_output.h"

#include <algorithm>
#include <array>

namespace turngate::net {
namespace {

constexpr std::size_t most_kept = 128 * 1024;    // then a handler waits
constexpr std::size_t least_kept = 16 * 1024;    // the same when the door has no more room
constexpr std::size_t most_unused = 256 * 1024;  // bytes sent that still take room

}  // namespace

void FcgiOutput::put(std::span<const std::string_view> parts) {
    std::size_t sent = empty() ? connection_.send_now(parts) : 0;
    const std::size_t before = left();
    for (std::string_view part : parts) {
        const std::size_t skipped = std::min(sent, part.size());
        sent -= skipped;
        bytes_ += part.substr(skipped);
    }
    if (left() == before) return;
    door_.room_for_output -= static_cast<std::int64_t>(left() - before);
    if (before == 0) stalled_since_ = now();
}

void FcgiOutput::flush() {
    while (!empty()) {
        const std::array parts = {std::string_view(bytes_).substr(sent_)};
        const std::size_t n = connection_.send_now(parts);
        if (n == 0) break;
        sent_ += n;
        door_.room_for_output += static_cast<std::int64_t>(n);
        stalled_since_ = now();
    }
    if (empty()) return clear();
    if (sent_ >= most_unused) {
        bytes_.erase(0, sent_);
        sent_ = 0;
    }
}

bool FcgiOutput::has_room() const noexcept {
    return left() < (door_.room_for_output > 0 ? most_kept : least_kept);
}

void FcgiOutput::clear() noexcept {
    door_.room_for_output += static_cast<std::int64_t>(left());
    bytes_.clear();
    if (bytes_.capacity() > most_kept) bytes_.shrink_to_fit();
    sent_ = 0;
    stalled_since_ = never;
}

}  // namespace turngate::net
