// CGI/1.1 variables as a request.
#include <array>
#include <charconv>

#include "private_field.h"
#include <turngate/cgi/variables.h>
#include <turngate/http/encoding.h>

namespace turngate::cgi {
namespace {

// Those that a request is made of, beside the header fields. Of a name that comes more than once
// the last counts, as in PHP: it is how configurations override a set of variables.
struct Known {
    std::string_view method, uri, script_name, path_info, query;
    std::string_view https, scheme, server_name, server_port, protocol;
    std::string_view remote_address, type, length;
};

std::string_view Known::*member_of(std::string_view name) noexcept {
    switch (name.size()) {  // this runs for every variable of every request
        case 5:
            return name == "HTTPS" ? &Known::https : nullptr;
        case 9:
            return name == "PATH_INFO" ? &Known::path_info : nullptr;
        case 11:
            if (name == "REQUEST_URI") return &Known::uri;
            if (name == "SCRIPT_NAME") return &Known::script_name;
            if (name == "SERVER_NAME") return &Known::server_name;
            if (name == "SERVER_PORT") return &Known::server_port;
            return name == "REMOTE_ADDR" ? &Known::remote_address : nullptr;
        case 12:
            if (name == "QUERY_STRING") return &Known::query;
            return name == "CONTENT_TYPE" ? &Known::type : nullptr;
        case 14:
            if (name == "REQUEST_METHOD") return &Known::method;
            if (name == "REQUEST_SCHEME") return &Known::scheme;
            return name == "CONTENT_LENGTH" ? &Known::length : nullptr;
        case 15:
            return name == "SERVER_PROTOCOL" ? &Known::protocol : nullptr;
        default:
            return nullptr;
    }
}

// What each byte of a variable's name is in the field's: 0 if no field has it.
constexpr std::array<char, 256> field_bytes = [] {
    std::array<char, 256> table{};
    for (char c : std::string_view("!#$%&'*+-.^`|~0123456789abcdefghijklmnopqrstuvwxyz"))
        table[static_cast<unsigned char>(c)] = c;
    for (char c = 'A'; c <= 'Z'; ++c)
        table[static_cast<unsigned char>(c)] = static_cast<char>(c - 'A' + 'a');
    table['_'] = '-';
    return table;
}();

// Makes `field` "accept" of "HTTP_ACCEPT"; false if it is no variable of a field.
bool read_field(std::string_view variable, std::string& field) {
    if (variable.size() <= 5 || !variable.starts_with("HTTP_")) return false;
    variable.remove_prefix(5);
    field.resize(variable.size());
    char* to = field.data();
    bool is_token = true;
    for (char c : variable) {
        const char byte = field_bytes[static_cast<unsigned char>(c)];
        *to++ = byte;
        is_token &= byte != 0;
    }
    return is_token;
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
        std::size_t size = 1;
        char one = path[at];
        if (one == '%') {
            const std::string decoded = percent_decode(path.substr(at, 3));
            one = decoded[0];
            if (decoded.size() == 1) size = path.size() - at >= 3 ? 3 : 1;
        }
        if (one != c) return std::string::npos;
        at += size;
    }
    return at;
}

bool is_on(std::string_view https) noexcept {
    return !https.empty() && !iequals(https, "off") && https != "0";
}

// Apache's "INCLUDED" is none.
bool is_protocol(std::string_view text) noexcept {
    return text.starts_with("HTTP/") && text.size() > 5 && text.size() < 9 &&
           text.find_first_not_of("0123456789.", 5) == std::string_view::npos;
}

void check_value(std::string_view name, std::string_view value) {
    if (!is_field_value(value))
        throw HttpError(400, "the CGI variable " + std::string(name.substr(0, 64)) +
                                 " has a CR, LF or NUL in its value");
}

[[noreturn]] void refuse_without_length() {
    throw HttpError(411,
                    "the length of the request body is not known: have the web server "
                    "read all of it before it passes the request on");
}

std::uint64_t read_length(std::string_view text) {
    if (text.empty()) return 0;
    // Caddy's way to say that there is a body and that it does not know how long it is.
    if (text == "-1") refuse_without_length();
    std::uint64_t length = 0;
    const char* end = text.data() + text.size();
    if (auto [stop, error] = std::from_chars(text.data(), end, length);
        error != std::errc() || stop != end)
        throw HttpError(400, "CONTENT_LENGTH is no number");
    return length;
}

void take_target(Request& request, const Known& known, Mount mount) {
    if (known.uri.empty()) {
        std::string target = encode_path(std::string(known.script_name).append(known.path_info));
        if (target.empty()) target = "/";
        if (!known.query.empty()) target.append(1, '?').append(known.query);
        request.url = Url::parse(target);
    } else {
        request.url = Url::parse(known.uri);
    }
    if (mount == Mount::script_name && !known.script_name.empty())
        if (const auto end = encoded_length(request.url.path, known.script_name);
            end != std::string::npos)
            request.url.strip_prefix(std::string(request.url.path, 0, end));
}

void take_server(Request& request, const Known& known) {
    const bool is_secure = is_on(known.https) || iequals(known.scheme, "https");
    request.url.scheme = is_secure ? "https" : "http";
    if (const std::string_view host = request.headers.get("host"); !host.empty()) {
        if (!is_host(host)) throw HttpError(400, "HTTP_HOST is no host");
        request.url.host = host;
    } else if (is_host(known.server_name)) {
        request.url.host = known.server_name;
        const std::string with_port = request.url.host + ':' + std::string(known.server_port);
        if (known.server_port != (is_secure ? "443" : "80") && is_host(with_port))
            request.url.host = with_port;
    } else if (!request.url.host.empty() && !is_host(request.url.host)) {
        throw HttpError(400, "the request target names a host that is none");
    }
    if (is_protocol(known.protocol)) request.protocol = known.protocol;
}

// Apache and Caddy join the lines of Cookie by a comma, as they join others. No cookie has one
// (RFC 6265 section 4.1.1), but for the dates that some send: those are not followed by a name.
std::string separated(std::string_view cookies) {
    std::string out(cookies);
    for (std::size_t at = out.find(", "); at != out.npos; at = out.find(", ", at + 2)) {
        const std::size_t end = out.find_first_of("=;, ", at + 2);
        if (end != out.npos && out[end] == '=' && end > at + 2) out[at] = ';';
    }
    return out;
}

}  // namespace

