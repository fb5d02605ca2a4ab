// Requests as CGI/1.1 variables.
#include <algorithm>

#include "private_field.h"
#include <turngate/cgi/variables.h>
#include <turngate/http/encoding.h>
#include <turngate/http/nominated_fields.h>

namespace turngate::cgi {
namespace {

bool is_letter_or_digit(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

// "HTTP_ACCEPT" for "Accept"; empty if `name` would share its variable with another.
std::string variable_of(std::string_view name) {
    std::string out = "HTTP_";
    for (char c : name) {
        if (c != '-' && !is_letter_or_digit(c)) return {};
        out += c == '-' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    }
    return out;
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

Variables to_variables(const Request& request, const Script& script) {
    const Url& url = request.url;
    const bool secure = iequals(url.scheme, "https");
    const std::string host =
        !url.host.empty() ? url.host : std::string(request.headers.get("Host"));
    const Authority authority = split_host(host, secure);

    Variables out;
    const NominatedFields nominated(request.headers);
    for (const auto& [name, value] : request.headers) {
        if (is_private(name) || nominated.contains(name)) continue;
        std::string variable = variable_of(name);
        if (variable.empty()) continue;
        auto [it, is_new] = out.try_emplace(std::move(variable), value);
        if (!is_new) it->second.append(iequals(name, "Cookie") ? "; " : ", ").append(value);
    }
    if (!host.empty()) out["HTTP_HOST"] = host;

    const bool has_path = url.path != "*";
    const bool only_script = url.bare_script_name && script.name.empty();
    out["SCRIPT_NAME"] = decode_path(url.script_name + (has_path ? script.name : ""));
    const std::string_view rest = script.path_info
                                      ? std::string_view(*script.path_info)
                                      : std::string_view(url.path).substr(script.name.size());
    if (std::string info = decode_path(rest); has_path && !only_script && !info.empty()) {
        if (!script.root.empty() && !climbs(info)) out["PATH_TRANSLATED"] = script.root + info;
        out["PATH_INFO"] = std::move(info);
    }
    out["QUERY_STRING"] = url.query;
    out["REQUEST_URI"] = url.request_uri();
    out["REQUEST_METHOD"] = request.method;
    out["REQUEST_SCHEME"] = secure ? "https" : "http";
    if (secure) out["HTTPS"] = "on";
    out["SERVER_NAME"] = authority.name;
    out["SERVER_PORT"] = url.port > 0 ? std::to_string(url.port) : authority.port;
    out["SERVER_PROTOCOL"] = request.protocol;
    out["SERVER_SOFTWARE"] = "turngate";
    out["GATEWAY_INTERFACE"] = "CGI/1.1";
    out["REMOTE_ADDR"] = request.remote_address;
    // Section 4.1.9: the address, where finding the name would cost too much.
    out["REMOTE_HOST"] = request.remote_address;
    if (request.headers.contains("Content-Type"))
        out["CONTENT_TYPE"] = request.headers.get("Content-Type");
    if (const auto size = request.body.size();
        size && (*size > 0 || request.headers.contains("Content-Length")))
        out["CONTENT_LENGTH"] = std::to_string(*size);
    if (!script.root.empty()) out["DOCUMENT_ROOT"] = script.root;
    if (!script.filename.empty()) {
        out["SCRIPT_FILENAME"] = script.filename;
        out["REDIRECT_STATUS"] = "200";  // php-cgi built with force-redirect refuses without it
    }
    for (const auto& [name, value] : out)
        if (!is_field_value(value))
            throw HttpError(400, "the CGI variable " + name + " would have a CR, LF or NUL");
    return out;
}

}  // namespace turngate::cgi
