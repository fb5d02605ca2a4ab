// Requests as CGI/1.1 variables.
#include <algorithm>
#include <map>

#include "private_field.h"
#include <turngate/cgi/variables.h>
#include <turngate/http/encoding.h>
#include <turngate/http/nominated_fields.h>

namespace turngate::cgi {
namespace {

bool is_letter_or_digit(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

// Makes `variable` "HTTP_ACCEPT" of "Accept"; false if `name` would share it with another.
bool name_variable(std::string_view name, std::string& variable) {
    variable = "HTTP_";
    for (char c : name) {
        if (c != '-' && !is_letter_or_digit(c)) return false;
        variable += c == '-' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    }
    return true;
}

// Not for many: it compares each with each.
bool has_repeats(const Headers& headers) {
    for (auto it = headers.begin(); it != headers.end(); ++it)
        if (std::any_of(headers.begin(), it, [&](const Headers::Field& other) {
                return iequals(other.name, (*it).name);
            }))
            return true;
    return false;
}

void list_fields(const Headers& headers, const TakeVariable& take) {
    constexpr std::size_t many = 32;
    const bool may_repeat = headers.size() > many || has_repeats(headers);
    const NominatedFields nominated(headers);
    std::map<std::string, std::string> joined;
    std::string variable;
    for (const auto& [name, value] : headers) {
        if (is_private(name) || iequals(name, "Host") || nominated.contains(name) ||
            !name_variable(name, variable))
            continue;
        if (!may_repeat) {
            take(variable, value);
            continue;
        }
        auto [it, is_new] = joined.try_emplace(variable, value);
        if (!is_new) it->second.append(iequals(name, "Cookie") ? "; " : ", ").append(value);
    }
    for (const auto& [name, value] : joined)
        take(name, value);
}

std::string decode_path(std::string_view path) {
    std::string out = percent_decode(path);
    if (std::any_of(out.begin(), out.end(),
                    [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }))
        throw HttpError(400, "the path has a control character, which no program is given");
    return out;
}

bool climbs(std::string_view path) {
    return ("/" + std::string(path) + "/").find("/../") != std::string::npos;
}

struct Authority {
    std::string name;  // an IPv6 address keeps its brackets (RFC 3875 section 4.1.14)
    std::string port;
};

// A Host field may hold anything; what is no host gets no say in SERVER_NAME.
Authority split_host(std::string_view host, bool secure) {
    Authority out{"localhost", secure ? "443" : "80"};
    const auto end = host.starts_with('[') ? host.find(']') + 1 : host.find(':');
    const std::string_view name = host.substr(0, end);
    if (!is_server_name(name)) return out;
    out.name = name;
    std::string_view port = host.substr(name.size());
    if (port.size() > 1 && port.size() < 7 && port[0] == ':' &&
        port.find_first_not_of("0123456789", 1) == std::string_view::npos)
        out.port = port.substr(1);
    return out;
}

}  // namespace

void list_variables(const Request& request, const Script& script, const TakeVariable& taker) {
    const auto take = [&](std::string_view name, std::string_view value) {
        if (!is_field_value(value))
            throw HttpError(
                400, "the CGI variable " + std::string(name) + " would have a CR, LF or NUL");
        taker(name, value);
    };
    const Url& url = request.url;
    const Headers& headers = request.headers;
    const bool secure = iequals(url.scheme, "https");
    const std::string_view host = !url.host.empty() ? url.host : headers.get("Host");
    const Authority authority = split_host(host, secure);

    list_fields(headers, take);
    if (!host.empty()) take("HTTP_HOST", host);

    const bool has_path = url.path != "*";
    const bool only_script = url.bare_script_name && script.name.empty();
    take("SCRIPT_NAME", decode_path(url.script_name + (has_path ? script.name : "")));
    const std::string_view rest = script.path_info
                                      ? std::string_view(*script.path_info)
                                      : std::string_view(url.path).substr(script.name.size());
    if (const std::string info = decode_path(rest); has_path && !only_script && !info.empty()) {
        if (!script.root.empty() && !climbs(info)) take("PATH_TRANSLATED", script.root + info);
        take("PATH_INFO", info);
    }
    take("QUERY_STRING", url.query);
    take("REQUEST_URI", url.request_uri());
    take("REQUEST_METHOD", request.method);
    take("REQUEST_SCHEME", secure ? "https" : "http");
    if (secure) take("HTTPS", "on");
    take("SERVER_NAME", authority.name);
    take("SERVER_PORT", url.port > 0 ? std::to_string(url.port) : authority.port);
    take("SERVER_PROTOCOL", request.protocol);
    take("SERVER_SOFTWARE", "turngate");
    take("GATEWAY_INTERFACE", "CGI/1.1");
    take("REMOTE_ADDR", request.remote_address);
    // Section 4.1.9: the address, where finding the name would cost too much.
    take("REMOTE_HOST", request.remote_address);
    if (headers.contains("Content-Type")) take("CONTENT_TYPE", headers.get("Content-Type"));
    if (const auto size = request.body.size();
        size && (*size > 0 || headers.contains("Content-Length")))
        take("CONTENT_LENGTH", std::to_string(*size));
    if (!script.root.empty()) take("DOCUMENT_ROOT", script.root);
    if (!script.filename.empty()) {
        take("SCRIPT_FILENAME", script.filename);
        take("REDIRECT_STATUS", "200");  // php-cgi built with force-redirect refuses without it
    }
}

Variables to_variables(const Request& request, const Script& script) {
    Variables out;
    list_variables(request, script, [&](std::string_view name, std::string_view value) {
        out.emplace(name, value);
    });
    return out;
}

}  // namespace turngate::cgi
