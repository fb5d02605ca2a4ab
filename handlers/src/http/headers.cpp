// The block of bytes behind Headers, and the check that keeps CR, LF and NUL out of it.
#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <utility>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <turngate/http/headers.h>

namespace turngate {
namespace {

// 1 for each byte that no token has.
constexpr std::array<std::uint8_t, 256> not_in_token = [] {
    std::array<std::uint8_t, 256> table{};
    table.fill(1);
    for (char c : std::string_view("!#$%&'*+-.^_`|~0123456789"
                                   "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"))
        table[static_cast<unsigned char>(c)] = 0;
    return table;
}();

// Room for what nearly every response still gets: Content-Length, Date and the like.
constexpr std::size_t spare_bytes = 64;
constexpr std::size_t spare_fields = 2;

// A name that may be hostile, fit for a log line.
std::string printable(std::string_view name) {
    constexpr std::size_t longest = 64;
    constexpr const char* digits = "0123456789abcdef";
    std::string out = "\"";
    for (char c : name.substr(0, longest)) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x20 && byte < 0x7f && c != '"' && c != '\\') {
            out += c;
        } else {
            out += "\\x";
            out += digits[byte >> 4];
            out += digits[byte & 15];
        }
    }
    return out + (name.size() > longest ? "...\"" : "\"");
}

// Values may be secrets, so only the name is told.
void check(std::string_view name, std::string_view value) {
    if (!is_token(name))
        throw std::invalid_argument("the header name " + printable(name) + " is not a token");
    if (!is_field_value(value))
        throw std::invalid_argument("the value of the header " + printable(name) +
                                    " has a CR, LF or NUL");
}

std::uint64_t load(const char* at) noexcept {
    std::uint64_t word;
    std::memcpy(&word, at, sizeof word);
    return word;
}

// All bytes of `s`, some more than once, and what is in no line end. REQUIRES: they are fewer than
// eight.
std::uint64_t load_few(std::string_view s) noexcept {
    if (s.size() >= sizeof(std::uint32_t)) {
        std::uint32_t first, last;
        std::memcpy(&first, s.data(), sizeof first);
        std::memcpy(&last, s.data() + s.size() - sizeof last, sizeof last);
        return std::uint64_t{last} << 32 | first;
    }
    std::uint64_t word = 0x0101010101010101;
    for (char c : s)
        word = word << 8 | static_cast<unsigned char>(c);
    return word;
}

bool has_line_byte(std::uint64_t word) noexcept {
    constexpr std::uint64_t ones = 0x0101010101010101, highs = ones * 0x80;
    // Not zero exactly if one of the eight bytes is zero.
    constexpr auto zero = [](std::uint64_t w) { return (w - ones) & ~w & highs; };
    return (zero(word) | zero(word ^ (ones * '\r')) | zero(word ^ (ones * '\n'))) != 0;
}

// True if `holds` is for all of `s`, eight bytes at a time; the last eight overlap those before.
// REQUIRES: `s` has at least eight.
template <typename Predicate>
bool all_words(std::string_view s, Predicate holds) noexcept {
    const char* const last = s.data() + s.size() - sizeof(std::uint64_t);
    for (const char* at = s.data(); at < last; at += sizeof(std::uint64_t))
        if (!holds(load(at))) return false;
    return holds(load(last));
}

char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

}  // namespace

bool iless(std::string_view a, std::string_view b) noexcept {
    return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(),
                                        [](char x, char y) { return lower(x) < lower(y); });
}

std::string lower_case(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), lower);
    return out;
}

std::size_t token_size(std::string_view s) noexcept {
    std::size_t size = 0;
    while (size < s.size() && !not_in_token[static_cast<unsigned char>(s[size])])
        ++size;
    return size;
}

bool is_token(std::string_view s) noexcept {
    const auto bad_at = [s](std::size_t i) -> unsigned {
        return not_in_token[static_cast<unsigned char>(s[i])];
    };
    unsigned bad = s.empty();
    std::size_t i = 0;
    for (; i + 4 <= s.size(); i += 4)
        bad |= bad_at(i) | bad_at(i + 1) | bad_at(i + 2) | bad_at(i + 3);
    for (; i < s.size(); ++i)
        bad |= bad_at(i);
    return bad == 0;
}

bool is_field_value(std::string_view s) noexcept {
    if (s.size() < sizeof(std::uint64_t)) return !has_line_byte(load_few(s));
#ifdef __SSE2__
    if (s.size() >= sizeof(__m128i)) {
        const auto has_line_byte = [](const char* at) {
            const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
            const __m128i found =
                _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_setzero_si128()),
                             _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\r')),
                                          _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\n'))));
            return _mm_movemask_epi8(found) != 0;
        };
        const char* const last = s.data() + s.size() - sizeof(__m128i);
        for (const char* at = s.data(); at < last; at += sizeof(__m128i))
            if (has_line_byte(at)) return false;
        return !has_line_byte(last);
    }
