// Lists in the values of header fields.
#pragma once

#include <algorithm>
#include <string_view>

namespace turngate {

// `text` without the blanks around it (OWS, RFC 9110 section 5.6.3).
inline std::string_view trimmed(std::string_view text) noexcept {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// The next element of `list`, trimmed; it and the separator behind it are taken off. Elements may
// be empty, and mean nothing then (RFC 9110 section 5.6.1).
inline std::string_view take_element(std::string_view& list, char separator = ',') noexcept {
    const std::string_view element = list.substr(0, list.find(separator));
    list.remove_prefix(std::min(list.size(), element.size() + 1));
    return trimmed(element);
}

}  // namespace turngate
