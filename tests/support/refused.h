// A request that is refused, as a row of a table.
#pragma once

#include <ostream>
#include <string_view>

namespace turngate::test {

struct Refused {
    std::string_view target;
    int status;
};
inline std::ostream& operator<<(std::ostream& out, const Refused& r) {
    return out << r.target;
}

}  // namespace turngate::test
