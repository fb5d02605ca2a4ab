// The names of the formats: one table, both ways.
#include <array>

#include <turngate/events/format.h>

namespace turngate::events {
namespace {

struct Row {
    Format format;
    std::string_view name;
};

constexpr Row rows[] = {
    {Format::api_gateway_v1, "apigw-v1"},
    {Format::api_gateway_http1, "apigw-http1"},
    {Format::api_gateway_v2, "apigw-v2"},
    {Format::function_url, "function-url"},
    {Format::alb, "alb"},
    {Format::alb_multi_value, "alb-multi"},
    {Format::lattice_v1, "lattice-v1"},
    {Format::lattice_v2, "lattice-v2"},
    {Format::websocket, "websocket"},
    {Format::edge, "edge"},
    {Format::vercel, "vercel"},
    {Format::http, "http"},
    {Format::raw, "raw"},
};

}  // namespace

std::string_view name(Format format) noexcept {
    return rows[static_cast<std::size_t>(format)].name;
}

std::optional<Format> format_named(std::string_view name) noexcept {
    for (const Row& row : rows)
        if (row.name == name) return row.format;
    return std::nullopt;
}

const std::vector<Format>& formats() {
    static const std::vector<Format> all = [] {
        std::vector<Format> out;
        for (const Row& row : rows)
            out.push_back(row.format);
        return out;
    }();
    return all;
}

}  // namespace turngate::events
