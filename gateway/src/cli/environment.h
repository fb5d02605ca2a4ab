// Environment variables, as a value that tests can replace.
#pragma once

#include <cstdlib>
#include <functional>
#include <optional>
#include <string>

namespace turngate::cli {

// Absent if the variable is not set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

inline Environment process_environment() {
    return [](const std::string& name) -> std::optional<std::string> {
        const char* value = std::getenv(name.c_str());
        return value ? std::optional<std::string>(value) : std::nullopt;
    };
}

}  // namespace turngate::cli
