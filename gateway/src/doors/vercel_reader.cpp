// One pass over the platform's own headers to read, another to drop.
#include "doors/vercel_reader.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <string_view>
#include <utility>

#include "doors/peer_address.h"
#include <turngate/handlers/upstream.h>
#include <turngate/handlers/vercel_cache.h>
#include <turngate/handlers/vercel_system.h>
#include <turngate/http/field_list.h>

namespace turngate {
namespace {

constexpr std::string_view prefix = "x-vercel-";
constexpr std::string_view internal = "internal-";
constexpr std::array<std::string_view, 5> cache_address = {"sc-headers", "sc-host", "sc-basepath",
                                                           "sc-protocol", "sc-no-header-leak"};

bool begins(std::string_view text, std::string_view with) noexcept {
    return text.size() >= with.size() && iequals(text.substr(0, with.size()), with);
}

// The name behind "x-vercel-"; empty if it does not begin so.
std::string_view own_name(std::string_view name) noexcept {
    return begins(name, prefix) ? name.substr(prefix.size()) : std::string_view();
}

// 0 for what is not a number in decimal digits.
std::uint64_t number(std::string_view text) noexcept {
    std::uint64_t out = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, out);
    return error == std::errc() && stop == end ? out : 0;
}

bool is_cache_address(std::string_view name) noexcept {
    return std::any_of(cache_address.begin(), cache_address.end(),
                       [&](std::string_view one) { return iequals(name, one); });
}

void read_client(Request& request) {
    const Headers& headers = request.headers;
    std::string client(headers.get("X-Real-IP"));
    if (!is_address(client)) {
        std::string_view list = headers.get("X-Forwarded-For");
        client = take_element(list);
    }
    if (is_address(client)) request.remote_address = std::move(client);
    for (const char* scheme : {"http", "https"})
        if (iequals(headers.get("X-Forwarded-Proto"), scheme)) request.url.scheme = scheme;
    request.context.put(ForwardedByPlatform());
}

void read_own_fields(Request& request) {
    Headers& headers = request.headers;
    std::string_view invocation_id, request_id, token;
    std::string_view cache_host, cache_path, cache_protocol, cache_headers;
    bool has_any = false, has_token = false, hides_cache = false;
    for (const auto& [whole_name, value] : headers) {
        const std::string_view name = own_name(whole_name);
        if (name.empty()) continue;
        has_any = true;
        if (iequals(name, "internal-invocation-id")) invocation_id = value;
        if (iequals(name, "internal-request-id")) request_id = value;
        if (iequals(name, "internal-oidc-token")) token = value;
        if (iequals(name, "oidc-token")) has_token = true;
        if (iequals(name, "sc-host")) cache_host = value;
        if (iequals(name, "sc-basepath")) cache_path = value;
        if (iequals(name, "sc-protocol")) cache_protocol = value;
        if (iequals(name, "sc-headers")) cache_headers = value;
        if (iequals(name, "sc-no-header-leak") && !value.empty()) hides_cache = true;
    }
    if (!has_any) return;
    if (!invocation_id.empty())
        request.context.put(vercel::Invocation{std::string(invocation_id), number(request_id)});
    if (!cache_host.empty() && !cache_headers.empty())
        request.context.put(vercel::CacheAddress{.host = std::string(cache_host),
                                                 .base_path = std::string(cache_path),
                                                 .protocol = std::string(cache_protocol),
                                                 .headers = std::string(cache_headers)});
    if (!token.empty() && !has_token) headers.add("x-vercel-oidc-token", token);
    headers.remove_if([&](const Headers::Field& field) {
        const std::string_view name = own_name(field.name);
        return begins(name, internal) || iequals(name, "sc-runtime-cache") ||
               (hides_cache && is_cache_address(name));
    });
}

}  // namespace

void VercelReader::read(Request& request) noexcept try {
    read_client(request);
    read_own_fields(request);
} catch (...) {  // no memory: the platform is told nothing; the door drops what is internal anyway
}

}  // namespace turngate
