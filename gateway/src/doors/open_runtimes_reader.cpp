#include "doors/open_runtimes_reader.h"

#include <string_view>
#include <utility>

#include <turngate/handlers/appwrite.h>
#include <turngate/http/environment.h>

namespace turngate {
namespace {

constexpr std::string_view prefix = "x-open-runtimes-";

// The name behind the prefix; empty if it does not begin so.
std::string_view own_name(std::string_view name) noexcept {
    return name.size() > prefix.size() && iequals(name.substr(0, prefix.size()), prefix)
               ? name.substr(prefix.size())
               : std::string_view();
}

}  // namespace

void OpenRuntimesReader::read(Request& request) noexcept try {
    ExecutorCall call;
    const auto take_first = [](std::string& into, std::string_view value) {
        if (into.empty()) into = value;
    };
    for (const auto& [name, value] : request.headers) {
        if (iequals(name, "x-internal-challenge") && !call.challenge) call.challenge = value;
        const std::string_view own = own_name(name);
        if (own.empty()) continue;
        if (iequals(own, "secret") && !call.secret) call.secret = value;
        if (iequals(own, "timeout")) take_first(call.timeout, value);
        if (iequals(own, "logging")) take_first(call.logging, value);
        if (iequals(own, "log-id")) take_first(call.log_id, value);
    }
    // To be filled by who reads the body. By then other threads may look for what is attached, and
    // nothing may come to it any more.
    if (call.challenge) {
        request.context.put(appwrite::Variables{Json::object({})});
        request.context.put(Environment());
    }
    request.context.put(std::move(call));
} catch (...) {  // no memory: a call without a secret, which is turned away where there is one
}

}  // namespace turngate
