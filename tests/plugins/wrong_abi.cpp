// A plug-in for tests that another compiler seems to have built.
#include <turngate/handlers/plugin.h>

extern "C" __attribute__((visibility("default"))) const turngate::Plugin* turngate_plugin() {
    static const turngate::Plugin plugin = {"turngate 1, C++20, HAL 9000", sizeof plugin, "old",
                                            nullptr};
    return &plugin;
}
