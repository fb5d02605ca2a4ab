// The shapes of events, and their names.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace turngate::events {

// The shapes an event can have. Names on the command line: see name().
enum class Format {
    api_gateway_v1,     // "apigw-v1": REST API, payload 1.0
    api_gateway_http1,  // "apigw-http1": HTTP API with payload 1.0
    api_gateway_v2,     // "apigw-v2": HTTP API with payload 2.0
    function_url,       // "function-url"
    alb,                // "alb": Application Load Balancer, single-value headers
    alb_multi_value,    // "alb-multi": the same with multi-value headers switched on
    lattice_v1,         // "lattice-v1": VPC Lattice, snake_case members
    lattice_v2,         // "lattice-v2"
    websocket,          // "websocket": API Gateway WebSocket
    edge,               // "edge": Lambda@Edge, CloudFront request triggers
    vercel,             // "vercel": {"Action":"Invoke","body":"{...}"}
    http,               // "http": {method, path, headers, body, encoding}
    raw,                // "raw": anything else, as POST /events
};

// "apigw-v1", ...; and back, absent for an unknown name.
std::string_view name(Format format) noexcept;
std::optional<Format> format_named(std::string_view name) noexcept;

// Every format, in the order of the enumeration.
const std::vector<Format>& formats();

}  // namespace turngate::events
