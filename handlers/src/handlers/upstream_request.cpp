// A request line, the client's fields less those of its connection, and ours.
#include "upstream_request.h"

#include <algorithm>
#include <string_view>

#include "upstream_fields.h"
#include <turngate/http/encoding.h>
#include <turngate/http/error.h>
#include <turngate/http/field_list.h>
#include <turngate/http/nominated_fields.h>
#include <turngate/http1/write_head.h>

namespace turngate {
namespace {

using http1::append_field;

bool is_visible(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return c > 0x20 && c < 0x7F && c != '#'; });
}

// True if a server could take a segment of the path for "..", whatever it decodes first.
bool climbs(std::string_view path) {
    if (path.find("..") == path.npos && path.find('%') == path.npos) return false;
    std::string decoded = percent_decode(path);
    std::replace(decoded.begin(), decoded.end(), '\\', '/');
    for (std::string_view rest = decoded; !rest.empty();) {
        std::string_view segment = rest.substr(0, rest.find('/'));
        rest.remove_prefix(std::min(rest.size(), segment.size() + 1));
        segment = segment.substr(0, segment.find(';'));
        if (segment == "..") return true;
    }
    return false;
}

void append_target(std::string& out, const Url& url, const std::string& base) {
    if (!base.empty() && climbs(url.path)) throw HttpError(400, "the path has a \"..\" segment");
    if (url.path == "*" && base.empty()) {
        out += '*';
    } else {
        out += base;
        if (!url.path.starts_with('/')) out += '/';
        if (url.path == "*") return;
        if (is_visible(url.path))
            out += url.path;
        else
            out += percent_escape_path(url.path);
    }
    if (url.query.empty() && !url.empty_query) return;
    out += '?';
    if (is_visible(url.query))
        out += url.query;
    else
        out += percent_escape_query(url.query);
}

std::string_view client_host(const Request& request) {
    const std::string_view host =
        request.url.host.empty() ? request.headers.get("host") : std::string_view(request.url.host);
    if (!host.empty() && !is_host(host))
        throw HttpError(400, "the Host is not a name or an address with an optional port");
    return host;
}

// Who asked, as Forwarded has it (RFC 7239 section 6).
void append_forwarded(std::string& out, const Request& request, std::string_view host) {
    const std::string& client = request.remote_address;
    if (client.find(':') != std::string::npos)
        out.append("for=\"[").append(client).append("]\";");
    else if (is_token(client))
        out.append("for=").append(client).append(";");
    if (!host.empty()) {
        const bool is_plain = is_token(host);
        out.append(is_plain ? "host=" : "host=\"").append(host).append(is_plain ? ";" : "\";");
    }
    out.append("proto=").append(request.url.scheme);
}

// What is not the client's, so that nothing of it can end a line. Empty if it is anything else.
std::string_view fit(std::string_view value) {
    return is_field_value(value) && value.find('"') == value.npos ? value : std::string_view();
}

class Forwarder {
  public:
    Forwarder(std::string& out, const Request& request, std::string_view host, bool appends)
        : out_(out),
          request_(request),
          host_(host),
          appends_(appends),
          is_platforms_(request.context.find<ForwardedByPlatform>() != nullptr) {}

    void write() {
        const std::string_view client = fit(request_.remote_address);
        const std::string_view scheme = fit(request_.url.scheme);
        list("X-Forwarded-For", client);
        one("X-Real-IP", client);
        one("X-Forwarded-Proto", scheme);
        one("X-Forwarded-Host", fit(host_));
        prefix(fit(request_.url.script_name));
        if (client.empty() || !is_token(scheme)) return;
        begin_list("Forwarded");
        append_forwarded(out_, request_, host_);
        out_ += "\r\n";
    }

  private:
    void list(std::string_view name, std::string_view value) {
        const bool counts = appends_ || is_platforms_;
        const std::string known = counts ? request_.headers.joined(name) : std::string();
        if (value.empty() || (is_platforms_ && !known.empty())) {
            if (!known.empty()) append_field(out_, name, known);
            return;
        }
        begin_list(name);
        out_.append(value).append("\r\n");
    }

    // Up to a member of ours.
    void begin_list(std::string_view name) {
        out_.append(name).append(": ");
        if (!appends_) return;
        const std::string known = request_.headers.joined(name);
        if (!known.empty()) out_.append(known).append(", ");
    }

    void one(std::string_view name, std::string_view value) {
        const bool counts = appends_ || is_platforms_;
        first_of(name, counts ? request_.headers.get(name) : std::string_view(), value);
    }

