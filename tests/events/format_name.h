// How test output prints a format.
#pragma once

#include <ostream>

#include <turngate/events/format.h>

namespace turngate::events {

inline std::ostream& operator<<(std::ostream& out, Format format) {
    return out << name(format);
}

}  // namespace turngate::events
