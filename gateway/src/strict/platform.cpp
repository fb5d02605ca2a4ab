#include "strict/platform.h"

#include <algorithm>
#include <iterator>

namespace turngate::strict {
namespace {

using events::Format;

struct Row {
    std::string_view name;
    std::optional<Format> format;
};

// By Platform.
constexpr Row table[] = {
    {"apigw-v1", Format::api_gateway_v1},
    {"apigw-http1", Format::api_gateway_http1},
    {"apigw-v2", Format::api_gateway_v2},
    {"function-url", Format::function_url},
    {"alb", Format::alb},
    {"alb-multi", Format::alb_multi_value},
    {"lattice-v1", Format::lattice_v1},
    {"lattice-v2", Format::lattice_v2},
    {"websocket", Format::websocket},
    {"edge", Format::edge},
    {"lambda", std::nullopt},
    {"vercel", Format::vercel},
    {"open-runtimes", std::nullopt},
    {"appwrite", std::nullopt},
    {"impuls", std::nullopt},
    {"openedge", std::nullopt},
};

const Row& row(Platform platform) noexcept {
    return table[static_cast<std::size_t>(platform)];
}

}  // namespace

std::string_view name(Platform platform) noexcept {
    return row(platform).name;
}

std::optional<Platform> platform_named(std::string_view name) noexcept {
    const auto* const found = std::find_if(std::begin(table), std::end(table),
                                           [&](const Row& row) { return row.name == name; });
    if (found == std::end(table)) return std::nullopt;
    return static_cast<Platform>(found - std::begin(table));
}

const std::vector<std::string_view>& platform_names() {
    static const std::vector<std::string_view> names = [] {
        std::vector<std::string_view> out;
        for (const Row& row : table)
            out.push_back(row.name);
        return out;
    }();
    return names;
}

std::optional<Format> format_of(Platform platform) noexcept {
    return row(platform).format;
}

}  // namespace turngate::strict
