// Whose rules a replay can be held to.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include <turngate/events/format.h>

namespace turngate::strict {

enum class Platform : std::uint8_t {
    apigw_v1,
    apigw_http1,
    apigw_v2,
    function_url,
    alb,
    alb_multi,
    lattice_v1,
    lattice_v2,
    websocket,
    edge,    // at the viewer, or at the origin where the event says so
    lambda,  // AWS Lambda itself, whatever calls the function
    vercel,
    open_runtimes,
    appwrite,
    impuls,
    openedge,
};

// "apigw-v1", ...; and back, absent for an unknown name. Platforms with a shape of events have its
// name.
std::string_view name(Platform platform) noexcept;
std::optional<Platform> platform_named(std::string_view name) noexcept;
// Every name, in the order of the enumeration.
const std::vector<std::string_view>& platform_names();

// The shape of its events and replies; absent for a platform that has none of its own.
std::optional<events::Format> format_of(Platform platform) noexcept;

// A set of platforms.
class Platforms {
  public:
    template <class... P>
    explicit constexpr Platforms(P... platforms)
        : bits_((0u | ... | (1u << static_cast<unsigned>(platforms)))) {}
    constexpr bool has(Platform platform) const noexcept {
        return (bits_ >> static_cast<unsigned>(platform) & 1u) != 0;
    }

  private:
    std::uint32_t bits_;
};

}  // namespace turngate::strict