#endif
    return all_words(s, [](std::uint64_t word) { return !has_line_byte(word); });
}

Headers::Headers(std::initializer_list<Field> fields) {
    std::size_t bytes = 0;
    for (const Field& f : fields)
        bytes += f.name.size() + f.value.size();
    reserve(bytes + spare_bytes, fields.size() + spare_fields);
    for (const Field& f : fields)
        add(f.name, f.value);
}

void Headers::add(std::string_view name, std::string_view value) {
    check(name, value);
    entries_.push_back(append(name, value));
}

void Headers::set(std::string_view name, std::string_view value) {
    check(name, value);
    const Entry* first = find(name);
    if (!first) {
        entries_.push_back(append(name, value));
        return;
    }
    const std::size_t at = static_cast<std::size_t>(first - entries_.data());
    const Entry fresh = append(name, value);
    const std::string_view kept = field(fresh).name;  // `name` may have moved with the block
    unused_ += entries_[at].name_size + entries_[at].value_size;
    entries_[at] = fresh;
    entries_.erase(
        std::remove_if(entries_.begin() + static_cast<std::ptrdiff_t>(at) + 1, entries_.end(),
                       [&](const Entry& e) {
                           if (!iequals(field(e).name, kept)) return false;
                           unused_ += e.name_size + e.value_size;
                           return true;
                       }),
        entries_.end());
}

std::size_t Headers::remove(std::string_view name) noexcept {
    const std::size_t count = std::erase_if(entries_, [&](const Entry& e) {
        if (!iequals(field(e).name, name)) return false;
        unused_ += e.name_size + e.value_size;
        return true;
    });
    if (entries_.empty()) clear();
    return count;
}

void Headers::merge(const Headers& other) {
    if (!empty())
        for (const Field& field : other)
            if (!iequals(field.name, "Set-Cookie")) remove(field.name);
    for (const Field& field : other)
        add(field.name, field.value);
}

std::vector<std::string> Headers::values(std::string_view name) const {
    std::vector<std::string> out;
    for (const auto& [key, value] : *this)
        if (iequals(key, name)) out.emplace_back(value);
    return out;
}

std::string Headers::joined(std::string_view name, std::string_view separator) const {
    std::string out;
    bool first = true;
    for (const auto& [key, value] : *this) {
        if (!iequals(key, name)) continue;
        if (!std::exchange(first, false)) out += separator;
        out += value;
    }
    return out;
}

void Headers::clear() noexcept {
    bytes_.clear();
    entries_.clear();
    unused_ = 0;
}

void Headers::reserve(std::size_t bytes, std::size_t fields) {
    bytes_.reserve(bytes);
    entries_.reserve(fields);
}

bool operator==(const Headers& a, const Headers& b) noexcept {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

Headers::Entry Headers::append(std::string_view name, std::string_view value) {
    // The arguments may be views into the block, which therefore stays until they are copied, and
    // is never one of those small strings whose bytes move when the string does.
    std::string old;
    const std::size_t extra = name.size() + value.size();
    if (extra > bytes_.capacity() - bytes_.size() || bytes_.capacity() < spare_bytes)
        old = grow(extra);
    const auto n = [](std::size_t x) { return static_cast<std::uint32_t>(x); };
    const Entry entry{n(bytes_.size()), n(name.size()), n(bytes_.size() + name.size()),
                      n(value.size())};
    bytes_.append(name).append(value);
    return entry;
}

// Makes a block with room for `extra` more bytes, leaves behind what no field uses, and returns
// the block that was.
std::string Headers::grow(std::size_t extra) {
    const std::size_t used = bytes_.size() - unused_;
    if (extra > std::numeric_limits<std::uint32_t>::max() - used)
        throw std::length_error("the header fields have more than 4 GiB");
    std::string packed;
    packed.reserve(std::max(used + extra, 2 * used) + spare_bytes);
    if (unused_ == 0) {
        packed.append(bytes_);
    } else {
        for (Entry& e : entries_) {
            const Field f = field(e);
            e.name = static_cast<std::uint32_t>(packed.size());
            packed.append(f.name);
            e.value = static_cast<std::uint32_t>(packed.size());
            packed.append(f.value);
        }
        unused_ = 0;
    }
    bytes_.swap(packed);
    return packed;
}

}  // namespace turngate
