// How every complaint about a JSON text begins.
#pragma once

#include <cstddef>
#include <string>

#include <turngate/json/json_syntax_error.h>

namespace turngate {

[[noreturn]] inline void bad_json(std::size_t offset, const std::string& message) {
    throw JsonSyntaxError(offset, message);
}

}  // namespace turngate
