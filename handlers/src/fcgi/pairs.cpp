// Two lengths of one or four bytes, a name, a value.
#include <algorithm>
#include <cstring>
#include <utility>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <turngate/fcgi/pairs.h>

namespace turngate::fcgi {
namespace {

constexpr unsigned char long_form = 0x80;

// Reads the length at `at`, which moves behind it; null if it is not all there before `end`.
const char* read_length(const char* at, const char* end, std::size_t& length) noexcept {
    if (at == end) return nullptr;
    const auto byte = [&](std::ptrdiff_t i) { return static_cast<unsigned char>(at[i]); };
    if (byte(0) < long_form) {
        length = byte(0);
        return at + 1;
    }
    if (end - at < 4) return nullptr;
    length = static_cast<std::size_t>(byte(0) & ~long_form) << 24 |
             static_cast<std::size_t>(byte(1)) << 16 | static_cast<std::size_t>(byte(2)) << 8 |
             byte(3);
    return at + 4;
}

// True if one of `size` bytes is not above CR, as LF and NUL are not, and hardly another; what lies
// behind them may be read up to `end`.
bool has_low_byte(const char* at, std::size_t size, [[maybe_unused]] const char* end) noexcept {
#ifdef __SSE2__
    constexpr std::size_t block = sizeof(__m128i);  // two are nearly all pairs
    const auto low = [](const char* from) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
        return _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8('\r')), bytes);
    };
    if (size >= block) {
        const char* const last = at + size - block;
        __m128i found = low(last);
        for (; at < last; at += block)
            found = _mm_or_si128(found, low(at));
        return _mm_movemask_epi8(found) != 0;
    }
    if (static_cast<std::size_t>(end - at) >= block)
        return (static_cast<unsigned>(_mm_movemask_epi8(low(at))) & ((1u << size) - 1)) != 0;
#endif
    return std::any_of(at, at + size, [](char c) { return static_cast<unsigned char>(c) <= '\r'; });
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
    if (pairs_.capacity() < usual) pairs_.reserve(std::min(usual, limits_.pairs));
    const char* const end = stream_.data() + stream_.size();
    const char* at = stream_.data() + read_;
    for (std::size_t name = 0, value = 0;;) {
        if (end - at >= 2 && ((at[0] | at[1]) & long_form) == 0) {  // as nearly all are
            name = static_cast<unsigned char>(at[0]);
            value = static_cast<unsigned char>(at[1]);
            at += 2;
        } else {
            at = read_length(at, end, name);
            if (at) at = read_length(at, end, value);
            if (!at) return true;
        }
        // Before the bytes have come: a length that lies is found out at once.
        if (pairs_.size() >= limits_.pairs)
            return fail_as_too_large("there are more than " + std::to_string(limits_.pairs) +
                                     " FastCGI variables");
        const std::size_t size = name + value;
        if (static_cast<std::size_t>(end - at) < size) {
            if (size <= limits_.bytes) return true;
            return fail_as_too_large("a FastCGI variable of " + std::to_string(size) +
                                     " bytes is more than all may have together, " +
                                     std::to_string(limits_.bytes));
        }
        if (has_low_byte(at, size, end)) {
            const std::string_view pair(at, size);
            if (pair.find('\0') != pair.npos)
                return fail("a FastCGI variable has a NUL in its name or value");
            has_line_break_ = has_line_break_ || pair.find_first_of("\r\n") != pair.npos;
        }
        pairs_.push_back({{at, name}, {at + name, value}});
        at += size;
        read_ = static_cast<std::size_t>(at - stream_.data());
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

void PairReader::restart(const PairLimits& limits) noexcept {
    limits_ = limits;
    stream_ = {};
    is_kept_ = false;
    read_ = 0;
    pairs_.clear();
    error_.clear();
    is_too_large_ = false;
    has_line_break_ = false;
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
