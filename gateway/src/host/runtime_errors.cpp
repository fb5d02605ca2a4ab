#include "host/runtime_errors.h"

#include <algorithm>

#include <turngate/json/json.h>
#include <turngate/json/json_writer.h>

namespace turngate::host {

std::string runtime_error(std::string_view type, std::string_view message) {
    std::string out;
    JsonWriter json(out);
    json.begin_object().key("errorType").string(type);
    json.key("errorMessage").string(message).end_object();
    return out;
}

std::string error_text(std::string_view payload) {
    constexpr std::size_t longest = 200;
    std::string type, message;
    try {
        const Json error = Json::parse(payload, {}, DuplicateNames::keep_last);
        type = error["errorType"].string_or("");
        message = error["errorMessage"].string_or("");
    } catch (const JsonError&) {  // it is none
    }
    if (type.empty() && message.empty()) return std::string(payload.substr(0, longest));
    return type + (type.empty() || message.empty() ? "" : ": ") + message;
}

InvocationResult host_stopped() {
    return {.payload = runtime_error("Sandbox.Failure", "the host stops"),
            .content_type = "application/json",
            .error_type = "Sandbox.Failure"};
}

// (Runtime|Function)\.[A-Z][A-Za-z]+
std::string checked_error_type(std::string_view type) {
    const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
    const auto is_named = [&](std::string_view prefix) {
        if (!type.starts_with(prefix)) return false;
        const std::string_view name = type.substr(prefix.size());
        return name.size() > 1 && is_capital(name.front()) &&
               std::all_of(name.begin(), name.end(),
                           [&](char c) { return is_capital(c) || (c >= 'a' && c <= 'z'); });
    };
    if (is_named("Runtime.") || is_named("Function.")) return std::string(type);
    return type.starts_with("Function.") ? "Function.Unknown" : "Runtime.Unknown";
}

}  // namespace turngate::host
