// Others search for these sentences: they are word for word those of the proxy for Go.
#include "report/unrecoverable.h"

#include <chrono>
#include <cstring>

#include "cli/value.h"
#include <turngate/handlers/spawned_upstream.h>
#include <turngate/http/headers.h>

namespace turngate::vercel {
namespace {

Unrecoverable described(const SpawnFailure& failure) {
    if (const auto& status = failure.status()) {
        std::string message =
            "Expected a long-running server process, but the user server exited during startup";
        if (status->signal != 0) {
            const char* const name = ::sigdescr_np(status->signal);
            message += ": signal: ";
            message += name ? lower_case(name) : std::to_string(status->signal);
            return {1, message};
        }
        if (status->code == 0) return {1, message + " with exit code 0"};
        return {status->code, message + ": exit status " + std::to_string(status->code)};
    }
    if (failure.address().empty())
        return {1, std::string("Failed to start user server: ") + failure.what()};
    return {1, "User server failed to start: server did not start listening on " +
                   failure.address() + " within " + cli::duration_text(failure.patience()) + ": " +
                   failure.what()};
}

}  // namespace

std::optional<Unrecoverable> spawn_failure(const std::exception& e) {
    if (const auto* failure = dynamic_cast<const SpawnFailure*>(&e)) return described(*failure);
    try {
        std::rethrow_if_nested(e);
    } catch (const SpawnFailure& failure) {
        return described(failure);
    } catch (...) {
    }
    return std::nullopt;
}

}  // namespace turngate::vercel
