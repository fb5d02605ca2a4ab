// What each shape cannot say about a request. Parity runs and property tests take these for the
// only differences there may be.
#include <algorithm>

#include "loss.h"
#include <turngate/events/make_event.h>

namespace turngate::events {
namespace {

using enum Loss;

constexpr Loss api_gateway_v1[] = {
    script_name,   added_forwarded, added_trace, hop_by_hop, claims,           grouped_fields,
    decoded_query, grouped_query,   not_utf8,    length,     forwarded_scheme,
};
constexpr Loss api_gateway_http1[] = {
    script_name, added_forwarded, added_trace,      hop_by_hop,    claims,
    lower_names, grouped_fields,  decoded_query,    grouped_query, decoded_path,
    not_utf8,    length,          forwarded_scheme,
};
constexpr Loss api_gateway_v2[] = {
    script_name,   added_forwarded, added_trace,  hop_by_hop, claims, lower_names,
    joined_fields, split_cookies,   decoded_path, not_utf8,   length, forwarded_scheme,
};
constexpr Loss function_url[] = {
    script_name,   added_forwarded, added_trace, hop_by_hop, claims,           lower_names,
    joined_fields, split_cookies,   not_utf8,    length,     forwarded_scheme,
};
constexpr Loss alb[] = {
    script_name, added_forwarded, added_trace,      hop_by_hop,       claims,
    lower_names, last_field,      filled_query,     last_parameter,   not_utf8,
    length,      no_protocol,     forwarded_client, forwarded_scheme,
};
constexpr Loss alb_multi_value[] = {
    script_name, added_forwarded, added_trace,      hop_by_hop,       claims,
    lower_names, grouped_fields,  filled_query,     grouped_query,    not_utf8,
    length,      no_protocol,     forwarded_client, forwarded_scheme,
};
constexpr Loss lattice_v1[] = {
    script_name,      added_forwarded, hop_by_hop,       claims,   lower_names,
    joined_fields,    decoded_query,   last_parameter,   not_utf8, length,
    forwarded_client, no_protocol,     forwarded_scheme,
};
constexpr Loss lattice_v2[] = {
    script_name,      added_forwarded, hop_by_hop,       claims,   lower_names,
    grouped_fields,   decoded_query,   grouped_query,    not_utf8, length,
    forwarded_client, no_protocol,     forwarded_scheme,
};
constexpr Loss websocket[] = {message_only, message_path};
constexpr Loss edge[] = {
    script_name, added_host,  hop_by_hop,  claims, grouped_fields,
    not_utf8,    no_protocol, edge_scheme, length,
};
constexpr Loss vercel[] = {
    script_name,    added_vercel, hop_by_hop,  claims,      lower_names,      grouped_fields,
    joined_cookies, not_utf8,     real_client, no_protocol, forwarded_scheme, length,
};
constexpr Loss http[] = {
    script_name, added_host,       hop_by_hop,  claims,      grouped_fields, joined_cookies,
    not_utf8,    forwarded_client, no_protocol, http_scheme, length,
};
constexpr Loss raw[] = {body_only};

std::string_view sentence(Loss loss) noexcept {
    switch (loss) {
        case script_name:
            return "the script name (what a stage or base path took off the path) is not kept "
                   "apart: the event is for the path that the handler saw";
        case added_forwarded:
            return "Host, X-Forwarded-For, X-Forwarded-Port and X-Forwarded-Proto are added where "
                   "missing";
        case added_trace:
            return "X-Amzn-Trace-Id is added where missing";
        case added_host:
            return "Host is added where missing";
        case added_vercel:
            return "Host, X-Real-IP, X-Forwarded-*, and X-Vercel-* fields are added where missing";
        case hop_by_hop:
            return "header fields of one connection (Connection, Transfer-Encoding, Upgrade, ...) "
                   "are dropped";
        case claims:
            return "header fields that only a gateway may set (X-Amzn-Request-Context, "
                   "X-Amzn-Lambda-Context, X-Amz-Tenant-Id, X-Vercel-Internal-*) are dropped";
        case lower_names:
            return "header names are in lower case";
        case grouped_fields:
            return "header fields of one name stand together, spelled like the first";
        case last_field:
            return "of header fields with one name only the last is left";
        case joined_fields:
            return "header fields of one name are joined with a comma, those of Cookie with a "
                   "semicolon";
        case split_cookies:
        case joined_cookies:
            return "cookies are one Cookie field, joined with \"; \"";
        case decoded_path:
            return "the path is decoded: \"%2F\" becomes \"/\", and what follows an escaped \"?\" "
                   "is cut off";
        case decoded_query:
            return "query parameters are decoded and encoded anew: \"a\" becomes \"a=\", \"+\" "
                   "becomes \"%20\", empty parameters vanish";
        case filled_query:
            return "a query parameter \"a\" becomes \"a=\", empty parameters vanish";
        case grouped_query:
            return "query parameters of one name stand together";
        case last_parameter:
            return "of query parameters with one name only the last is left";
        case not_utf8:
            return "bytes that are not UTF-8 become U+FFFD in what is decoded and in header values";
        case forwarded_client:
            return "the client's address is the first of X-Forwarded-For, without its port, if "
                   "that is an IP address";
        case real_client:
            return "the client's address is that of X-Real-IP, else the first of X-Forwarded-For; "
                   "what is no IP address is not taken for one";
        case no_protocol:
            return "the protocol's version is not told";
        case forwarded_scheme:
            return "the scheme is that of X-Forwarded-Proto, https where the request has neither "
                   "that nor a host";
        case edge_scheme:
            return "the scheme is https unless CloudFront-Forwarded-Proto or X-Forwarded-Proto "
                   "says otherwise";
        case http_scheme:
            return "the scheme is http unless X-Forwarded-Proto says otherwise";
        case length:
            return "Content-Length is that of the body";
        case message_only:
            return "only the body and the client's address are left of a request: it becomes a "
                   "message";
        case message_path:
            return "the method is POST and the path /websocket/message, the protocol's version is "
                   "not told";
        case body_only:
            return "only the body is left of a request: it is the event";
    }
    return {};
}

std::vector<std::string_view> sentences(Format format) {
    std::vector<std::string_view> out;
    for (Loss loss : losses_of(format))
        out.push_back(sentence(loss));
    return out;
}

}  // namespace

std::span<const Loss> losses_of(Format format) noexcept {
    switch (format) {
        case Format::api_gateway_v1:
            return api_gateway_v1;
        case Format::api_gateway_http1:
            return api_gateway_http1;
        case Format::api_gateway_v2:
            return api_gateway_v2;
        case Format::function_url:
            return function_url;
        case Format::alb:
            return alb;
        case Format::alb_multi_value:
            return alb_multi_value;
        case Format::lattice_v1:
            return lattice_v1;
        case Format::lattice_v2:
            return lattice_v2;
        case Format::websocket:
            return websocket;
        case Format::edge:
            return edge;
        case Format::vercel:
            return vercel;
        case Format::http:
            return http;
        case Format::raw:
            return raw;
    }
    return raw;
}

bool loses(Format format, Loss loss) noexcept {
    const auto all = losses_of(format);
    return std::find(all.begin(), all.end(), loss) != all.end();
}

const std::vector<std::string_view>& losses(Format format) {
    static const std::vector<std::vector<std::string_view>> all = [] {
        std::vector<std::vector<std::string_view>> made;
        for (Format each : formats())
            made.push_back(sentences(each));
        return made;
    }();
    return all[static_cast<std::size_t>(format)];
}

}  // namespace turngate::events
