// What is wrong with a line of a message, as LineReader found it.
#pragma once

#include <turngate/http1/head.h>
#include <turngate/http1/line_reader.h>

namespace turngate::http1 {

inline HeadError line_error(LineReader::Result result, HeadError too_long) {
    switch (result) {
        case LineReader::Result::bare_cr:
            return {400, "a CR stands without its LF"};
        case LineReader::Result::bare_lf:
            return {400, "a line ends in LF without CR"};
        case LineReader::Result::control:
            return {400, "a line has a control character"};
        default:
            return too_long;
    }
}

}  // namespace turngate::http1
