#include <algorithm>
#include <stdexcept>
#include <utility>
#include <vector>

#include "content_type.h"
#include "lossy_utf8.h"
#include "named_values.h"
#include <turngate/handlers/vercel_request.h>
#include <turngate/http/encoding.h>
#include <turngate/http/field_list.h>

namespace turngate::vercel {
namespace {

Json fields_of(const Url& url) {
    NamedValues fields = url.parameters();
    for (auto& [name, value] : fields) {
        name = lossy_utf8(std::move(name));
        value = lossy_utf8(std::move(value));
    }
    return object_of(std::move(fields), Repeated::array);
}

// querystring.parse() stops at the 1000th '&', whatever stands behind it.
Json parse_form(std::string_view text) {
    constexpr int most_fields = 1000;
    auto end = text.find('&');
    for (int fields = 1; fields < most_fields && end != std::string_view::npos; ++fields)
        end = text.find('&', end + 1);
    Url form;
    form.query = text.substr(0, end);
    return fields_of(form);
}

// As JSON.parse() of what Node decodes: of two members with one name the last counts, and a byte
// order mark is no white space.
Json parse_json(const std::string& bytes) {
    if (bytes.empty()) return Json::object({});
    const std::string text = lossy_utf8(bytes);
    try {
        if (text.starts_with("\xEF\xBB\xBF")) throw JsonError("a byte order mark");
        return Json::parse(text, {.size = text.size()}, DuplicateNames::keep_last);
    } catch (const JsonError&) {
        throw HttpError(400, "Invalid JSON");
    }
}

BodyKind kind_of(std::string_view content_type) {
    if (content_type.empty()) return BodyKind::text;
    try {
        const std::string type = ContentType::parse(content_type).type;
        if (type == "application/json") return BodyKind::json;
        if (type == "application/octet-stream") return BodyKind::bytes;
        if (type == "application/x-www-form-urlencoded") return BodyKind::form;
        return type == "text/plain" ? BodyKind::text : BodyKind::absent;
    } catch (const std::invalid_argument& e) {
        throw HttpError(400, e.what());
    }
}

// As decodeURIComponent(): absent if an escape is malformed or the bytes are not UTF-8.
std::optional<std::string> decoded(std::string_view text) {
    constexpr std::string_view hex = "0123456789abcdefABCDEF";
    for (std::size_t at = text.find('%'); at != std::string_view::npos; at = text.find('%', at + 1))
        if (text.size() - at < 3 || text.find_first_not_of(hex, at + 1) < at + 3)
            return std::nullopt;
    std::string bytes = percent_decode(text);
    return is_utf8(bytes) ? std::optional(std::move(bytes)) : std::nullopt;
}

std::string cookie_value(std::string_view value) {
    if (value.starts_with('"') && value.ends_with('"'))
        value = value.substr(1, std::max<std::size_t>(value.size(), 2) - 2);
    return decoded(value).value_or(std::string(value));
}

// Not by Cookies, for which a pair without '=' is a value, and here it is nothing.
void read_cookies(NamedValues& cookies, std::string_view header) {
    while (!header.empty()) {
        const std::string_view pair = take_element(header, ';');
        const auto equals = pair.find('=');
        if (equals == std::string_view::npos) continue;
        cookies.emplace_back(trimmed(pair.substr(0, equals)),
                             cookie_value(trimmed(pair.substr(equals + 1))));
    }
}

}  // namespace

const Json& Request::query() const& {
    if (!query_) query_ = fields_of(raw_.url);
    return *query_;
}

std::string Request::query(std::string_view name, std::string_view fallback) const {
    const Json& value = query()[name];
    return value.items() ? value[0].string_or(fallback) : value.string_or(fallback);
}

const Json& Request::cookies() const& {
    if (!cookies_) {
        NamedValues pairs;
        for (const auto& [name, value] : raw_.headers)
            if (iequals(name, "Cookie")) read_cookies(pairs, value);
        cookies_ = object_of(std::move(pairs), Repeated::first);
    }
    return *cookies_;
}

std::optional<std::string> Request::cookie(std::string_view name) const {
    const std::string* value = cookies()[name].string();
    return value ? std::optional(*value) : std::nullopt;
}

const Request::ParsedBody& Request::parsed_body() {
    if (!body_) body_ = parse_body();
    return *body_;
}

Request::ParsedBody Request::parse_body() {
    static const std::string nothing;
    if (!raw_.headers.contains("Content-Type")) return {BodyKind::text, nothing};
    const BodyKind kind = kind_of(raw_.headers.get("Content-Type"));
    const bool has_body = raw_.method != "GET" && raw_.method != "HEAD";
    const std::string& text = has_body ? raw_.body.text() : nothing;
    switch (kind) {
        case BodyKind::json:
            return {kind, parse_json(text)};
        case BodyKind::form:
            return {kind, parse_form(lossy_utf8(text))};
        case BodyKind::bytes:
            return {kind, text};
        case BodyKind::text:
            return {kind, lossy_utf8(text)};
        case BodyKind::absent:
            break;
    }
    return {BodyKind::absent, nullptr};
}

}  // namespace turngate::vercel
