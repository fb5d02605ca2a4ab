#include <algorithm>

#include <turngate/handlers/status_range.h>

namespace turngate {
namespace {

std::string_view trimmed(std::string_view text) {
    const auto first = std::min(text.find_first_not_of(" \t"), text.size());
    text.remove_prefix(first);
    return text.substr(0, text.find_last_not_of(" \t") + 1);
}

// Three digits, of which the first is not 0.
std::optional<int> parse_status(std::string_view text) {
    if (text.size() != 3 || text[0] == '0') return std::nullopt;
    int status = 0;
    for (char c : text) {
        if (c < '0' || c > '9') return std::nullopt;
        status = status * 10 + (c - '0');
    }
    return status;
}

std::optional<StatusRange> parse_range(std::string_view text) {
    const auto dash = text.find('-');
    const auto first = parse_status(trimmed(text.substr(0, dash)));
    const auto last = dash == text.npos ? first : parse_status(trimmed(text.substr(dash + 1)));
    if (!first || !last || *last < *first) return std::nullopt;
    return StatusRange{*first, *last};
}

}  // namespace

std::optional<std::vector<StatusRange>> parse_status_ranges(std::string_view text) {
    std::vector<StatusRange> out;
    for (;;) {
        const auto comma = text.find(',');
        const auto range = parse_range(text.substr(0, comma));
        if (!range) return std::nullopt;
        out.push_back(*range);
        if (comma == text.npos) return out;
        text.remove_prefix(comma + 1);
    }
}

bool contains(std::span<const StatusRange> ranges, int status) noexcept {
    return std::any_of(ranges.begin(), ranges.end(), [&](const StatusRange& range) {
        return range.first <= status && status <= range.last;
    });
}

std::string status_ranges_text(std::span<const StatusRange> ranges) {
    std::string out;
    for (const StatusRange& range : ranges) {
        if (!out.empty()) out += ',';
        out += std::to_string(range.first);
        if (range.last != range.first) out += '-' + std::to_string(range.last);
    }
    return out;
}

}  // namespace turngate
