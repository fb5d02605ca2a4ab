// A plug-in for tests whose table is shorter than this host's: what is behind it is not its own.
#include <cstdlib>

#include <turngate/handlers/plugin.h>

namespace {

turngate::HandlerPtr create(std::string_view) {
    std::abort();
}

}  // namespace

extern "C" __attribute__((visibility("default"))) const turngate::Plugin* turngate_plugin() {
    static const turngate::Plugin plugin = {turngate::plugin_abi, sizeof(char*), "short", &create};
    return &plugin;
}
