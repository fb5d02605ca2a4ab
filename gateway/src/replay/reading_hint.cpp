// How to mend what cannot be read or written.
#include "replay/reading_hint.h"

#include <cerrno>

#include <turngate/http/error.h>

namespace turngate::replay {
namespace {

constexpr std::string_view more_open_files = "raise the limit of open files (ulimit -n)";

}  // namespace

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
        case EMFILE:
        case ENFILE:
            return more_open_files;
        default:
            return "make it a file that can be read";
    }
}

std::string_view writing_hint(int error) noexcept {
    switch (error) {
        case ENOSPC:
        case EDQUOT:
            return "make room on the disk, and run it again";
        case EFBIG:
            return "raise the limit of a file's size (ulimit -f)";
        case ENAMETOOLONG:
            return "shorten the name; most file systems take 255 bytes";
        case EISDIR:
            return "name a file in it";
        case EMFILE:
        case ENFILE:
            return more_open_files;
        default:
            return "its directory must be there, and writable by the current user";
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
