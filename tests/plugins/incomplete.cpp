// A plug-in for tests whose table is shorter than this host's.
#include <turngate/handlers/plugin.h>

extern "C" __attribute__((visibility("default"))) const turngate::Plugin* turngate_plugin() {
    static const turngate::Plugin plugin = {turngate::plugin_abi, sizeof(char*), "short", nullptr};
    return &plugin;
}
