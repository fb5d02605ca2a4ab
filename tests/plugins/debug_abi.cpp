// A plug-in for tests that was built with the debug mode of the standard library, whose containers
// have another layout.
#define _GLIBCXX_DEBUG
#include <turngate/handlers/plugin.h>

extern "C" __attribute__((visibility("default"))) const turngate::Plugin* turngate_plugin() {
    static const turngate::Plugin plugin = {turngate::plugin_abi, sizeof plugin, "debug", nullptr};
    return &plugin;
}
