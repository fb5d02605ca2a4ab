// Splits request targets without changing a byte of them.
#include <algorithm>

#include <turngate/http/encoding.h>
#include <turngate/http/url.h>

namespace turngate {
namespace {

bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}
bool is_letter(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// RFC 3986 section 3.1.
bool is_scheme(std::string_view s) noexcept {
    return !s.empty() && is_letter(s[0]) && std::all_of(s.begin(), s.end(), [](char c) {
        return is_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
    });
}

// RFC 3986 section 3.2: a name or an address in brackets, then perhaps a port. User information is
// an error in a request (RFC 9110 section 4.2.4): it hides where the request really goes.
bool is_authority(std::string_view s) noexcept {
    std::string_view host, port;
    if (s.starts_with('[')) {
        const auto close = s.find(']');
        if (close == std::string_view::npos) return false;
        host = s.substr(1, close - 1);
        port = s.substr(close + 1);
        constexpr std::string_view allowed = "0123456789abcdefABCDEF:.";
        if (host.find_first_not_of(allowed) != std::string_view::npos) return false;
    } else {
        host = s.substr(0, s.find(':'));
        port = s.substr(host.size());
        constexpr std::string_view symbols = "-._~!$&'()*+,;=%";
        const bool good = std::all_of(host.begin(), host.end(), [&](char c) {
            return is_letter(c) || is_digit(c) || symbols.find(c) != std::string_view::npos;
        });
        if (!good) return false;
    }
    if (host.empty()) return false;
    if (port.empty()) return true;
    port.remove_prefix(1);
    int number = 0;
    for (char c : port)
        if (!is_digit(c) || (number = number * 10 + (c - '0')) > 65535) return false;
    return s[s.size() - port.size() - 1] == ':';
}

// One "name=value" of a query, still encoded.
struct Pair {
    std::string_view name;
    std::string_view value;
};

// Takes the next pair off `rest`; empty ones ("a&&b") are passed over. False at the end.
bool next_pair(std::string_view& rest, Pair& pair) noexcept {
    while (!rest.empty()) {
        const std::string_view text = rest.substr(0, rest.find('&'));
        rest.remove_prefix(std::min(rest.size(), text.size() + 1));
        if (text.empty()) continue;
        const auto eq = text.find('=');
        pair.name = text.substr(0, eq);
        pair.value = eq == std::string_view::npos ? std::string_view() : text.substr(eq + 1);
        return true;
    }
    return false;
}

bool decodes_to(std::string_view encoded, std::string_view plain) {
    if (encoded.find_first_of("%+") == std::string_view::npos) return encoded == plain;
    return percent_decode(encoded, true) == plain;
}

}  // namespace

Url Url::parse(std::string_view target) {
    for (char c : target) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte <= 0x20 || byte == 0x7f || c == '#')
            throw HttpError(400, "the request target has a space, control character or fragment");
    }
    Url url;
    if (const auto colon = target.find("://"); !target.starts_with('/') &&
                                               colon != std::string_view::npos &&
                                               is_scheme(target.substr(0, colon))) {
        url.scheme = target.substr(0, colon);
        std::transform(url.scheme.begin(), url.scheme.end(), url.scheme.begin(),
                       [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
        target.remove_prefix(colon + 3);
        url.host = target.substr(0, target.find_first_of("/?"));
        target.remove_prefix(url.host.size());
        if (!is_authority(url.host))
            throw HttpError(400, "the request target has a malformed host");
        if (!target.starts_with('/')) {  // "http://host" and "http://host?query"
            url.query = target.substr(target.empty() ? 0 : 1);
            url.empty_query = !target.empty() && url.query.empty();
            return url;
        }
    }
    if (!target.starts_with('/') && target != "*")
        throw HttpError(400, "the request target must start with '/'");
    const auto mark = target.find('?');
    url.path = target.substr(0, mark);
    if (mark != std::string_view::npos) {
        url.query = target.substr(mark + 1);
        url.empty_query = url.query.empty();
    }
    return url;
}

std::string Url::target() const {
    std::string out;
    out.reserve(path.size() + 1 + query.size());
    out += path;
    if (!query.empty() || empty_query) out.append(1, '?').append(query);
    return out;
}

std::string Url::request_uri() const {
    std::string out = script_name;
    const std::string rest = target();
    return out.append(rest, bare_script_name ? 1 : 0);
}

bool Url::strip_prefix(std::string_view prefix) {
    if (!prefix.empty() && !prefix.starts_with('/')) return strip_prefix('/' + std::string(prefix));
    while (prefix.ends_with('/'))
        prefix.remove_suffix(1);
    if (prefix.empty()) return true;
    if (!path.starts_with(prefix)) return false;
    if (path.size() > prefix.size() && path[prefix.size()] != '/') return false;
    script_name += prefix;
    path.erase(0, prefix.size());
    bare_script_name = path.empty();
    if (path.empty()) path = '/';
    return true;
}

std::optional<std::string> Url::parameter(std::string_view name) const {
    std::string_view rest = query;
    for (Pair pair; next_pair(rest, pair);)
        if (decodes_to(pair.name, name)) return percent_decode(pair.value, true);
    return std::nullopt;
}

std::vector<std::pair<std::string, std::string>> Url::parameters() const {
    std::vector<std::pair<std::string, std::string>> out;
    std::string_view rest = query;
    for (Pair pair; next_pair(rest, pair);)
        out.emplace_back(percent_decode(pair.name, true), percent_decode(pair.value, true));
    return out;
}

}  // namespace turngate
