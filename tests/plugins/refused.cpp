// A plug-in for tests that no host takes: its configuration says how its create() fails.
#include <stdexcept>
#include <string>

#include <turngate/handlers/plugin.h>

namespace {

turngate::HandlerPtr create(std::string_view config) {
    if (config == "null") return nullptr;
    if (config == "int") throw 7;
    // A message that is in this library's memory only.
    throw std::runtime_error("no such configuration: " + std::string(config));
}

}  // namespace

TURNGATE_PLUGIN("refused", create)
