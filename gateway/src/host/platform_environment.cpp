#include "host/platform_environment.h"

#include <algorithm>
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

bool is_foreign(std::string_view name) {
    return name == "PORT" || name == "HOST" || name == "_HANDLER" || name == "_X_AMZN_TRACE_ID" ||
           name == "VERCEL_IPC_PATH" || name.starts_with("AWS_LAMBDA_") ||
           name.starts_with("LAMBDA_") || name.starts_with("TURNGATE_HOST_");
}

}  // namespace

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
