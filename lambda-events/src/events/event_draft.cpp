#include "event_draft.h"

#include <algorithm>
#include <map>

#include "claims.h"
#include "client_address.h"
#include <turngate/http/encoding.h>
#include <turngate/http/error.h>
#include <turngate/http/field_list.h>
#include <turngate/http/media_type.h>
#include <turngate/http/nominated_fields.h>
#include <turngate/json/json.h>

namespace turngate::events {
namespace {

// AWS, "Lambda functions as targets" and "Working with AWS Lambda proxy integrations for HTTP
// APIs": these types go as they are, every other as base64; a form, too.
bool is_plain_at_the_gateway(const Headers& headers) {
    const auto type = MediaType::parse(headers.get("content-type"));
    if (!type) return headers.get("content-type").empty();
    const std::string& essence = type->essence;
    return essence.starts_with("text/") || essence == "application/json" ||
           essence == "application/javascript" || essence == "application/xml" ||
           essence.ends_with("+json") || essence.ends_with("+xml");
}

// As the writer will print it: names that differ in bytes no string can have are one name.
std::string printable(const std::string& name) {
    if (is_utf8(name)) return name;
    std::string text;
    JsonWriter(text).string(name);
    return Json::parse(text).string_or({});
}

// These end up in requestContext, where a decoder takes them for words.
void check_word(std::string_view what, std::string_view value) {
    const bool is_clean = std::none_of(value.begin(), value.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    });
    if (!is_clean)
        throw HttpError(400, "the " + std::string(what) + " of the request has control characters");
}

// A decoder refuses any other.
void check_host(std::string_view what, std::string_view host) {
    if (!is_event_host(host))
        throw HttpError(400,
                        "the " + std::string(what) +
                            " of the request is not a name or an address, perhaps with a port");
}

// "OPTIONS *" is about a server, and no front end of functions passes it on.
void check_asterisk(const Request& request, Format format) {
    if (format == Format::websocket) return;  // has no path
    if (format == Format::http && request.method == "OPTIONS") return;
    throw HttpError(
        400, "the target \"*\" cannot stand in an event of shape " + std::string(name(format)));
}

}  // namespace

bool source_sends_base64(Format format, const Headers& headers, std::string_view body) {
    if (format == Format::edge || format == Format::vercel) return true;
    if (body.empty()) return false;
    if (!is_utf8(body)) return true;
    switch (format) {
        case Format::websocket:
            return false;
        case Format::api_gateway_v1:
        case Format::http:
            return body_encoding(headers, body) == Encoding::base64;
        case Format::alb:
        case Format::alb_multi_value: {
            const std::string_view coding = trimmed(headers.get("content-encoding"));
            return !coding.empty() || !is_plain_at_the_gateway(headers);
        }
        default:
            return !is_plain_at_the_gateway(headers);
    }
}

std::string source_domain(Format format, const EventSource& source) {
    if (format == Format::function_url)
        return source.api_id + ".lambda-url." + source.region + ".on.aws";
    if (format == Format::edge) return source.api_id + ".cloudfront.net";
    return source.api_id + ".execute-api." + source.region + ".amazonaws.com";
}

std::string source_stage(Format format, const EventSource& source) {
    if (!source.stage.empty() && format != Format::function_url) return source.stage;
    return format == Format::api_gateway_v1 || format == Format::websocket ? "prod" : "$default";
}

EventDraft::EventDraft(Request& r, Format format, const EventSource& s)
    : request(r),
      source(s),
      path(percent_escape_path(r.url.path.empty() ? "/" : r.url.path)),
      query(percent_escape_query(r.url.query)),
      body(r.body.text(std::size_t{64} << 20)),
      client(r.remote_address.empty() ? s.source_ip : r.remote_address) {
    if (path == "*")
        check_asterisk(request, format);
    else if (!path.starts_with('/'))
        path.insert(0, 1, '/');
    is_base64 = source_sends_base64(format, r.headers, body);
    const NominatedFields nominated(r.headers);
    for (const auto& [name, value] : r.headers)
        if (!is_hop_by_hop(name) && !is_claim(name) && !nominated.contains(name))
            headers_.add(name, value);
    if (headers_.values("host").size() > 1)  // RFC 9112 section 3.2
        throw HttpError(400, "the request has more than one Host field, which no source passes on");
    if (headers_.contains("host")) check_host("Host field", headers_.get("host"));
    if (!r.url.host.empty()) check_host("host", r.url.host);
    check_word("protocol", r.protocol);
    check_word("remote address", client);
    add_forwarded(format);
    for (const auto& [name, value] : headers_)
        fields_.push_back({name, value});
}

