// Which documented loss a request met on its way through an event, and what no loss explains. Each
// part that arrived must be the one that was sent, or what losses() makes of it: a model of its
// own, which shares only percent-encoding, addresses and lists with the code that it judges (each
// has tests of its own).
#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "client_address.h"
#include "event_draft.h"
#include "findings.h"
#include "loss.h"
#include <turngate/events/make_event.h>
#include <turngate/http/encoding.h>
#include <turngate/http/field_list.h>

namespace turngate::events {
namespace {

using enum Loss;

std::string quoted(std::string_view text) {
    return '"' + std::string(text) + '"';
}

std::string expected_script_name(Format format, const EventSource& source) {
    const bool has_stage = format == Format::api_gateway_v1 ||
                           format == Format::api_gateway_http1 || format == Format::api_gateway_v2;
    const std::string stage = has_stage ? source_stage(format, source) : "$default";
    return stage == "$default" ? std::string() : percent_escape_path('/' + through_json(stage));
}

std::string valid_path(std::string_view path) {
    if (path == "*") return "*";
    std::string valid = percent_escape_path(path);
    return valid.starts_with('/') ? valid : '/' + valid;
}

std::string expected_path(const Request& sent, Format format) {
    std::string path = valid_path(sent.url.path);
    if (!loses(format, decoded_path)) return path;
    const std::string decoded = percent_decode(path);
    return percent_escape_path(through_json(decoded.substr(0, decoded.find('?'))));
}

struct Parameter {
    std::string name;
    std::vector<std::string> values;
};

// The parameters of a query, those of one name together, "a" as "a=".
std::vector<Parameter> parameters(std::string_view query, bool is_decoded) {
    const auto text = [&](std::string_view part) {
        return is_decoded ? through_json(percent_decode(part, true)) : std::string(part);
    };
    std::vector<Parameter> out;
    std::map<std::string, std::size_t, std::less<>> places;
    while (!query.empty()) {
        const std::string_view pair = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(query.size(), pair.size() + 1));
        if (pair.empty()) continue;
        const std::string_view name = pair.substr(0, pair.find('='));
        const auto [place, is_new] = places.try_emplace(text(name), out.size());
        if (is_new) out.push_back({place->first, {}});
        out[place->second].values.push_back(
            text(pair.substr(std::min(pair.size(), name.size() + 1))));
    }
    return out;
}

std::string expected_query(const Request& sent, Format format) {
    std::string query = percent_escape_query(sent.url.query);
    const bool is_decoded = loses(format, decoded_query);
    if (!is_decoded && !loses(format, filled_query)) return query;
    const auto text = [&](const std::string& part) {
        return is_decoded ? percent_encode(part) : part;
    };
    std::string out;
    for (Parameter& parameter : parameters(query, is_decoded)) {
        std::vector<std::string>& values = parameter.values;
        if (loses(format, last_parameter)) values.erase(values.begin(), values.end() - 1);
        for (const std::string& value : values)
            out.append(out.empty() ? "" : "&")
                .append(text(parameter.name))
                .append("=")
                .append(text(value));
    }
    return out;
}

// The first of X-Forwarded-For: "203.0.113.7" of "203.0.113.7:5432, 10.0.0.1"; empty if that is no
// address.
std::string forwarded_for(const Headers& headers) {
    const std::string all = headers.joined("x-forwarded-for", ",");
    std::string_view rest = all, first;
    while (first.empty() && !rest.empty())
        first = take_element(rest);
    if (first.starts_with('[') && first.find(']') != std::string_view::npos)
        first = first.substr(1, first.find(']') - 1);
    else if (std::count(first.begin(), first.end(), ':') == 1)
        first = first.substr(0, first.find(':'));
    return is_ip_address(first) ? std::string(first) : std::string();
}

// Of the fields that arrived, which are judged by themselves.
std::string expected_client(const Request& arrived, Format format, const std::string& client) {
    if (loses(format, forwarded_client)) return forwarded_for(arrived.headers);
    if (!loses(format, real_client)) return client;
    const std::string_view real = arrived.headers.get("x-real-ip");
    return is_ip_address(real) ? std::string(real) : forwarded_for(arrived.headers);
}

std::string expected_scheme(const Request& arrived, Format format) {
    std::vector<std::string_view> fields = {"x-forwarded-proto"};
    if (loses(format, edge_scheme)) fields.insert(fields.begin(), "cloudfront-forwarded-proto");
    for (std::string_view field : fields)
        for (const char* scheme : {"http", "https"})
            if (iequals(arrived.headers.get(field), scheme)) return scheme;
    return loses(format, http_scheme) ? "http" : "https";
}

// What a message keeps of a request, or the event itself.
void compare_remains(const Request& sent, const Request& arrived, Format format,
                     const std::string& client, Findings& findings) {
    findings.compare("method", "POST", arrived.method, "POST");
    if (format == Format::websocket) {
        findings.compare("client", client, arrived.remote_address, client);
        if (!arrived.url.path.starts_with("/websocket/"))
            findings.note_damage("path: " + sent.url.path + " arrives as " + arrived.url.path);
    }
    findings.note_loss(std::string(losses(format).front()));
}

void compare_parts(const Request& sent, const Request& arrived, Format format,
                   const EventSource& source, const std::string& client, Findings& findings) {
    const Url &before = sent.url, &after = arrived.url;
    std::string method = sent.method;
    for (char& c : method)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - ('a' - 'A'));
    findings.compare("method", method, arrived.method, method);
    findings.compare("script name", quoted(before.script_name), quoted(after.script_name),
                     quoted(expected_script_name(format, source)));
    findings.compare("path", valid_path(before.path), after.path, expected_path(sent, format));
    findings.compare("query", percent_escape_query(before.query), after.query,
                     expected_query(sent, format));
    // What nobody said about a request is not lost when the event says something.
    const std::string told_client = expected_client(arrived, format, client);
    findings.compare("client", sent.remote_address.empty() ? told_client : client,
                     arrived.remote_address, told_client);
    const std::string scheme = expected_scheme(arrived, format);
    findings.compare("scheme", before.host.empty() ? scheme : before.scheme, after.scheme, scheme);
    const std::string protocol =
        loses(format, no_protocol) || sent.protocol.empty() ? Request().protocol : sent.protocol;
    findings.compare("protocol", sent.protocol.empty() ? protocol : sent.protocol, arrived.protocol,
                     through_json(protocol));
    findings.compare("host", after.host, after.host, arrived.headers.get("host"));
    compare_headers(sent, arrived, format, client, findings);
}

