// Other processes, as tests see them.
#pragma once

#include <fstream>
#include <string>
#include <sys/types.h>
#include <thread>

namespace turngate::test {

// Gone, or a zombie that somebody else has to reap: it does nothing any more.
inline bool is_dead(pid_t pid) {
    std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
    std::string number, name, state;
    return !(stat >> number >> name >> state) || state == "Z" || state == "X";
}

inline void wait_until_dead(pid_t pid) {
    while (!is_dead(pid))
        std::this_thread::yield();  // a hang here is the failure
}

}  // namespace turngate::test
