// Bytes first, then the file.
#include "net/outbox.h"

#include <array>
#include <fcntl.h>

namespace turngate::net {
namespace {

constexpr std::size_t most_bytes = 2u << 20;  // of one connection

}  // namespace

bool Outbox::keep(std::span<const std::string_view> parts) {
    std::size_t all = 0;
    for (const std::string_view part : parts)
        all += part.size();
    const auto size = static_cast<std::int64_t>(all);
    if (bytes_.size() + all > most_bytes || file_left_ > 0) return false;
    if (door_.room_for_output.fetch_sub(size) < size) {
        door_.room_for_output += size;
        return false;
    }
    for (const std::string_view part : parts)
        bytes_ += part;
    return true;
}

bool Outbox::keep(int file, std::uint64_t offset, std::uint64_t size) {
    if (file_left_ > 0) return false;
    file_.reset(::fcntl(file, F_DUPFD_CLOEXEC, 3));
    if (!file_) return false;
    offset_ = offset;
    file_left_ = size;
    return true;
}

bool Outbox::send(Connection& connection) {
    while (sent_ < bytes_.size()) {
        const std::array parts = {std::string_view(bytes_).substr(sent_)};
        const std::size_t n = connection.send_now(parts, file_left_ > 0);
        if (n == 0) return false;
        sent_ += n;
    }
    while (file_left_ > 0) {
        const std::size_t n = connection.send_file_now(file_.get(), offset_, file_left_);
        if (n == 0) return false;
        file_left_ -= n;
    }
    clear();
    return true;
}

void Outbox::clear() noexcept {
    door_.room_for_output += static_cast<std::int64_t>(bytes_.size());
    bytes_ = {};
    sent_ = 0;
    file_.reset();
    file_left_ = 0;
}

}  // namespace turngate::net
