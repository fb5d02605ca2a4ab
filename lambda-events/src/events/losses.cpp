// What each shape cannot say about a request. Parity runs and property tests take these for the
// only differences there may be.
#include <cstdint>
#include <initializer_list>
#include <iterator>

#include "loss.h"
#include <turngate/events/make_event.h>

namespace turngate::events {
namespace {

using enum Format;

// A set of shapes: a bit each.
using Shapes = std::uint32_t;

constexpr Shapes shapes(std::initializer_list<Format> formats) {
    Shapes out = 0;
    for (Format format : formats)
        out |= Shapes{1} << static_cast<unsigned>(format);
    return out;
}

constexpr Shapes api_gateway = shapes({api_gateway_v1, api_gateway_http1, api_gateway_v2});
constexpr Shapes payload_2 = shapes({api_gateway_v2, function_url});
constexpr Shapes balancers = shapes({alb, alb_multi_value});
constexpr Shapes lattice = shapes({lattice_v1, lattice_v2});
constexpr Shapes only_http = shapes({http});
constexpr Shapes aws_http = api_gateway | payload_2 | balancers | lattice;
constexpr Shapes every_http = aws_http | shapes({edge, vercel}) | only_http;

constexpr std::string_view one_cookie_field = "cookies are one Cookie field, joined with \"; \"";

struct Row {
    Loss loss;
    Shapes shapes;
    std::string_view sentence;
};

// In the order of the enumeration.
constexpr Row rows[] = {
    {Loss::script_name, every_http,
     "the script name (what a stage or base path took off the path) is not kept apart: the event "
     "is for the path that the handler saw"},
    {Loss::added_forwarded, aws_http,
     "Host, X-Forwarded-For, X-Forwarded-Port and X-Forwarded-Proto are added where missing"},
    {Loss::added_trace, api_gateway | payload_2 | balancers,
     "X-Amzn-Trace-Id is added where missing"},
    {Loss::added_host, shapes({edge}) | only_http, "Host is added where missing"},
    {Loss::added_vercel, shapes({vercel}),
     "Host, X-Real-IP, X-Forwarded-*, and X-Vercel-* fields are added where missing"},
    {Loss::hop_by_hop, every_http,
     "header fields of one connection (Connection, Transfer-Encoding, Upgrade, ...) are dropped"},
    {Loss::claims, every_http,
     "header fields that only a gateway may set (X-Amzn-Request-Context, X-Amzn-Lambda-Context, "
     "X-Amz-Tenant-Id, X-Vercel-Internal-*) are dropped"},
    {Loss::lower_names, shapes({api_gateway_http1, vercel}) | payload_2 | balancers | lattice,
     "header names are in lower case"},
    {Loss::grouped_fields,
     shapes({api_gateway_v1, api_gateway_http1, alb_multi_value, lattice_v2, edge, vercel, http}),
     "header fields of one name stand together, spelled like the first"},
    {Loss::last_field, shapes({alb}), "of header fields with one name only the last is left"},
    {Loss::joined_fields, payload_2 | shapes({lattice_v1}),
     "header fields of one name are joined with a comma, those of Cookie with a semicolon"},
    {Loss::split_cookies, payload_2, one_cookie_field},
    {Loss::joined_cookies, shapes({vercel}) | only_http, one_cookie_field},
    {Loss::decoded_path, shapes({api_gateway_http1, api_gateway_v2}),
     "the path is decoded: \"%2F\" becomes \"/\", and what follows an escaped \"?\" is cut off"},
    {Loss::decoded_query, shapes({api_gateway_v1, api_gateway_http1}) | lattice,
     "query parameters are decoded and encoded anew: \"a\" becomes \"a=\", \"+\" becomes \"%20\", "
     "empty parameters vanish"},
    {Loss::filled_query, balancers,
     "a query parameter \"a\" becomes \"a=\", empty parameters vanish"},
    {Loss::grouped_query, shapes({api_gateway_v1, api_gateway_http1, alb_multi_value, lattice_v2}),
     "query parameters of one name stand together"},
    {Loss::last_parameter, shapes({alb, lattice_v1}),
     "of query parameters with one name only the last is left"},
    {Loss::not_utf8, every_http,
     "bytes that are not UTF-8 become U+FFFD in what is decoded and in header values"},
    {Loss::forwarded_client, balancers | lattice | only_http,
     "the client's address is the first of X-Forwarded-For, without its port, if that is an IP "
     "address"},
    {Loss::real_client, shapes({vercel}),
     "the client's address is that of X-Real-IP, else the first of X-Forwarded-For; what is no IP "
     "address is not taken for one"},
    {Loss::no_protocol, balancers | lattice | shapes({edge, vercel}) | only_http,
     "the protocol's version is not told"},
    {Loss::forwarded_scheme, aws_http | shapes({vercel}),
     "the scheme is that of X-Forwarded-Proto, https where the request has neither that nor a "
     "host"},
    {Loss::edge_scheme, shapes({edge}),
     "the scheme is https unless CloudFront-Forwarded-Proto or X-Forwarded-Proto says otherwise"},
    {Loss::http_scheme, only_http, "the scheme is http unless X-Forwarded-Proto says otherwise"},
    {Loss::length, every_http, "Content-Length is that of the body"},
    {Loss::message_only, shapes({websocket}),
     "only the body and the client's address are left of a request: it becomes a message"},
    {Loss::message_path, shapes({websocket}),
     "the method is POST and the path /websocket/message, the protocol's version is not told"},
    {Loss::body_only, shapes({raw}), "only the body is left of a request: it is the event"},
};

constexpr bool is_in_order() {
    for (std::size_t i = 0; i < std::size(rows); ++i)
        if (static_cast<std::size_t>(rows[i].loss) != i) return false;
    return true;
}
static_assert(is_in_order());

constexpr bool has(const Row& row, Format format) noexcept {
    return (row.shapes & shapes({format})) != 0;
}

}  // namespace

bool loses(Format format, Loss loss) noexcept {
    return has(rows[static_cast<std::size_t>(loss)], format);
}

const std::vector<std::string_view>& losses(Format format) {
    static const std::vector<std::vector<std::string_view>> all = [] {
        std::vector<std::vector<std::string_view>> made;
        for (Format each : formats()) {
            made.emplace_back();
            for (const Row& row : rows)
                if (has(row, each)) made.back().push_back(row.sentence);
        }
        return made;
    }();
    return all[static_cast<std::size_t>(format)];
}

}  // namespace turngate::events
