// Two lengths of one or four bytes, a name, a value.
#include <algorithm>
#include <cstring>
#include <utility>

#include <turngate/fcgi/pairs.h>

namespace turngate::fcgi {
namespace {

constexpr unsigned char long_form = 0x80;

// Takes one length from the front; false if it is not all there.
bool read_length(std::string_view& bytes, std::size_t& length) noexcept {
    if (bytes.empty()) return false;
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
    if (byte(0) < long_form) {
        length = byte(0);
        bytes.remove_prefix(1);
        return true;
    }
    if (bytes.size() < 4) return false;
    length = static_cast<std::size_t>(byte(0) & ~long_form) << 24 |
             static_cast<std::size_t>(byte(1)) << 16 | static_cast<std::size_t>(byte(2)) << 8 |
             byte(3);
    bytes.remove_prefix(4);
    return true;
}

void append_length(std::string& out, std::size_t length) {
    if (length < long_form) {
        out += static_cast<char>(length);
        return;
    }
    out += static_cast<char>(length >> 24 | long_form);
    out += static_cast<char>(length >> 16);
    out += static_cast<char>(length >> 8);
    out += static_cast<char>(length);
}

}  // namespace

bool PairReader::feed(std::string_view bytes) {
    if (!error_.empty()) return false;
    if (bytes.empty()) return true;
    const std::size_t size = stream_.size() + bytes.size();
    if (size > limits_.bytes)
        return fail_as_too_large("the FastCGI variables have more than " +
                                 std::to_string(limits_.bytes) + " bytes");
    if (stream_.empty()) {
        stream_ = bytes;
    } else {
        if (!is_kept_ || size > kept_.capacity()) move(std::max(size, 2 * stream_.size()));
        kept_ += bytes;
        stream_ = kept_;
    }
    return read_pairs();
}

void PairReader::keep() {
    if (!is_kept_ && !stream_.empty()) move(stream_.size());
}

// To a place of our own, where `room` bytes fit.
void PairReader::move(std::size_t room) {
    std::string place;
    place.reserve(std::max<std::size_t>(room, 64));  // so much that it is not within the string
    place = stream_;
    for (Pair& pair : pairs_) {
        const auto moved = [&](std::string_view text) {
            return std::string_view(place).substr(
                static_cast<std::size_t>(text.data() - stream_.data()), text.size());
        };
        pair = {moved(pair.name), moved(pair.value)};
    }
    kept_ = std::move(place);
    stream_ = kept_;
    is_kept_ = true;
}

bool PairReader::read_pairs() {
    constexpr std::size_t usual = 32;
    pairs_.reserve(std::min(usual, limits_.pairs));
    for (;;) {
        std::string_view rest = stream_.substr(read_);
        std::size_t name = 0, value = 0;
        if (!read_length(rest, name) || !read_length(rest, value)) return true;
        // Before the bytes have come: a length that lies is found out at once.
        if (pairs_.size() >= limits_.pairs)
            return fail_as_too_large("there are more than " + std::to_string(limits_.pairs) +
                                     " FastCGI variables");
        if (name + value > limits_.bytes)
            return fail_as_too_large("a FastCGI variable of " + std::to_string(name + value) +
                                     " bytes is more than all may have together, " +
                                     std::to_string(limits_.bytes));
        if (rest.size() < name + value) return true;
        if (std::memchr(rest.data(), 0, name + value) != nullptr)
            return fail("a FastCGI variable has a NUL in its name or value");
        pairs_.push_back({rest.substr(0, name), rest.substr(name, value)});
        read_ = stream_.size() - (rest.size() - name - value);
    }
}

bool PairReader::finish() {
    if (!error_.empty()) return false;
    if (read_ == stream_.size()) return true;
    return fail("the FastCGI variables end within a name, a value or a length");
}

bool PairReader::fail_as_too_large(std::string message) {
    is_too_large_ = true;
    return fail(std::move(message));
}

bool PairReader::fail(std::string message) {
    error_ = std::move(message);
    return false;
}

void PairReader::clear() noexcept {
    stream_ = {};
    is_kept_ = false;
    read_ = 0;
    pairs_.clear();
    error_.clear();
    is_too_large_ = false;
}

void append_pair(std::string& out, std::string_view name, std::string_view value) {
    append_length(out, name.size());
    append_length(out, value.size());
    out.append(name).append(value);
}

std::size_t pair_size(std::string_view name, std::string_view value) noexcept {
    const auto size = [](std::string_view text) {
        return text.size() + (text.size() < 128 ? 1 : 4);
    };
    return size(name) + size(value);
}

}  // namespace turngate::fcgi
