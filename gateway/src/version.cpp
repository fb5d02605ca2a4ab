#include "version.h"

#include "turngate_build.h"  // written by cmake/build_info.cmake

namespace turngate {

const Build build = {TURNGATE_BUILD_VERSION, TURNGATE_BUILD_COMMIT, TURNGATE_BUILD_DATE,
                     TURNGATE_BUILD_TARGET, TURNGATE_BUILD_COMPILER};

std::string version_line() {
    std::string line = "turngate ";
    line += build.version;
    if (!build.commit.empty())
        line.append(" (git ").append(build.commit).append(" ").append(build.date) += ')';
    return line.append(" ").append(build.target);
}

}  // namespace turngate
