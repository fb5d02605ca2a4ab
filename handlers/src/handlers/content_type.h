// A Content-Type, read as strictly as Node's content-type package reads it.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace turngate {

struct ContentType {
    std::string type;                               // "text/html", lower case
    std::map<std::string, std::string> parameters;  // names in lower case; of two the last counts

    // Throws std::invalid_argument with "invalid media type" or "invalid parameter format".
    static ContentType parse(std::string_view text);

    // The parameters in order of their names, quoted where they must be.
    std::string text() const;
};

}  // namespace turngate
