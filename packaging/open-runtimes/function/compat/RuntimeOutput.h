// What a function for the C++ runtime of Open Runtimes returns.
#pragma once

#include <cstddef>
#include <json/json.h>
#include <vector>

namespace runtime {

// A value of `headers` may be an array: a field for each of its items.
struct RuntimeOutput {
    std::vector<std::byte> body;
    int statusCode = 200;
    Json::Value headers;
};

}  // namespace runtime
