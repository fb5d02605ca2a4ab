// A handler of the functions that a file has, found by their names, as Vercel's runtimes do.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <turngate/http/handler.h>

namespace turngate {

// One of them. `name` is a literal.
struct Export {
    std::string_view name;
    HandlerPtr handler;
};

// Those that are looked for.
inline constexpr std::array<std::string_view, 9> export_names = {
    "handler", "GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "fetch"};

// "handler" has all requests. Else each method has its function and "fetch" the other methods;
// without "fetch" the answer to those is 405 with Allow, GET's function has HEAD too, and OPTIONS
// is answered with Allow. Throws Error that lists export_names if there is none of them.
HandlerPtr handler_of(std::vector<Export> exports);

// A server in place of functions: takes HTTP connections at `host` (an IPv4 address) and `port`,
// and returns when it has ended.
using ListenFunction = void (*)(const std::string& host, std::uint16_t port);

// Passed in place of any arguments, so that a function shows itself that takes other ones.
struct AnyReference {
    template <class T>
    operator T&() const;
};
struct AnyValue {
    template <class T>
    operator T() const;
};

}  // namespace turngate

// Declares, behind the functions of a file, turngate_exports(), which finds them. Each takes a
// turngate::Request& and returns a Response, or takes a ResponseWriter& too; one of another kind
// does not compile, but for "fetch", which may be turngate::fetch(). turngate_exported_server() is
// "listen", a ListenFunction, where there is none of those, else null.
#define TURNGATE_FIND_EXPORTS                                                                     \
    namespace {                                                                                   \
    template <class R, class W, class Reference, class Value, class... None>                      \
    std::vector<turngate::Export> turngate_exports() {                                            \
        std::vector<turngate::Export> found;                                                      \
        TURNGATE_REQUIRE_EXPORT(handler)                                                          \
        TURNGATE_REQUIRE_EXPORT(GET)                                                              \
        TURNGATE_REQUIRE_EXPORT(HEAD)                                                             \
        TURNGATE_REQUIRE_EXPORT(POST)                                                             \
        TURNGATE_REQUIRE_EXPORT(PUT)                                                              \
        TURNGATE_REQUIRE_EXPORT(DELETE)                                                           \
        TURNGATE_REQUIRE_EXPORT(PATCH)                                                            \
        TURNGATE_REQUIRE_EXPORT(OPTIONS)                                                          \
        TURNGATE_FIND_EXPORT(fetch)                                                               \
        return found;                                                                             \
    }                                                                                             \
    turngate::HandlerPtr turngate_exported_handler() {                                            \
        return turngate::handler_of(                                                              \
            turngate_exports<turngate::Request, turngate::ResponseWriter, turngate::AnyReference, \
                             turngate::AnyValue>());                                              \
    }                                                                                             \
    template <class Host, class Port>                                                             \
    turngate::ListenFunction turngate_exported_server() {                                         \
        if constexpr (requires(const Host& host, Port port) { listen(host, port); })              \
            if (turngate_exports<turngate::Request, turngate::ResponseWriter,                     \
                                 turngate::AnyReference, turngate::AnyValue>()                    \
                    .empty())                                                                     \
                return [](const Host& host, Port port) { listen(host, port); };                   \
        return nullptr;                                                                           \
    }                                                                                             \
    }

// Names that are not declared are found to be none, for the arguments depend on the template.
#define TURNGATE_FIND_EXPORT(function)                                                   \
    if constexpr (requires(R & request, W & response) { function(request, response); })  \
        found.push_back({#function, turngate::to_handler([](R& request, W& response) {   \
                             function(request, response);                                \
                         })});                                                           \
    else if constexpr (requires(R & request) { turngate::Response(function(request)); }) \
        found.push_back({#function, turngate::to_handler([](R& request) {                \
                             return turngate::Response(function(request));               \
                         })});

// One that is declared must be found.
#define TURNGATE_REQUIRE_EXPORT(function)                                                          \
    TURNGATE_FIND_EXPORT(function)                                                                 \
    else static_assert(                                                                            \
        !(                                                                                         \
            requires(None... none) { function(none...); } ||                                       \
            requires(Reference a) { function(a); } || requires(Reference a) { function(a, a); } || \
            requires(Value a) { function(a); } || requires(Value a) { function(a, a); }),          \
        #function                                                                                  \
        "() must take a turngate::Request& and return a "                                          \
        "turngate::Response, or take a ResponseWriter& as well");
