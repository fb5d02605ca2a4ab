#include "open_runtimes/envelope.h"

#include <algorithm>
#include <array>
#include <utility>

#include <turngate/json/json_writer.h>

namespace turngate {
namespace {

constexpr std::int64_t longest_seconds = 365 * 24 * 3600;

// What v3 and later send as headers, v0 to v2 send as variables: handlers need to know one way.
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> fields_of_variables = {{
    {"APPWRITE_FUNCTION_TRIGGER", "x-appwrite-trigger"},
    {"APPWRITE_FUNCTION_EVENT", "x-appwrite-event"},
    {"APPWRITE_FUNCTION_USER_ID", "x-appwrite-user-id"},
    {"APPWRITE_FUNCTION_JWT", "x-appwrite-user-jwt"},
}};

std::string text_of(const Json& value) {
    if (value.is_null()) return {};
    return value.string() ? *value.string() : value.dump();
}

void add_fields(Headers& headers, const Json& given) {
    if (!given.members()) return;
    for (const auto& [name, value] : *given.members())
        if (const std::string text = text_of(value); is_token(name) && is_field_value(text))
            headers.add(name, text);
}

JsonWriter& logs(JsonWriter& json, std::string_view out, std::string_view errors) {
    return json.key("stdout").string(out).key("stderr").string(errors);
}

}  // namespace

Envelope read_envelope(std::string_view text) {
    Envelope out;
    if (text.empty()) return out;
    const Json given = Json::parse(text, {.size = text.size()}, DuplicateNames::keep_last);
    if (!given.members()) throw JsonError("the request is no JSON object");
    out.has_variables = given.find("variables") != nullptr;
    if (const auto* variables = given[out.has_variables ? "variables" : "env"].members()) {
        Json::Object env;  // whose names differ: set() would look for each among all
        for (const auto& [name, value] : *variables)
            env.emplace_back(name, text_of(value));
        out.env = std::move(env);
    }
    out.payload = text_of(given["payload"]);
    add_fields(out.headers, given["headers"]);
    for (const auto& [variable, field] : fields_of_variables) {
        const std::string* value = out.env[variable].string();
        if (value && !value->empty() && !out.headers.contains(field) && is_field_value(*value))
            out.headers.add(field, *value);
    }
    if (const std::int64_t seconds = given["timeout"].integer_or(0); seconds > 0)
        out.timeout = std::chrono::seconds(std::min(seconds, longest_seconds));
    return out;
}

std::string print_answer(const Response& response, std::string_view out, std::string_view errors) {
    constexpr std::string_view json_type = "application/json";
    std::string text;
    JsonWriter json(text);
    json.begin_object().key("response");
    const std::string_view type = response.headers.get("Content-Type");
    if (iequals(type.substr(0, json_type.size()), json_type) && is_json(response.body))
        json.raw(response.body);
    else
        json.string(response.body);
    logs(json, out, errors).end_object();
    return text;
}

std::string print_failure(std::string_view out, std::string_view errors) {
    std::string text;
    JsonWriter json(text);
    logs(json.begin_object(), out, errors).end_object();
    return text;
}

std::string print_error(int code, std::string_view message) {
    std::string text;
    JsonWriter json(text);
    json.begin_object().key("code").integer(code).key("message").string(message).end_object();
    return text;
}

}  // namespace turngate
