// How children come to be: by one thread, that makes them.
#pragma once

#include <array>
#include <sys/resource.h>
#include <sys/types.h>

#include <turngate/os/fd.h>

namespace turngate::os {

// What the child needs, laid out before it exists: until its execve() it shares our memory and may
// neither allocate nor lock.
struct Plan {
    const char* program;
    char* const* arguments;
    char* const* environment;
    const char* directory;  // null: stay here
    std::array<int, 3> streams;
    rlim_t descriptors;  // 0: the limit is as we were started with
    pid_t parent = 0;
    int error = 0;  // of the call that failed in the child
};

struct Child {
    pid_t pid = -1;
    Fd exit;  // readable once it has ended
};

// Blocks until the child runs its program, or `plan.error` says why it could not: then it has
// ended, and is to be waited for as any other. Throws std::system_error if there is no child. From
// any thread; all children are started by one that lives as long as the process.
Child start_child(Plan& plan);

}  // namespace turngate::os