void EventDraft::add_missing(std::string_view name, std::string_view value) {
    if (!headers_.contains(name)) headers_.add(name, value);
}

void EventDraft::add_forwarded(Format format) {
    const std::string& host = request.url.host;
    const std::string_view scheme =
        request.url.scheme == "http" && !host.empty() ? "http" : "https";
    switch (format) {
        case Format::websocket:
        case Format::raw:
            return;
        case Format::http:
            if (!host.empty()) add_missing("Host", host);
            return;
        case Format::edge:
            add_missing("Host", host.empty() ? source_domain(format, source) : host);
            return;
        case Format::vercel:
            add_missing("host", host.empty() ? std::string("localhost:3000") : host);
            add_missing("x-real-ip", client);
            add_missing("x-forwarded-for", client);
            add_missing("x-forwarded-host", headers_.get("host"));
            add_missing("x-forwarded-proto", scheme);
            add_missing("x-vercel-forwarded-for", client);
            add_missing(
                "x-vercel-id",
                "dev1::dev1::" + source.request_id.substr(0, 5) + "-" +
                    std::to_string(source.time.time_since_epoch() / std::chrono::milliseconds(1)) +
                    "-" +
                    source.request_id.substr(std::min<std::size_t>(source.request_id.size(), 24)));
            add_missing("x-vercel-deployment-url", headers_.get("host"));
            return;
        default:
            add_missing("Host", host.empty() ? source_domain(format, source) : host);
            if (format != Format::lattice_v1 && format != Format::lattice_v2)
                add_missing("X-Amzn-Trace-Id", source.trace_id);
            add_missing("X-Forwarded-For", client);
            add_missing("X-Forwarded-Port", scheme == "http" ? "80" : "443");
            add_missing("X-Forwarded-Proto", scheme);
    }
}

std::string EventDraft::decoded_path(std::string_view stage) const {
    std::string decoded = percent_decode(path);
    if (!is_field_value(decoded))
        throw HttpError(400,
                        "the path has an escaped CR, LF or NUL, which a source that decodes "
                        "paths cannot deliver");
    decoded.resize(std::min(decoded.size(), decoded.find('?')));
    return stage == "$default" ? decoded : std::string(1, '/').append(stage).append(decoded);
}

ParameterGroups EventDraft::parameters(bool decoded) const {
    ParameterGroups groups;
    std::map<std::string, std::size_t> index;
    for (std::string_view rest = query; !rest.empty();) {
        const std::string_view pair = rest.substr(0, rest.find('&'));
        rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
        if (pair.empty()) continue;
        const auto equals = std::min(pair.find('='), pair.size());
        std::string name(pair.substr(0, equals));
        std::string value(pair.substr(std::min(equals + 1, pair.size())));
        if (decoded) {
            name = printable(percent_decode(name, true));
            value = percent_decode(value, true);
        }
        auto [at, is_new] = index.try_emplace(name, groups.size());
        if (is_new) groups.push_back({std::move(name), {}});
        groups[at->second].values.push_back(std::move(value));
    }
    return groups;
}

namespace {

// `values` is never empty.
template <class Values>
void write_several(JsonWriter& out, const Values& values, Several several,
                   std::string_view separator) {
    if (several == Several::list) {
        out.begin_array();
        for (const auto& value : values)
            out.string(value);
        out.end_array();
        return;
    }
    if (several == Several::last || values.size() == 1) {
        out.string(values.back());
        return;
    }
    std::string joined(values.front());
    for (std::size_t i = 1; i < values.size(); ++i)
        joined.append(separator).append(values[i]);
    out.string(joined);
}

}  // namespace

void EventDraft::write_headers(JsonWriter& out, Several several, bool lower) const {
    out.begin_object();
    for_each_name(fields_, [&](std::span<const FieldView> same) {
        std::vector<std::string_view> values;
        for (const FieldView& field : same)
            values.push_back(field.value);
        if (lower)
            out.key(lower_case(same.front().name));
        else
            out.key(same.front().name);
        // Cookies are never joined with a comma (RFC 9113 section 8.2.3).
        write_several(out, values, several, iequals(same.front().name, "cookie") ? "; " : ", ");
    });
    out.end_object();
}

void write_parameters(const ParameterGroups& groups, JsonWriter& out, Several several) {
    out.begin_object();
    for (const ParameterGroup& group : groups) {
        out.key(group.name);
        write_several(out, group.values, several, ",");
    }
    out.end_object();
}

void EventDraft::write_body(JsonWriter& out) const {
    if (is_base64)
        out.string(base64_encode(body));
    else
        out.string(body);
}

}  // namespace turngate::events