Findings compare(const Request& sent, const Request& arrived, Format format,
                 const EventSource& source) {
    Findings findings;
    const std::string client = sent.remote_address.empty() ? source.source_ip : sent.remote_address;
    if (format == Format::raw || format == Format::websocket)
        compare_remains(sent, arrived, format, client, findings);
    else
        compare_parts(sent, arrived, format, source, client, findings);
    if (sent.body.arrived() && sent.body.buffered() != arrived.body.buffered())
        findings.note_damage("body: " + std::to_string(sent.body.buffered().size()) +
                             " bytes arrive as other " +
                             std::to_string(arrived.body.buffered().size()));
    return findings;
}

}  // namespace

std::string lost(const Request& sent, const Request& arrived, Format format,
                 const EventSource& source) {
    const std::vector<std::string> all = all_lost(sent, arrived, format, source);
    return all.empty() ? std::string() : all.front();
}

std::vector<std::string> all_lost(const Request& sent, const Request& arrived, Format format,
                                  const EventSource& source) {
    const Findings findings = compare(sent, arrived, format, source);
    return findings.damage().empty() ? findings.losses() : std::vector<std::string>();
}

std::string damaged(const Request& sent, const Request& arrived, Format format,
                    const EventSource& source) {
    return compare(sent, arrived, format, source).damage();
}

}  // namespace turngate::events
