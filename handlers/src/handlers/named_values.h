// Decoded names and values, as an object of JSON.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <turngate/json/json.h>

namespace turngate {

using NamedValues = std::vector<std::pair<std::string, std::string>>;

// What becomes of a name that stands there again.
enum class Repeated {
    first,  // the first value counts
    last,   // the last one does
    array,  // its value is an array of all of them
};

// The members are in the order of their first values.
Json object_of(NamedValues values, Repeated repeated);

}  // namespace turngate