std::uint64_t fill_request(Request& request, std::span<const Variable> variables, Mount mount,
                           Values values) {
    const bool must_check = values == Values::unknown;
    Known known;
    std::string field;
    bool has_chunks = false;
    for (const auto& [name, value] : variables) {
        if (const auto member = member_of(name)) {
            if (must_check) check_value(name, value);
            if (member == &Known::length && !known.length.empty() && known.length != value)
                throw HttpError(400, "there are different values of CONTENT_LENGTH");
            known.*member = value;
        } else if (!read_field(name, field)) {
            continue;
        } else if (is_private(field)) {
            has_chunks = has_chunks || (field == "transfer-encoding" && !value.empty());
        } else {
            if (must_check) check_value(name, value);
            if (field == "cookie")
                request.headers.add_checked(field, separated(value));
            else
                request.headers.add_checked(field, value);
        }
    }
    if (known.method.empty())
        throw ProtocolError("there is no REQUEST_METHOD among the CGI variables");
    // Apache's way. nginx tells of the chunks, too, but has read them.
    if (has_chunks && known.length.empty()) refuse_without_length();
    if (!is_token(known.method)) throw HttpError(400, "the request method is not a token");
    request.method = known.method;
    take_target(request, known, mount);
    take_server(request, known);
    request.remote_address = known.remote_address;
    if (!known.type.empty()) request.headers.add_checked("content-type", known.type);
    const std::uint64_t length = read_length(known.length);
    if (!known.length.empty())
        request.headers.add_checked("content-length", std::to_string(length));
    return length;
}

Request to_request(std::span<const Variable> variables, Mount mount) {
    Request request;
    fill_request(request, variables, mount);
    return request;
}

Request to_request(const Variables& variables) {
    std::vector<Variable> list;
    list.reserve(variables.size());
    for (const auto& [name, value] : variables)
        list.push_back({name, value});
    return to_request(list, Mount::script_name);
}

std::uint64_t content_length(std::span<const Variable> variables) {
    std::string_view text;
    for (const auto& [name, value] : variables)
        if (name == "CONTENT_LENGTH") text = value;
    return read_length(text);
}

std::uint64_t content_length(const Variables& variables) {
    const auto it = variables.find("CONTENT_LENGTH");
    return it == variables.end() ? 0 : read_length(it->second);
}

}  // namespace turngate::cgi
