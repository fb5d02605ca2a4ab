// Options are written as a URL's query.
#include "handler_uri.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include <turngate/handlers/spelling.h>
#include <turngate/http/encoding.h>

namespace turngate {
namespace {

std::optional<std::uint64_t> leading_number(std::string_view text, std::string_view& rest) {
    std::uint64_t number = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc()) return std::nullopt;
    rest = text.substr(static_cast<std::size_t>(end - text.data()));
    return number;
}

}  // namespace

HandlerUri HandlerUri::split(std::string_view uri) {
    HandlerUri out;
    out.text = uri;
    out.scheme = uri.substr(0, uri.find(':'));
    uri.remove_prefix(std::min(uri.size(), out.scheme.size() + 1));
    const auto mark = std::min(uri.find('?'), uri.size());
    out.encoded = uri.substr(0, mark);
    out.path = percent_decode(out.encoded);
    std::string_view rest = uri.substr(std::min(mark + 1, uri.size()));
    while (!rest.empty()) {
        const std::string_view pair = rest.substr(0, rest.find('&'));
        rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
        const auto eq = std::min(pair.find('='), pair.size());
        const std::string_view value = pair.substr(std::min(eq + 1, pair.size()));
        if (!pair.empty())
            out.options.emplace_back(percent_decode(pair.substr(0, eq)), percent_decode(value));
    }
    return out;
}

bool HandlerUri::has(std::string_view option) const {
    return std::any_of(options.begin(), options.end(),
                       [&](const auto& one) { return one.first == option; });
}

// All before the last '@', for a password may have any character, encoded or not.
std::string without_user(std::string_view uri) {
    constexpr std::string_view mark = "://";
    const auto begin = uri.find(mark);
    const auto at = uri.rfind('@');
    if (begin == uri.npos || at == uri.npos || at < begin) return std::string(uri);
    return std::string(uri.substr(0, begin)).append(mark).append("***").append(uri.substr(at));
}

std::string suggest(std::string_view word, const std::vector<std::string_view>& known) {
    std::string list;
    for (std::string_view one : known)
        list.append(list.empty() ? "" : ", ").append(one);
    const std::string_view near = nearest_word(word, known);
    return (near.empty() ? "" : "did you mean " + std::string(near) + "? ") + "expected " + list;
}

BadSetting unknown_option(std::string_view scheme, std::string_view option,
                          const std::vector<std::string_view>& known) {
    return BadSetting(std::string(scheme) + ": has no option \"" + std::string(option) +
                      "\": " + suggest(option, known));
}

BadSetting bad_value(const std::string& option, const std::string& value,
                     const std::string& expected) {
    return BadSetting("the option " + option + "=" + value + " is wrong: expected " + expected);
}

std::chrono::milliseconds duration(const std::string& option, const std::string& value) {
    constexpr std::array<std::pair<std::string_view, std::uint64_t>, 4> units = {
        {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}}};
    constexpr std::uint64_t longest = 1u << 31;  // ms, about 25 days
    std::string_view rest;
    const auto number = leading_number(value, rest);
    for (auto [unit, factor] : units)
        if (number && rest == unit && *number > 0 && *number <= longest / factor)
            return std::chrono::milliseconds(*number * factor);
    throw bad_value(option, value, "a duration, as 30s or 500ms");
}

std::chrono::milliseconds duration_or_none(const std::string& option, const std::string& value) {
    return value == "0" ? std::chrono::milliseconds(0) : duration(option, value);
}

std::size_t count(const std::string& option, const std::string& value, std::size_t least,
                  std::size_t most) {
    std::string_view rest;
    const auto number = leading_number(value, rest);
    if (!number || *number < least || *number > most || !rest.empty())
        throw bad_value(option, value,
                        "a number from " + std::to_string(least) + " to " + std::to_string(most));
    return *number;
}

std::uint64_t size(const std::string& option, const std::string& value) {
    constexpr std::array<std::pair<std::string_view, unsigned>, 4> units = {
        {{"", 0}, {"KiB", 10}, {"MiB", 20}, {"GiB", 30}}};
    std::string_view rest;
    const auto number = leading_number(value, rest);
    for (auto [unit, shift] : units)
        if (number && rest == unit && *number > 0 && *number <= (UINT64_MAX >> 1) >> shift)
            return *number << shift;
    throw bad_value(option, value, "a size above zero, as 10MiB or 4096");
}

bool is_on(const std::string& option, const std::string& value) {
    if (value != "on" && value != "off") throw bad_value(option, value, "on or off");
    return value == "on";
}

}  // namespace turngate
