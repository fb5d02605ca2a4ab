// A plug-in for tests whose functions are none that are looked for.
#include <turngate/handlers/plugin.h>

[[maybe_unused]] static turngate::Response get(turngate::Request&) {
    return {};
}

TURNGATE_EXPORTS("nothing")
