// What a plug-in exports, and the only macro in this library.
#pragma once

#include <memory>
#include <string_view>

#include <turngate/http/handler.h>

namespace turngate {

// A plug-in and its host exchange C++ objects, so they must agree on compiler and version. The
// loader compares this string before it calls anything.
inline constexpr const char* plugin_abi = "turngate 1, C++20, GCC " __VERSION__;

struct Plugin {
    const char* abi;
    const char* name;
    HandlerPtr (*create)(std::string_view config);
};

}  // namespace turngate

// TURNGATE_PLUGIN("hello", create) where create is HandlerPtr(std::string_view config).
#define TURNGATE_PLUGIN(name, create)                                                             \
    extern "C" __attribute__((visibility("default"))) const turngate::Plugin* turngate_plugin() { \
        static const turngate::Plugin plugin = {turngate::plugin_abi, name, &create};             \
        return &plugin;                                                                           \
    }
