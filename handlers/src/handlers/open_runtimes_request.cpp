#include <algorithm>
#include <charconv>
#include <utility>

#include "lossy_utf8.h"
#include "named_values.h"
#include <turngate/handlers/open_runtimes_request.h>
#include <turngate/http/headers.h>

namespace turngate::open_runtimes {
namespace {

constexpr int http_port = 80, https_port = 443;
constexpr std::string_view json_type = "application/json";

// Where the port's ':' stands in a Host field, or its end: an IPv6 address has colons of its own.
std::size_t host_end(std::string_view host) noexcept {
    const auto bracket = host.rfind(']');
    const auto colon = host.find(':', bracket == host.npos ? 0 : bracket);
    return colon == host.npos ? host.size() : colon;
}

int usual_port(std::string_view scheme) noexcept {
    return scheme == "https" ? https_port : http_port;
}

}  // namespace

std::string Request::scheme() const {
    const std::string_view forwarded = raw_.headers.get("X-Forwarded-Proto");
    return std::string(forwarded.empty() ? "http" : forwarded);
}

std::string Request::host() const {
    return raw_.url.host.substr(0, host_end(raw_.url.host));
}

int Request::port() const {
    const std::string_view host = raw_.url.host;
    const std::string_view digits = host.substr(std::min(host_end(host) + 1, host.size()));
    int port = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), port);
    return port > 0 ? port : usual_port(scheme());
}

std::string Request::url() const {
    const std::string its_scheme = scheme();
    const int its_port = port();
    std::string out = its_scheme + "://" + host();
    if (its_port != usual_port(its_scheme)) out += ':' + std::to_string(its_port);
    out += path();
    if (!raw_.url.query.empty()) out += '?' + raw_.url.query;
    return out;
}

const Json& Request::query() const& {
    if (query_) return *query_;
    NamedValues found;
    for (std::string_view rest = raw_.url.query; !rest.empty();) {
        const auto end = std::min(rest.find('&'), rest.size());
        const std::string_view pair = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        const auto equals = std::min(pair.find('='), pair.size());
        if (equals == 0) continue;
        found.emplace_back(lossy_utf8(std::string(pair.substr(0, equals))),
                           lossy_utf8(std::string(pair.substr(std::min(equals + 1, pair.size())))));
    }
    return query_.emplace(object_of(std::move(found), Repeated::last));
}

const Json& Request::headers() const& {
    if (headers_) return *headers_;
    Json found = Json::object({});
    for (const auto& [name, value] : raw_.headers) {
        const std::string lower = lower_case(name);
        if (found.find(lower)) continue;
        found.set(lower, lossy_utf8(raw_.headers.joined(name, lower == "cookie" ? "; " : ", ")));
    }
    return headers_.emplace(std::move(found));
}

const std::string& Request::body_binary() & {
    // What is here has passed the door's own limit.
    const std::size_t here = raw_.body.arrived() ? raw_.body.buffered().size() : 0;
    return raw_.body.text(std::max(here, Body::default_limit));
}

std::string Request::body_text() {
    return lossy_utf8(body_binary());
}

const Json& Request::body_json() & {
    if (json_) return *json_;
    const std::string text = body_text();
    try {
        return json_.emplace(Json::parse(text, {.size = text.size()}, DuplicateNames::keep_last));
    } catch (const JsonError& e) {
        throw JsonError(std::string("invalid JSON in the body: ") + e.what());
    }
}

Json Request::body() {
    const std::string_view type = raw_.headers.get("Content-Type");
    if (!iequals(type.substr(0, json_type.size()), json_type)) return body_text();
    return body_binary().empty() ? Json::object({}) : body_json();
}

}  // namespace turngate::open_runtimes
