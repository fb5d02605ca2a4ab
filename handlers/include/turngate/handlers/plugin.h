// What a plug-in exports, and the macros for that.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include <turngate/http/exports.h>
#include <turngate/http/handler.h>

namespace turngate {

// What else of the standard library decides how its types are laid out.
#if defined(_LIBCPP_VERSION)
#define TURNGATE_LIBRARY ", libc++"
#elif defined(_GLIBCXX_DEBUG)
#define TURNGATE_LIBRARY ", debug mode"
#elif !_GLIBCXX_USE_CXX11_ABI
#define TURNGATE_LIBRARY ", old strings"
#else
#define TURNGATE_LIBRARY ""
#endif

// A plug-in and its host exchange C++ objects, so they must agree on compiler, standard library and
// version. The loader compares this string before it calls anything. The number goes up with every
// change of what they exchange.
#ifdef __clang__
inline constexpr const char* plugin_abi =
    "turngate 6, C++20, Clang " __clang_version__ TURNGATE_LIBRARY;
#else
inline constexpr const char* plugin_abi = "turngate 6, C++20, GCC " __VERSION__ TURNGATE_LIBRARY;
#endif
#undef TURNGATE_LIBRARY

// The one table that a plug-in exports. A later version may append members; `size` says which of
// them the plug-in was built with.
struct Plugin {
    const char* abi;
    std::size_t size;
    const char* name;
    HandlerPtr (*create)(std::string_view config);  // may throw, may not return null
    // Or null. It is called in a process of its own, and create() is not.
    ListenFunction listen = nullptr;
};

}  // namespace turngate

// TURNGATE_PLUGIN("hello", create) where create is HandlerPtr(std::string_view config).
#define TURNGATE_PLUGIN(name, create) TURNGATE_PLUGIN_TABLE(name, &create, nullptr)

#define TURNGATE_PLUGIN_TABLE(name, create, listen)                                               \
    extern "C" __attribute__((visibility("default"))) const turngate::Plugin* turngate_plugin() { \
        static const turngate::Plugin plugin = {turngate::plugin_abi, sizeof(turngate::Plugin),   \
                                                name, create, listen};                            \
        return &plugin;                                                                           \
    }

// TURNGATE_EXPORTS("orders") at the end of a file that has GET(), POST() and the like, or that has
// listen(), a server of cpp-httplib, Poco or any other library: see exports.h.
#define TURNGATE_EXPORTS(name)                               \
    TURNGATE_FIND_EXPORTS                                    \
    namespace {                                              \
    turngate::HandlerPtr turngate_create(std::string_view) { \
        return turngate_exported_handler();                  \
    }                                                        \
    }                                                        \
    TURNGATE_PLUGIN_TABLE(name, &turngate_create,            \
                          (turngate_exported_server<std::string, std::uint16_t>()))
