// Tests that a machine lacks something for.
#pragma once

#include <string>

namespace turngate::test {

// Says so. The program that passes for the rest then ends with 77, which ctest lists as skipped.
void skip(const std::string& why);

}  // namespace turngate::test
