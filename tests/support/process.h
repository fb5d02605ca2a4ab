// Other processes, as tests see them.
#pragma once

#include <fstream>
#include <string>
#include <sys/types.h>

namespace turngate::test {

// Gone, or a zombie that somebody else has to reap: it does nothing any more.
inline bool is_dead(pid_t pid) {
    std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
    std::string number, name, state;
    return !(stat >> number >> name >> state) || state == "Z" || state == "X";
}

}  // namespace turngate::test
