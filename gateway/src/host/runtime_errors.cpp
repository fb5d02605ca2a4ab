#include "host/runtime_errors.h"

#include <turngate/json/json_writer.h>

namespace turngate::host {

std::string runtime_error(std::string_view type, std::string_view message) {
    std::string out;
    JsonWriter json(out);
    json.begin_object().key("errorType").string(type);
    json.key("errorMessage").string(message).end_object();
    return out;
}

InvocationResult host_stopped() {
    return {.payload = runtime_error("Sandbox.Failure", "the host stops"),
            .content_type = "application/json",
            .error_type = "Sandbox.Failure"};
}

std::string checked_error_type(std::string_view type) {
    const auto is_named = [&](std::string_view prefix) {
        return type.size() > prefix.size() + 1 && type.starts_with(prefix) &&
               type[prefix.size()] >= 'A' && type[prefix.size()] <= 'Z';
    };
    if (is_named("Runtime.") || is_named("Function.")) return std::string(type);
    return type.starts_with("Function.") ? "Function.Unknown" : "Runtime.Unknown";
}

}  // namespace turngate::host
