// What Impuls tells a function about an invocation, beside the event.
#pragma once

#include <cstdint>
#include <string>

#include <turngate/http/context.h>

namespace turngate::impuls {

// Attached to the context by the Impuls door; how much time is left is Context::remaining(), and
// the function's environment is the Environment of http/environment.h. Impuls, "Adding New
// Runtimes".
struct Invocation {
    std::string function_name;  // "anonymous" where the platform does not say
    std::string handler;        // as the function was created with: "index.handler"
    std::string code;           // likewise; a compiled function needs none
    std::uint64_t memory_mb = 128;
};

// Null elsewhere than on Impuls. Valid for as long as the request.
inline const Invocation* invocation(const Context& context) noexcept {
    return context.find<Invocation>();
}

}  // namespace turngate::impuls
