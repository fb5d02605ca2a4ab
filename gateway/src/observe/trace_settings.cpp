// OpenTelemetry's environment variables.
#include "observe/trace_settings.h"

#include <array>
#include <charconv>

#include "version.h"
#include <turngate/http/encoding.h>
#include <turngate/http/error.h>
#include <turngate/http/url.h>

namespace turngate {
namespace {

// By these rules an empty variable is one that is not set.
std::string value_of(const ReadVariable& get, const std::string& name) {
    return get(name).value_or("");
}

[[noreturn]] void refuse(const std::string& name, const std::string& value, const char* expected) {
    throw Error(name + '=' + value + " is wrong: expected " + expected);
}

std::string_view trimmed(std::string_view text) noexcept {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
        text.remove_suffix(1);
    return text;
}

// "key=value,key2=value2", both percent-encoded. The error names no value: headers have secrets.
Resource pairs(const ReadVariable& get, const std::string& name) {
    const std::string text = value_of(get, name);
    std::string_view rest = text;
    Resource out;
    while (!rest.empty()) {
        const std::string_view part = trimmed(rest.substr(0, rest.find(',')));
        rest.remove_prefix(
            std::min(rest.size(), rest.find(',') == rest.npos ? rest.size() : rest.find(',') + 1));
        if (part.empty()) continue;
        const auto equals = part.find('=');
        if (equals == part.npos || equals == 0)
            throw Error(name + " is wrong: expected key=value pairs with commas between");
        out.emplace_back(percent_decode(trimmed(part.substr(0, equals))),
                         percent_decode(trimmed(part.substr(equals + 1))));
    }
    return out;
}

std::uint64_t number(const ReadVariable& get, const std::string& name, std::uint64_t fallback) {
    const std::string text = value_of(get, name);
    if (text.empty()) return fallback;
    std::uint64_t value = 0;
    const char* end = text.data() + text.size();
    const auto result = std::from_chars(text.data(), end, value);
    if (result.ec != std::errc() || result.ptr != end || value == 0 || value > 1'000'000'000)
        refuse(name, text, "a number above zero");
    return value;
}

std::chrono::milliseconds duration(const ReadVariable& get, const std::string& name,
                                   std::chrono::milliseconds fallback) {
    return std::chrono::milliseconds(
        number(get, name, static_cast<std::uint64_t>(fallback.count())));
}

void read_endpoint(TraceSettings& out, const std::string& name, const std::string& text,
                   std::string_view suffix) {
    if (text.find('@') != text.npos)  // no word of it, for it has a password
        throw Error(name + " is wrong: a user and a password go into OTEL_EXPORTER_OTLP_HEADERS");
    const bool is_secure = text.starts_with("https://");
    const bool is_http = is_secure || text.starts_with("http://");
    Url url;
    try {
        if (is_http) url = Url::parse(text);
    } catch (const HttpError&) {
        url.host.clear();
    }
    if (!is_http || url.host.empty() || !url.query.empty())
        refuse(name, text, "an address like http://127.0.0.1:4318 or https://collector");
    out.url = (is_secure ? "https://" : "http://") + url.host;
    out.path = url.path;
    if (suffix.empty()) return;
    if (out.path.ends_with('/')) out.path.pop_back();
    out.path += suffix;
}

bool is_true(std::string_view text) {
    return iequals(text, "true");
}

Sampler sampler(const ReadVariable& get) {
    std::string name = value_of(get, "OTEL_TRACES_SAMPLER");
    Sampler out;
    if (name.empty()) return out;
    constexpr std::string_view parent = "parentbased_";
    out.follows_parent = name.starts_with(parent);
    const std::string root = out.follows_parent ? name.substr(parent.size()) : name;
    if (root == "always_on") return out;
    out.ratio = 0;
    if (root == "always_off") return out;
    if (root != "traceidratio")
        refuse("OTEL_TRACES_SAMPLER", name,
               "always_on, always_off, traceidratio, or parentbased_ and one of them");
    out.ratio = 1;
    const std::string ratio = value_of(get, "OTEL_TRACES_SAMPLER_ARG");
    if (ratio.empty()) return out;
    const char* end = ratio.data() + ratio.size();
    const auto result = std::from_chars(ratio.data(), end, out.ratio);
    if (result.ec != std::errc() || result.ptr != end || !(out.ratio >= 0 && out.ratio <= 1))
        refuse("OTEL_TRACES_SAMPLER_ARG", ratio, "a number from 0 to 1");
    return out;
}

Resource resource(const ReadVariable& get) {
    Resource out = pairs(get, "OTEL_RESOURCE_ATTRIBUTES");
    std::string service = value_of(get, "OTEL_SERVICE_NAME");
    for (auto it = out.begin(); it != out.end();) {
        if (it->first != "service.name") {
            ++it;
            continue;
        }
        if (service.empty()) service = it->second;
        it = out.erase(it);
    }
    out.emplace(out.begin(), "service.name",
                service.empty() ? "unknown_service:turngate" : service);
    out.emplace_back("telemetry.sdk.name", "turngate");
    out.emplace_back("telemetry.sdk.language", "cpp");
    out.emplace_back("telemetry.sdk.version", build.version);
    return out;
}

}  // namespace

bool Sampler::samples(std::string_view trace_id) const noexcept {
    if (ratio >= 1) return true;
    // As other SDKs do it, so that all sample the same traces: the low 63 bits against the ratio.
    std::uint64_t low = 0;
    const std::string_view digits =
        trace_id.substr(trace_id.size() - std::min<std::size_t>(16, trace_id.size()));
    std::from_chars(digits.data(), digits.data() + digits.size(), low, 16);
    return static_cast<double>(low >> 1) < ratio * 9223372036854775808.0;
}

std::optional<TraceSettings> trace_settings(const ReadVariable& get) {
    const std::string base = value_of(get, "OTEL_EXPORTER_OTLP_ENDPOINT");
    const std::string traces = value_of(get, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT");
    const std::string exporter = value_of(get, "OTEL_TRACES_EXPORTER");
    if ((base.empty() && traces.empty()) || is_true(value_of(get, "OTEL_SDK_DISABLED")) ||
        exporter == "none")
        return std::nullopt;
    if (!exporter.empty() && exporter != "otlp")
        refuse("OTEL_TRACES_EXPORTER", exporter, "otlp or none");
    for (const char* name : {"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"})
        if (const std::string protocol = value_of(get, name);
            !protocol.empty() && !protocol.starts_with("http/"))
            refuse(name, protocol, "http/json, which is what we speak");

    TraceSettings out;
    if (!traces.empty())
        read_endpoint(out, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", traces, "");
    else
        read_endpoint(out, "OTEL_EXPORTER_OTLP_ENDPOINT", base, "/v1/traces");
    for (const char* name : {"OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_TRACES_HEADERS"})
        for (const auto& [field, value] : pairs(get, name)) {
            if (!is_token(field) || !is_field_value(value))
                throw Error(std::string(name) + " is wrong: expected names and values of headers");
            out.headers.set(field, value);
        }
    out.resource = resource(get);
    out.sampler = sampler(get);
    out.most_queued = number(get, "OTEL_BSP_MAX_QUEUE_SIZE", out.most_queued);
    out.most_sent = std::min<std::size_t>(
        out.most_queued, number(get, "OTEL_BSP_MAX_EXPORT_BATCH_SIZE", out.most_sent));
    out.delay = duration(get, "OTEL_BSP_SCHEDULE_DELAY", out.delay);
    out.timeout = duration(get, "OTEL_EXPORTER_OTLP_TIMEOUT", out.timeout);
    out.timeout = duration(get, "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", out.timeout);
    return out;
}

}  // namespace turngate
