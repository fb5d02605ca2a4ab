// Sets of status codes: "200,204,300-399".
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace turngate {

struct StatusRange {
    int first = 0;
    int last = 0;  // included

    bool operator==(const StatusRange&) const = default;
};

// Codes of three digits and ranges of them, separated by commas, blanks around each. Absent if
// `text` is anything else, is empty, or has a range that ends before it begins.
std::optional<std::vector<StatusRange>> parse_status_ranges(std::string_view text);

bool contains(std::span<const StatusRange> ranges, int status) noexcept;

// As parse_status_ranges() takes it.
std::string status_ranges_text(std::span<const StatusRange> ranges);

}  // namespace turngate
