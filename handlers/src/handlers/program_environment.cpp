#include "program_environment.h"

#include <algorithm>
#include <unistd.h>

namespace turngate {

std::vector<std::string> environment_without(std::initializer_list<std::string_view> names) {
    std::vector<std::string> out;
    for (char** one = ::environ; one && *one; ++one) {
        const std::string_view variable = *one;
        const std::string_view name = variable.substr(0, variable.find('='));
        if (std::find(names.begin(), names.end(), name) == names.end()) out.emplace_back(variable);
    }
    return out;
}

}  // namespace turngate