    // No platform says this one: it is the client's.
    void prefix(std::string_view value) {
        const std::string_view name = "X-Forwarded-Prefix";
        first_of(name, appends_ ? request_.headers.get(name) : std::string_view(), value);
    }

    void first_of(std::string_view name, std::string_view known, std::string_view value) {
        if (!known.empty())
            append_field(out_, name, known);
        else if (!value.empty())
            append_field(out_, name, value);
    }

    std::string& out_;
    const Request& request_;
    std::string_view host_;
    bool appends_;
    bool is_platforms_;
};

// The protocols that a client asks for, without HTTP/2, which would hide requests from us.
std::string wanted_upgrade(const Request& request) {
    std::string wanted;
    if (!request.headers.contains("upgrade") || request.protocol != "HTTP/1.1") return wanted;
    if (!request.body.arrived() || request.body.size().value_or(1) != 0) return wanted;
    bool is_nominated = false;
    for (const auto& [name, value] : request.headers) {
        std::string_view list = value;
        if (iequals(name, "connection")) {
            while (!list.empty())
                is_nominated |= iequals(take_element(list), "upgrade");
        } else if (iequals(name, "upgrade")) {
            while (!list.empty()) {
                const std::string_view protocol = take_element(list);
                if (protocol.empty() || iequals(protocol.substr(0, 2), "h2") ||
                    iequals(protocol.substr(0, 6), "http/2"))
                    continue;
                wanted.append(wanted.empty() ? "" : ", ").append(protocol);
            }
        }
    }
    return is_nominated ? wanted : std::string();
}

bool takes_trailers(const Headers& headers) {
    for (const auto& [name, value] : headers) {
        if (!iequals(name, "te")) continue;
        for (std::string_view list = value; !list.empty();)
            if (iequals(take_element(list), "trailers")) return true;
    }
    return false;
}

// Of a body that has a length; absent: chunks.
std::optional<std::uint64_t> body_size(const Body& body) {
    if (!body.arrived()) return body.size();
    if (!body.trailers().empty()) return std::nullopt;
    return body.buffered().size();
}

bool has_usually_a_body(std::string_view method) {
    return method == "POST" || method == "PUT" || method == "PATCH";
}

}  // namespace

UpstreamRequest write_upstream_request(std::string& out, const Request& request,
                                       const UpstreamOptions& options,
                                       const UpstreamTarget& target) {
    if (!is_token(request.method)) throw HttpError(400, "the request method is not a token");
    if (request.method == "CONNECT") throw HttpError(501, "the method CONNECT is not implemented");
    out.append(request.method).append(" ");
    append_target(out, request.url, target.base);
    out.append(" HTTP/1.1\r\n");

    UpstreamRequest facts;
    const std::string_view host = client_host(request);
    const bool is_clients = options.preserve_host && !host.empty();
    append_field(out, "Host", is_clients ? host : std::string_view(target.authority));

    const std::optional<std::uint64_t> size = body_size(request.body);
    facts.is_chunked = !size;
    const std::string_view id = fit(request.context.request_id);
    const NominatedFields nominated(request.headers);
    for (const auto& [name, value] : request.headers) {
        const FieldRole role = role_of(name);
        bool passes = role == FieldRole::other        ? !nominated.contains(name)
                      : role == FieldRole::request_id ? id.empty()
                      : role == FieldRole::forwarded  ? options.forwarded == ForwardedPolicy::keep
                                                     : facts.is_chunked && iequals(name, "trailer");
        if (passes) append_field(out, name, value);
    }
    if (facts.is_chunked)
        append_field(out, "Transfer-Encoding", "chunked");
    else if (*size > 0 || has_usually_a_body(request.method))
        append_field(out, "Content-Length", std::to_string(*size));
    if (options.forwarded == ForwardedPolicy::replace ||
        options.forwarded == ForwardedPolicy::append)
        Forwarder(out, request, host, options.forwarded == ForwardedPolicy::append).write();
    if (!id.empty()) append_field(out, "X-Request-Id", id);

    facts.upgrade = wanted_upgrade(request);
    const bool has_te = takes_trailers(request.headers);
    if (!facts.upgrade.empty()) append_field(out, "Upgrade", facts.upgrade);
    if (has_te) append_field(out, "TE", "trailers");
    if (has_te || !facts.upgrade.empty())
        append_field(out, "Connection",
                     !has_te                 ? "Upgrade"
                     : facts.upgrade.empty() ? "TE"
                                             : "Upgrade, TE");
    out.append("\r\n");
    return facts;
}

}  // namespace turngate
