// Cookie and Set-Cookie: split at ';' and '=', and nothing more.
#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <stdexcept>

#include <turngate/http/cookie.h>
#include <turngate/http/date.h>
#include <turngate/http/field_list.h>

namespace turngate {
namespace {

struct Pair {
    std::string_view name;
    std::optional<std::string_view> value;
};

Pair split(std::string_view part) {
    const std::size_t equals = part.find('=');
    if (equals == std::string_view::npos) return {part, std::nullopt};
    return {trimmed(part.substr(0, equals)), trimmed(part.substr(equals + 1))};
}

std::string_view unquoted(std::string_view value) {
    if (value.size() >= 2 && value.starts_with('"') && value.ends_with('"'))
        return value.substr(1, value.size() - 2);
    return value;
}

// The seconds of a Max-Age, cut off at the ends of what 64 bits hold.
std::optional<std::chrono::seconds> parse_max_age(std::string_view text) {
    const std::string_view digits = text.starts_with('-') ? text.substr(1) : text;
    if (digits.empty() || digits.find_first_not_of("0123456789") != std::string_view::npos)
        return std::nullopt;
    std::int64_t value = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc())
        return text.starts_with('-') ? std::chrono::seconds::min() : std::chrono::seconds::max();
    return std::chrono::seconds(value);
}

std::optional<SameSite> parse_same_site(std::string_view text) {
    if (iequals(text, "strict")) return SameSite::strict;
    if (iequals(text, "lax")) return SameSite::lax;
    if (iequals(text, "none")) return SameSite::none;
    return std::nullopt;
}

std::string_view same_site_text(SameSite s) {
    switch (s) {
        case SameSite::strict:
            return "Strict";
        case SameSite::lax:
            return "Lax";
        case SameSite::none:
            break;
    }
    return "None";
}

// Puts the attribute into its member; false if it has none or its value is not one.
bool assign(SetCookie& cookie, const Pair& attribute) {
    auto is = [&](std::string_view name) { return iequals(attribute.name, name); };
    auto flag = [](bool& member) {
        member = true;
        return true;
    };
    auto set = [](auto& member, const auto& parsed) {
        if (parsed) member = *parsed;
        return parsed.has_value();
    };
    if (is("secure")) return flag(cookie.secure);
    if (is("httponly")) return flag(cookie.http_only);
    if (is("partitioned")) return flag(cookie.partitioned);

    const std::string_view value = attribute.value.value_or(std::string_view());
    if (is("max-age")) return set(cookie.max_age, parse_max_age(value));
    if (is("expires")) return set(cookie.expires, parse_cookie_date(value));
    if (is("samesite")) return set(cookie.same_site, parse_same_site(value));
    const std::optional<std::string_view> filled = value.empty() ? std::nullopt : attribute.value;
    if (is("path")) return set(cookie.path, filled);
    if (is("domain")) return set(cookie.domain, filled);
    return false;
}

// Appends `value`; throws, naming it `what`, if it would not be read back as it is.
void append_checked(std::string& out, std::string_view what, std::string_view value) {
    const bool breaks = std::any_of(value.begin(), value.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 || byte == 0x7F || c == ';';
    });
    if (breaks || trimmed(value) != value)
        throw std::invalid_argument("a cookie's " + std::string(what) +
                                    " has a control, a ';' or a blank at an end");
    out += value;
}

}  // namespace

Cookies Cookies::parse(std::string_view header) {
    Cookies cookies;
    cookies.add(header);
    return cookies;
}

Cookies Cookies::of(const Headers& headers) {
    Cookies cookies;
    for (const auto& field : headers)
        if (iequals(field.name, "cookie")) cookies.add(field.value);
    return cookies;
}

void Cookies::add(std::string_view header) {
    while (!header.empty()) {
        const std::string_view part = take_element(header, ';');
        if (part.empty()) continue;
        auto [name, value] = split(part);
        if (!value) {
            cookies_.push_back({{}, std::string(unquoted(name))});
        } else {
            cookies_.push_back({std::string(name), std::string(unquoted(*value))});
        }
    }
}

std::optional<std::string_view> Cookies::get(std::string_view name) const& noexcept {
    auto it = std::find_if(cookies_.begin(), cookies_.end(),
                           [&](const Cookie& cookie) { return cookie.name == name; });
    if (it == cookies_.end()) return std::nullopt;
    return it->value;
}

std::optional<SetCookie> SetCookie::parse(std::string_view header) {
    const Pair pair = split(take_element(header, ';'));
    if (!pair.value || pair.name.empty()) return std::nullopt;
    SetCookie cookie{std::string(pair.name), std::string(*pair.value)};
    while (!header.empty()) {
        const std::string_view part = take_element(header, ';');
        if (!part.empty() && !assign(cookie, split(part))) cookie.extensions.emplace_back(part);
    }
    return cookie;
}

std::string SetCookie::text() const {
    if (!is_token(name)) throw std::invalid_argument("a cookie's name is not a token");
    std::string out = name + '=';
    append_checked(out, "value", value);
    if (!path.empty()) append_checked(out += "; Path=", "path", path);
    if (!domain.empty()) append_checked(out += "; Domain=", "domain", domain);
    if (max_age) out += "; Max-Age=" + std::to_string(max_age->count());
    if (expires) out += "; Expires=" + http_date(*expires);
    if (secure) out += "; Secure";
    if (http_only) out += "; HttpOnly";
    if (same_site) append_checked(out += "; SameSite=", "same-site", same_site_text(*same_site));
    if (partitioned) out += "; Partitioned";
    for (const std::string& extension : extensions)
        append_checked(out += "; ", "extension", extension);
    return out;
}

}  // namespace turngate
