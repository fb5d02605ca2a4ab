// The entry point of a program without a command line.
#include "run_deployed.h"

#include <cstdio>
#include <exception>
#include <utility>

#include "cli/environment.h"
#include "function_choice.h"
#include "run_as.h"
#include "serve_openedge.h"
#include <turngate/os/fd.h>
#include <turngate/turngate.h>

namespace turngate {

int run_deployed(int argc, char** argv, const std::function<HandlerPtr()>& open,
                 OpenTarget targets) {
    os::occupy_standard_streams();  // FastCGI's processes are started with 0 alone
    return run_as(
        {}, [&](const BackendChanged&) { return open(); }, "self",
        with_openedge_argument(argc, argv, cli::process_environment()), targets);
}

int run(HandlerPtr handler) {
    return run_deployed(
        0, nullptr, [&] { return handler; }, nullptr);
}

int run(Functions functions) try {
    return run(by_path(std::move(functions)));
} catch (const std::exception& e) {
    std::fprintf(stderr, "error: %s\n", e.what());
    return 2;
}

}  // namespace turngate
