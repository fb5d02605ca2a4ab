#include "host/platform_environment.h"

#include <algorithm>
#include <iterator>
#include <unistd.h>

namespace turngate::host {
namespace {

std::string_view name_of(std::string_view variable) {
    return variable.substr(0, variable.find('='));
}

bool names(const std::vector<std::string>& variables, std::string_view name) {
    return std::any_of(variables.begin(), variables.end(),
                       [&](const std::string& one) { return name_of(one) == name; });
}

constexpr std::string_view variables[] = {"APPWRITE_INTERNAL_RUNTIME_KEY",
                                          "AWS_LAMBDA_HTTP_ENDPOINT",
                                          "AWS_LAMBDA_RUNTIME_API",
                                          "BAETYL_RUN_MODE",
                                          "BAETYL_SERVICE_INSTANCE_NAME",
                                          "BAETYL_SERVICE_MODE",
                                          "BAETYL_SERVICE_NAME",
                                          "GATEWAY_INTERFACE",
                                          "HOST",
                                          "INTERNAL_RUNTIME_KEY",
                                          "OPENEDGE_SERVICE_INSTANCE_NAME",
                                          "OPENEDGE_SERVICE_MODE",
                                          "OPENEDGE_SERVICE_NAME",
                                          "OPEN_RUNTIMES_ENV",
                                          "OPEN_RUNTIMES_SECRET",
                                          "PORT",
                                          "RUNTIME_PORT",
                                          "TURNGATE_AS",
                                          "TURNGATE_LISTEN",
                                          "TURNGATE_OPEN_RUNTIMES",
                                          "VERCEL_IPC_PATH"};

bool is_foreign(std::string_view name) {
    // What a function's owner sets (AWS, "Configuring advanced logging controls").
    if (name == "AWS_LAMBDA_LOG_FORMAT" || name == "AWS_LAMBDA_LOG_LEVEL") return false;
    return name == "_HANDLER" || name == "_X_AMZN_TRACE_ID" || name.starts_with("AWS_LAMBDA_") ||
           name.starts_with("LAMBDA_") || name.starts_with("TURNGATE_HOST_") ||
           std::find(std::begin(variables), std::end(variables), name) != std::end(variables);
}

}  // namespace

std::span<const std::string_view> platform_variables() noexcept {
    return variables;
}

std::vector<std::string> platform_environment(std::vector<std::string> set,
                                              const std::vector<std::string>& otherwise) {
    std::vector<std::string> out = std::move(set);
    const std::size_t fixed = out.size();
    for (char** one = ::environ; one && *one; ++one) {
        const std::string_view name = name_of(*one);
        const bool is_set =
            std::any_of(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(fixed),
                        [&](const std::string& its) { return name_of(its) == name; });
        if (!is_set && !is_foreign(name)) out.emplace_back(*one);
    }
    for (const std::string& one : otherwise)
        if (!names(out, name_of(one))) out.push_back(one);
    return out;
}

}  // namespace turngate::host
