// How every complaint about a JSON text begins.
#pragma once

#include <cstddef>
#include <string>

#include <turngate/json/json_reader.h>

namespace turngate {

[[noreturn]] inline void bad_json(std::size_t offset, const std::string& message) {
    throw JsonError("bad JSON at byte " + std::to_string(offset) + ": " + message);
}

}  // namespace turngate
