// FastCGI, written down from the specification alone: nothing of the code under test is used.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace turngate::test {

inline std::string fcgi_record(int type, int id, std::string_view content = {},
                               std::size_t padding = 0) {
    std::string out = {'\1', static_cast<char>(type), static_cast<char>(id >> 8),
                       static_cast<char>(id)};
    out += static_cast<char>(content.size() >> 8);
    out += static_cast<char>(content.size());
    out += static_cast<char>(padding);
    out += '\0';
    return out.append(content).append(padding, 'p');
}

}  // namespace turngate::test
