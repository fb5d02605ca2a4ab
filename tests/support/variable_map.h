// Options that are read from environment variables, in tests that name those.
#pragma once

#include <map>
#include <optional>
#include <string>

#include <turngate/http/error.h>

namespace turngate::test {

using Variables = std::map<std::string, std::string>;

// What a reader of options asks for a variable.
inline auto lookup(const Variables& variables) {
    return [&variables](const std::string& name) {
        const auto it = variables.find(name);
        return it == variables.end() ? std::nullopt : std::optional<std::string>(it->second);
    };
}

// How a reader of options refuses them.
template <class Read>
std::string error_of(Read read) {
    try {
        read();
    } catch (const Error& e) {
        return e.what();
    }
    return "none";
}

}  // namespace turngate::test
