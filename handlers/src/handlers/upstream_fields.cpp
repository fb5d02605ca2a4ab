// The tables of fields.
#include "upstream_fields.h"

#include <algorithm>
#include <array>
#include <utility>

#include <turngate/http/nominated_fields.h>

namespace turngate {
namespace {

bool starts_with(std::string_view name, std::string_view prefix) {
    return iequals(name.substr(0, prefix.size()), prefix);
}

FieldRole role_of_plain(std::string_view name) {
    const auto is = [&](std::string_view known) { return iequals(name, known); };
    if (is_hop_by_hop(name)) return FieldRole::hop;
    switch (name.size()) {  // this runs for every field of every request
        case 4:
            return is("host") ? FieldRole::hop : FieldRole::other;
        case 5:  // becomes HTTP_PROXY in a CGI program, which libraries obey (CVE-2016-5385)
            return is("proxy") ? FieldRole::hop : FieldRole::other;
        case 6:
            return is("expect") ? FieldRole::hop : FieldRole::other;
        case 9:
            if (is("forwarded") || is("x-real-ip")) return FieldRole::forwarded;
            return FieldRole::other;
        case 12:
            if (is("x-request-id")) return FieldRole::request_id;
            break;
        case 14:
            if (is("content-length") || is("http2-settings")) return FieldRole::hop;
            break;
        default:
            break;
    }
    return starts_with(name, "x-forwarded-") ? FieldRole::forwarded : FieldRole::other;
}

bool is_of_a_head(std::string_view name) {
    constexpr std::array<std::string_view, 14> names = {"authorization",
                                                        "cache-control",
                                                        "content-encoding",
                                                        "content-length",
                                                        "content-range",
                                                        "content-type",
                                                        "cookie",
                                                        "expect",
                                                        "host",
                                                        "location",
                                                        "max-forwards",
                                                        "range",
                                                        "set-cookie",
                                                        "te"};
    return std::any_of(names.begin(), names.end(),
                       [&](std::string_view known) { return iequals(name, known); });
}

}  // namespace

FieldRole role_of(std::string_view name) {
    if (name.find('_') == std::string_view::npos) return role_of_plain(name);
    std::string dashed(name);
    std::replace(dashed.begin(), dashed.end(), '_', '-');
    return role_of_plain(dashed);
}

bool is_internal(std::string_view name) noexcept {
    return (name[0] | 0x20) == 'x'
               ? starts_with(name, "x-vercel-internal-") || iequals(name, "x-accel-redirect") ||
                     iequals(name, "x-sendfile")
               : starts_with(name, "lambda-runtime-");
}

// Mostly all of it, so the rest is taken out.
Headers passed_on(http1::ReplyHead& head) {
    Headers fields = std::exchange(head.headers, {});
    const NominatedFields nominated(fields);
    // Trailers may come behind chunks alone, and who wants them is told beforehand which.
    const bool may_have_trailers = head.framing.kind == http1::Framing::Kind::chunked;
    fields.remove_if([&](const Headers::Field& field) {
        const std::string_view name = field.name;
        const bool is_hop = is_hop_by_hop(name) && !(may_have_trailers && iequals(name, "trailer"));
        return is_hop || is_internal(name) || nominated.contains(name);
    });
    return fields;
}

Headers passed_on_trailers(const Headers& trailers) {
    Headers fields;
    for (const auto& [name, value] : trailers)
        if (role_of(name) == FieldRole::other && !is_internal(name) && !is_of_a_head(name))
            fields.add(name, value);
    return fields;
}

}  // namespace turngate
