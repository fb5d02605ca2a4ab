// A plug-in for tests that can create nothing.
#include <turngate/handlers/plugin.h>

extern "C" __attribute__((visibility("default"))) const turngate::Plugin* turngate_plugin() {
    static const turngate::Plugin plugin = {turngate::plugin_abi, sizeof plugin, "none", nullptr};
    return &plugin;
}
