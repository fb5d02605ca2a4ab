#include "open_runtimes/settings.h"

#include <initializer_list>
#include <optional>
#include <string_view>

#include "observe/settings.h"
#include "serve_http.h"
#include <turngate/json/json.h>

namespace turngate {
namespace {

using Generation = RuntimeGeneration;

constexpr std::string_view first_key = "APPWRITE_INTERNAL_RUNTIME_KEY";

std::string first_of(const ReadVariable& get, std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names)
        if (std::string value = get(std::string(name)).value_or(""); !value.empty()) return value;
    return {};
}

std::optional<Generation> forced_generation(const ReadVariable& get) {
    const std::string text = get("TURNGATE_OPEN_RUNTIMES").value_or("");
    if (text.empty()) return std::nullopt;
    if (text.size() == 2 && text[0] == 'v' && text[1] >= '0' && text[1] <= '5')
        return static_cast<Generation>(text[1] - '0');
    throw Error("TURNGATE_OPEN_RUNTIMES=" + text + " is wrong: expected v0, v1, v2, v3, v4 or v5");
}

// Values that are no strings are printed as JSON; what is no object means none, as upstream.
Headers enforced_headers(const ReadVariable& get) {
    Headers out;
    Json given;
    try {
        given =
            Json::parse(get("OPEN_RUNTIMES_HEADERS").value_or("{}"), {}, DuplicateNames::keep_last);
    } catch (const JsonError&) {
        return out;
    }
    if (!given.members()) return out;
    for (const auto& [name, value] : *given.members()) {
        const std::string text = value.string() ? *value.string() : value.dump();
        if (is_token(name) && is_field_value(text)) out.set(lower_case(name), text);
    }
    return out;
}

std::string or_else(std::string value, std::string_view otherwise) {
    return value.empty() ? std::string(otherwise) : value;
}

HttpOptions door_options(const ReadVariable& get) {
    // The one client is the executor, which waits for as long as an execution may take.
    HttpOptions out{.listen = {"0.0.0.0:3000"},
                    .header_size = 64 * 1024,
                    .header_count = 256,
                    .max_body = 20u << 20};
    return http_options(
        [&](const std::string& name) {
            const bool is_place =
                name == "PORT" || name == "HOST" || name == "AWS_LAMBDA_HTTP_ENDPOINT";
            return is_place ? std::optional<std::string>() : get(name);
        },
        std::move(out));
}

}  // namespace

OpenRuntimesSettings open_runtimes_settings(const ReadVariable& get, std::string_view platform) {
    OpenRuntimesSettings out{
        .http = door_options(get),
        .secret = {},
        .is_development = get("OPEN_RUNTIMES_ENV").value_or("") == "development",
        .enforced = enforced_headers(get),
        .log_directory = or_else(get("TURNGATE_LOG_DIR").value_or(""), "/mnt/logs"),
        .timings_file =
            or_else(get("TURNGATE_TIMINGS_FILE").value_or(""), "/mnt/telemetry/timings.txt"),
        .level = observe_settings(get).level.value_or(Level::info),
    };
    const auto forced = forced_generation(get);
    if (forced) {
        out.generation = *forced;
    } else if (platform == "appwrite") {
        const bool is_first = !first_of(get, {first_key}).empty();
        out.generation = is_first ? Generation::v0 : Generation::v2;
        out.is_any_of_v1_and_v2 = !is_first;
    }
    const bool has_challenge = out.generation <= Generation::v2;
    out.secret = has_challenge
                     ? first_of(get, {first_key, "INTERNAL_RUNTIME_KEY", "OPEN_RUNTIMES_SECRET"})
                     : first_of(get, {"OPEN_RUNTIMES_SECRET"});
    if (out.secret.empty() && out.generation <= Generation::v3)
        throw Error(std::string(has_challenge ? first_key : "OPEN_RUNTIMES_SECRET") +
                    " is not set: expected the secret that the executor sends");
    if (out.generation == Generation::v5) out.http.health_path = "/__opr/health";
    return out;
}

ReadVariable open_runtimes_environment(const ReadVariable& get) {
    return [get](const std::string& name) {
        auto value = get(name);
        if (value && !value->empty()) return value;
        if (name == "TURNGATE_ACCESS_LOG") value = "off";
        if (name == "TURNGATE_TRUST_REQUEST_ID") value = "none";
        return value;
    };
}

}  // namespace turngate
