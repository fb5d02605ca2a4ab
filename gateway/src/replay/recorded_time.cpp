// When an event was recorded.
#include "replay/recorded_time.h"

#include <charconv>
#include <cstdint>
#include <string>

#include <turngate/http/headers.h>
#include <turngate/json/json.h>

namespace turngate::replay {
namespace {

using std::chrono::microseconds;
using Time = std::optional<microseconds>;

constexpr double end_of_time = 253'402'300'800e6;  // the year 10000, in microseconds

Time plausible(double us) {
    if (!(us > 0 && us < end_of_time)) return std::nullopt;
    return microseconds(static_cast<std::int64_t>(us));
}

Time of_milliseconds(const Json& value) {
    const auto number = value.number();
    return number ? plausible(*number * 1e3) : std::nullopt;
}

Time of_text(const Json& value) {
    if (!value.string()) return std::nullopt;
    const std::string& text = *value.string();
    std::uint64_t us = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), us);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return plausible(static_cast<double>(us));
}

// "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1"
Time of_trace_id(std::string_view value) {
    constexpr std::string_view root = "Root=1-";
    constexpr std::size_t digits = 8;
    const auto at = value.find(root);
    if (at == std::string_view::npos) return std::nullopt;
    value.remove_prefix(at + root.size());
    if (value.size() <= digits || value[digits] != '-') return std::nullopt;
    std::uint32_t seconds = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + digits, seconds, 16);
    if (error != std::errc{} || end != value.data() + digits) return std::nullopt;
    return plausible(static_cast<double>(seconds) * 1e6);
}

Time of_headers(const Json& headers) {
    if (!headers.members()) return std::nullopt;
    for (const auto& [name, value] : *headers.members()) {
        if (!iequals(name, "x-amzn-trace-id")) continue;
        const Json& text = value.items() ? value[0] : value;
        if (!text.string()) continue;
        if (const Time time = of_trace_id(*text.string())) return time;
    }
    return std::nullopt;
}

}  // namespace

Time recorded_time(std::string_view event) {
    Json json;
    try {
        json = Json::parse(event, {}, DuplicateNames::keep_last);
    } catch (const JsonError&) {  // whoever decodes it says what is wrong
        return std::nullopt;
    }
    const Json& context = json["requestContext"];
    if (const Time time = of_milliseconds(context["timeEpoch"])) return time;
    if (const Time time = of_text(context["timeEpoch"])) return time;
    if (const Time time = of_milliseconds(context["requestTimeEpoch"])) return time;
    if (const Time time = of_milliseconds(json["timeEpoch"])) return time;
    if (const Time time = of_headers(json["headers"])) return time;
    return of_headers(json["multiValueHeaders"]);
}

}  // namespace turngate::replay
