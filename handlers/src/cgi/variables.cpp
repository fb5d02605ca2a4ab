// Requests as CGI/1.1 variables and back.
#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>

#include <turngate/cgi/variables.h>
#include <turngate/http/encoding.h>
#include <turngate/http/nominated_fields.h>

namespace turngate::cgi {
namespace {

// Not for a program: what is about the connection, what CGI has a variable of its own for, and
// "Proxy", which would become HTTP_PROXY. Front servers send some of them to a responder, too:
// nginx passes "Transfer-Encoding: chunked" with a body that is decoded already.
constexpr std::array<std::string_view, 5> private_fields = {
    "Proxy", "Expect", "Content-Type", "Content-Length", "Proxy-Authorization"};

bool is_private(std::string_view name) {
    return is_hop_by_hop(name) ||
           std::any_of(private_fields.begin(), private_fields.end(),
                       [&](std::string_view field) { return iequals(field, name); });
}

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

// "accept" for "HTTP_ACCEPT"; empty if it is no variable of a field.
std::string field_of(std::string_view variable) {
    if (!variable.starts_with("HTTP_") || variable.size() == 5) return {};
    std::string out;
    for (char c : variable.substr(5))
        out += c == '_' ? '-' : static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    return is_token(out) ? out : std::string();
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

bool is_server_name(std::string_view name) {
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return is_letter_or_digit(c) || std::string_view("-._:[]").find(c) != std::string::npos;
    });
}

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

std::string get(const Variables& variables, std::string_view name) {
    auto it = variables.find(name);
    return it == variables.end() ? std::string() : it->second;
}

// A decoded path as a URL has it. Unlike percent_escape_path() it may not take "%41" for encoded.
std::string encode_path(std::string_view decoded) {
    std::string out;
    for (char c : decoded)
        if (c == '%')
            out += "%25";
        else
            out += c;
    return percent_escape_path(out);
}

// How much of the encoded `path` the decoded `prefix` is; npos if it is not its beginning.
std::size_t encoded_length(std::string_view path, std::string_view prefix) {
    std::size_t at = 0;
    for (char c : prefix) {
        if (at >= path.size()) return std::string::npos;
        const std::string one = percent_decode(path.substr(at, path[at] == '%' ? 3 : 1));
        if (one.empty() || one[0] != c) return std::string::npos;
        at += one.size() == 1 && path[at] == '%' && path.size() - at >= 3 ? 3 : 1;
    }
    return at;
}

bool is_on(std::string_view https) {
    return !https.empty() && !iequals(https, "off") && https != "0";
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
    if (std::string info = decode_path(std::string_view(url.path).substr(script.name.size()));
        has_path && !only_script && !info.empty()) {
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

Request to_request(const Variables& variables) {
    Request request;
    request.method = get(variables, "REQUEST_METHOD");
    if (request.method.empty())
        throw ProtocolError("there is no REQUEST_METHOD among the CGI variables");
    if (!is_token(request.method)) throw HttpError(400, "the request method is not a token");

    const std::string script_name = get(variables, "SCRIPT_NAME");
    std::string target = get(variables, "REQUEST_URI");
    if (target.empty()) {
        target = encode_path(script_name + get(variables, "PATH_INFO"));
        if (target.empty()) target = "/";
        if (std::string query = get(variables, "QUERY_STRING"); !query.empty())
            target += '?' + query;
    }
    request.url = Url::parse(target);
    if (const auto end = encoded_length(request.url.path, script_name);
        !script_name.empty() && end != std::string::npos)
        request.url.strip_prefix(std::string(request.url.path, 0, end));

    request.url.scheme =
        is_on(get(variables, "HTTPS")) || iequals(get(variables, "REQUEST_SCHEME"), "https")
            ? "https"
            : "http";
    if (std::string host = get(variables, "HTTP_HOST"); !host.empty()) {
        request.url.host = host;
    } else if (std::string name = get(variables, "SERVER_NAME"); is_server_name(name)) {
        const std::string port = get(variables, "SERVER_PORT");
        const bool usual =
            !is_server_name(port) || port == (request.url.scheme == "https" ? "443" : "80");
        request.url.host = usual ? name : name + ':' + port;
    }
    request.remote_address = get(variables, "REMOTE_ADDR");
    if (std::string protocol = get(variables, "SERVER_PROTOCOL"); !protocol.empty())
        request.protocol = protocol;

    auto add = [&](std::string_view name, const std::string& value) {
        if (!is_field_value(value))
            throw HttpError(
                400, "the header field " + std::string(name) + " has a CR, LF or NUL in its value");
        request.headers.add(name, value);
    };
    for (const auto& [variable, value] : variables)
        if (std::string name = field_of(variable); !name.empty() && !is_private(name))
            add(name, value);
    if (std::string type = get(variables, "CONTENT_TYPE"); !type.empty()) add("content-type", type);
    if (std::string length = get(variables, "CONTENT_LENGTH"); !length.empty())
        add("content-length", std::to_string(content_length(variables)));
    return request;
}

std::uint64_t content_length(const Variables& variables) {
    const std::string text = get(variables, "CONTENT_LENGTH");
    if (text.empty()) return 0;
    std::uint64_t length = 0;
    const char* end = text.data() + text.size();
    if (auto [stop, error] = std::from_chars(text.data(), end, length);
        error != std::errc() || stop != end)
        throw HttpError(400, "CONTENT_LENGTH is no number");
    return length;
}

}  // namespace turngate::cgi
