#include "program_variables.h"

#include "handler_uri.h"

namespace turngate {

const char* set_time(std::chrono::milliseconds& into, const std::string& value) {
    try {
        into = duration({}, value);
        return no_error;
    } catch (const Error&) {
        return "a duration, as 30s or 500ms";
    }
}

const char* set_time_or_none(std::chrono::milliseconds& into, const std::string& value) {
    if (value != "0") return set_time(into, value) ? "a duration, as 30s, or 0: none" : no_error;
    into = std::chrono::milliseconds(0);
    return no_error;
}

const char* set_count(std::size_t& into, const std::string& value, std::size_t least,
                      const char* expected) {
    constexpr std::size_t most = 1'000'000'000;
    try {
        into = count({}, value, least, most);
        return no_error;
    } catch (const Error&) {
        return expected;
    }
}

}  // namespace turngate
