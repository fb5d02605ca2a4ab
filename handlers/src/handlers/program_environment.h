// What a program that is started for all requests has of our environment.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace turngate {

// "NAME=value" of each variable of ours but these.
std::vector<std::string> environment_without(std::initializer_list<std::string_view> names);

}  // namespace turngate
