// How to mend what cannot be read.
#include "replay/reading_hint.h"

#include <cerrno>

#include <turngate/http/error.h>

namespace turngate::replay {

std::string_view reading_hint(int error) noexcept {
    switch (error) {
        case ENOENT:
        case ENOTDIR:
            return "check the name; paths are relative to the current directory";
        case EISDIR:
            return "name a file in it";
        case EACCES:
            return "the file must be readable by the current user";
        case EFBIG:
            return "no platform takes a request of that size";
        default:
            return "make it a file that can be read";
    }
}

std::string_view event_hint(std::string_view json, events::DecodeOptions options) {
    constexpr std::string_view otherwise = "an event is one JSON value; \"event new\" writes one";
    if (options.lenient) return otherwise;
    options.lenient = true;
    try {
        events::decode(json, options);
        return "--lenient repairs it";
    } catch (const Error&) {
        return otherwise;
    }
}

}  // namespace turngate::replay
