// The entry point of a program that is linked with turngate.
#include <cstdio>
#include <exception>

#include "cli/cli.h"
#include "cli/environment.h"
#include "run_as.h"
#include <turngate/os/fd.h>
#include <turngate/turngate.h>

namespace turngate {

int run(int argc, char** argv, HandlerPtr handler) {
    if (cli::is_command_line(argc, argv)) return cli::run(argc, argv, std::move(handler));
    os::occupy_standard_streams();  // FastCGI's processes are started with 0 alone
    return run_as(
        {}, [&](const BackendChanged&) { return handler; }, "self", cli::process_environment());
}

int run(int argc, char** argv, Functions functions) {
    try {
        return run(argc, argv, by_path(std::move(functions)));
    } catch (const std::exception& e) {
        std::fprintf(stderr, "error: %s\n", e.what());
        return 2;
    }
}

}  // namespace turngate
