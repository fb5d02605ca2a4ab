// What each shape cannot say about a request. The property tests take these for the only
// differences there may be.
#include <turngate/events/make_event.h>

namespace turngate::events {
namespace {

using Sentences = std::vector<std::string_view>;

constexpr std::string_view script_name =
    "the script name (what a stage or base path took off the path) is not kept apart: the event is "
    "for the path that the handler saw";
constexpr std::string_view added =
    "Host, X-Forwarded-For, X-Forwarded-Port and X-Forwarded-Proto are added where missing";
constexpr std::string_view traced = "X-Amzn-Trace-Id is added where missing";
constexpr std::string_view hop_by_hop =
    "header fields of one connection (Connection, Transfer-Encoding, Upgrade, ...) are dropped";
constexpr std::string_view lower = "header names are in lower case";
constexpr std::string_view grouped =
    "header fields of one name stand together, spelled like the first";
constexpr std::string_view last_field = "of header fields with one name only the last is left";
constexpr std::string_view joined_fields =
    "header fields of one name are joined with a comma, those of Cookie with a semicolon";
constexpr std::string_view decoded_query =
    "query parameters are decoded and encoded anew: \"a\" becomes \"a=\", \"+\" becomes \"%20\", "
    "empty parameters vanish";
constexpr std::string_view grouped_query = "query parameters of one name stand together";
constexpr std::string_view last_parameter =
    "of query parameters with one name only the last is left";
constexpr std::string_view decoded_path =
    "the path is decoded: \"%2F\" becomes \"/\", and what follows an escaped \"?\" is cut off";
constexpr std::string_view not_utf8 =
    "bytes that are not UTF-8 become U+FFFD in what is decoded and in header values";
constexpr std::string_view forwarded_client =
    "the client's address is the first of X-Forwarded-For, without its port";
constexpr std::string_view no_protocol = "the protocol's version is not told";
constexpr std::string_view cookies = "cookies are one Cookie field, joined with \"; \"";
constexpr std::string_view length = "Content-Length is that of the body";

}  // namespace

const std::vector<std::string_view>& losses(Format format) {
    static const Sentences v1 = {script_name,   added,         traced,   hop_by_hop, grouped,
                                 decoded_query, grouped_query, not_utf8, length};
    static const Sentences http1 = {script_name,  added,    traced,        hop_by_hop,
                                    lower,        grouped,  decoded_query, grouped_query,
                                    decoded_path, not_utf8, length};
    static const Sentences v2 = {script_name,   added,   traced,       hop_by_hop, lower,
                                 joined_fields, cookies, decoded_path, not_utf8,   length};
    static const Sentences url = {script_name,   added,   traced,   hop_by_hop, lower,
                                  joined_fields, cookies, not_utf8, length};
    static const Sentences alb = {script_name,
                                  added,
                                  traced,
                                  hop_by_hop,
                                  lower,
                                  last_field,
                                  "a query parameter \"a\" becomes \"a=\", empty parameters vanish",
                                  last_parameter,
                                  not_utf8,
                                  forwarded_client,
                                  no_protocol,
                                  length};
    static const Sentences alb_multi = {
        script_name,
        added,
        traced,
        hop_by_hop,
        lower,
        grouped,
        "a query parameter \"a\" becomes \"a=\", empty parameters vanish",
        grouped_query,
        not_utf8,
        forwarded_client,
        no_protocol,
        length};
    static const Sentences lattice_v1 = {script_name,      added,         hop_by_hop,     lower,
                                         joined_fields,    decoded_query, last_parameter, not_utf8,
                                         forwarded_client, no_protocol,   length};
    static const Sentences lattice_v2 = {script_name,      added,         hop_by_hop,    lower,
                                         grouped,          decoded_query, grouped_query, not_utf8,
                                         forwarded_client, no_protocol,   length};
    static const Sentences websocket = {
        "only the body and the client's address are left of a request: it becomes a message",
        "the method is POST and the path /websocket/message, the protocol's version is not told"};
    static const Sentences edge = {
        script_name,
        "Host is added where missing",
        hop_by_hop,
        grouped,
        not_utf8,
        no_protocol,
        "the scheme is https unless CloudFront-Forwarded-Proto or X-Forwarded-Proto says otherwise",
        length};
    static const Sentences vercel = {
        script_name,
        "Host, X-Real-IP, X-Forwarded-*, and X-Vercel-* fields are added where missing",
        hop_by_hop,
        lower,
        grouped,
        cookies,
        not_utf8,
        "the client's address is that of X-Real-IP",
        no_protocol,
        length};
    static const Sentences http = {script_name,
                                   "Host is added where missing",
                                   hop_by_hop,
                                   grouped,
                                   cookies,
                                   not_utf8,
                                   forwarded_client,
                                   no_protocol,
                                   "the scheme is http unless X-Forwarded-Proto says otherwise",
                                   length};
    static const Sentences raw = {"only the body is left of a request: it is the event"};
    switch (format) {
        case Format::api_gateway_v1:
            return v1;
        case Format::api_gateway_http1:
            return http1;
        case Format::api_gateway_v2:
            return v2;
        case Format::function_url:
            return url;
        case Format::alb:
            return alb;
        case Format::alb_multi_value:
            return alb_multi;
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

}  // namespace turngate::events
