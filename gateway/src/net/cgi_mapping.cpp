#include "net/cgi_mapping.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "net/clean_headers.h"
#include <turngate/doors/remote_user.h>
#include <turngate/http/date.h>
#include <turngate/http/encoding.h>
#include <turngate/http/nominated_fields.h>
#include <turngate/http1/write_head.h>

namespace turngate::net {
namespace {

bool has_dot_segment(std::string_view path) {
    if (path.find("/.") == path.npos && path.find('%') == path.npos) return false;
    const std::string decoded = percent_decode(path);
    for (std::string_view rest = decoded; !rest.empty();) {
        const std::string_view segment = rest.substr(0, rest.find('/'));
        rest.remove_prefix(std::min(rest.size(), segment.size() + 1));
        if (segment == "." || segment == "..") return true;
    }
    return false;
}

void append_fields(std::string& out, const Headers& headers) {
    const NominatedFields nominated(headers);
    const bool has_nominated = !nominated.empty();
    for (const auto& [name, value] : headers)
        if (!is_hop_by_hop(name) && !iequals(name, "status") &&
            !(has_nominated && nominated.contains(name)))
            http1::append_field(out, name, value);
}

}  // namespace

std::uint64_t fill_request(Request& request, std::span<const cgi::Variable> variables,
                           const CgiRules& rules) {
    const bool is_told = rules.mount == "SCRIPT_NAME";
    const std::uint64_t length = cgi::fill_request(
        request, variables, is_told ? cgi::Mount::script_name : cgi::Mount::nowhere, rules.values);
    Url& url = request.url;
    if (!rules.pass_dot_segments && (has_dot_segment(url.script_name) || has_dot_segment(url.path)))
        throw HttpError(400,
                        "the path has a dot segment, without which the web server has taken it");
    if (!is_told && !rules.mount.empty()) url.strip_prefix(std::string(rules.mount));
    clean_headers(request.headers, false);
    if (!rules.trust_remote_user) return length;
    RemoteUser user;
    for (const auto& [name, value] : variables) {
        if (name == "REMOTE_USER") user.name = value;
        if (name == "AUTH_TYPE") user.auth_type = value;
    }
    if (!user.name.empty()) request.context.put(std::move(user));
    return length;
}

void append_cgi_head(std::string& out, int status, const Headers& headers) {
    out += "Status: ";
    http1::append_status(out, status);
    append_fields(out, headers);
    out += "\r\n";
}

void append_nph_head(std::string& out, int status, const Headers& headers) {
    out += "HTTP/1.1 ";
    http1::append_status(out, status);
    append_fields(out, headers);
    if (!headers.contains("date"))
        http1::append_field(
            out, "Date",
            http_date(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now())));
    out += "Connection: close\r\n\r\n";
}

}  // namespace turngate::net
