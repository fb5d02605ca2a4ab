#include <algorithm>
#include <charconv>
#include <optional>

#include <turngate/http/byte_ranges.h>
#include <turngate/http/field_list.h>
#include <turngate/http/headers.h>

namespace turngate {
namespace {

// Digits alone; what is too large for 64 bits is past the end of every file anyway.
std::optional<std::uint64_t> position(std::string_view text) {
    if (text.empty() || text.find_first_not_of("0123456789") != text.npos) return std::nullopt;
    std::uint64_t value = 0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
    return result.ec == std::errc() ? value : UINT64_MAX;
}

enum class Spec { malformed, outside, inside };

// One "0-99", "100-" or "-5".
Spec read_spec(std::string_view text, std::uint64_t size, ByteRange& range) {
    const auto dash = text.find('-');
    if (dash == text.npos) return Spec::malformed;
    const auto first = position(text.substr(0, dash));
    const auto last = position(text.substr(dash + 1));
    if (dash == 0) {
        if (!last) return Spec::malformed;
        if (*last == 0 || size == 0) return Spec::outside;
        range = {size - std::min(size, *last), size - 1};
        return Spec::inside;
    }
    if (!first || (!last && dash + 1 < text.size()) || (last && *last < *first))
        return Spec::malformed;
    if (*first >= size) return Spec::outside;
    range = {*first, last ? std::min(*last, size - 1) : size - 1};
    return Spec::inside;
}

bool overlap(const ByteRange& a, const ByteRange& b) {
    return a.first <= b.last && b.first <= a.last;
}

bool join(const ByteRange& a, const ByteRange& b) {
    return overlap(a, b) || a.last + 1 == b.first || b.last + 1 == a.first;
}

// Makes one of `range` and all it joins, at the place of the first of these.
void add(std::vector<ByteRange>& ranges, ByteRange range) {
    const auto at = [&](std::size_t i) { return ranges.begin() + static_cast<std::ptrdiff_t>(i); };
    std::size_t place = ranges.size();
    for (std::size_t i = 0; i < ranges.size();) {
        const ByteRange other = ranges[i];
        if (!join(other, range)) {
            ++i;
            continue;
        }
        range = {std::min(other.first, range.first), std::max(other.last, range.last)};
        ranges.erase(at(i));
        place = std::min(place, i);
        i = 0;  // what has grown may join one that stood before
    }
    ranges.insert(at(std::min(place, ranges.size())), range);
}

}  // namespace

std::string ByteRange::content_range(std::uint64_t complete) const {
    return "bytes " + std::to_string(first) + '-' + std::to_string(last) + '/' +
           std::to_string(complete);
}

RangeChoice choose_ranges(std::string_view range, std::uint64_t size) {
    constexpr std::string_view unit = "bytes=";
    range = trimmed(range);
    if (!iequals(range.substr(0, unit.size()), unit)) return {};
    range.remove_prefix(unit.size());
    std::vector<ByteRange> asked;
    std::size_t count = 0;
    while (!range.empty()) {
        const std::string_view text = take_element(range);
        if (text.empty()) continue;
        ByteRange one{};
        const Spec spec = read_spec(text, size, one);
        if (spec == Spec::malformed) return {};
        ++count;
        if (spec == Spec::inside && asked.size() <= most_ranges) asked.push_back(one);
    }
    // Some clients put a Range on everything: an empty file has nothing to refuse them.
    if (count == 0 || size == 0) return {};
    if (count > most_ranges || asked.empty()) return {RangeChoice::Kind::unsatisfiable};
    const auto overlapping = std::count_if(asked.begin(), asked.end(), [&](const ByteRange& one) {
        return std::any_of(asked.begin(), asked.end(), [&](const ByteRange& other) {
            return &one != &other && overlap(one, other);
        });
    });
    if (static_cast<std::size_t>(overlapping) > most_overlapping_ranges)
        return {RangeChoice::Kind::unsatisfiable};
    RangeChoice choice{RangeChoice::Kind::partial};
    for (const ByteRange& one : asked)
        add(choice.ranges, one);
    return choice;
}

}  // namespace turngate
