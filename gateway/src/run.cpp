// The entry point of a program that is linked with turngate.
#include <cstdio>
#include <exception>
#include <functional>

#include "cli/cli.h"
#include "function_choice.h"
#include "open_target.h"
#include "run_deployed.h"
#include <turngate/turngate.h>

namespace turngate {
namespace {

template <class Make>
int run_made(int argc, char** argv, Make make) {
    try {
        return run(argc, argv, make());
    } catch (const std::exception& e) {
        std::fprintf(stderr, "error: %s\n", e.what());
        return 2;
    }
}

}  // namespace

int run(int argc, char** argv, HandlerPtr handler) {
    if (cli::is_command_line(argc, argv)) return cli::run(argc, argv, std::move(handler));
    return run_deployed(
        argc, argv, [&] { return handler; }, open_target);
}

int run(int argc, char** argv, Functions functions) {
    return run_made(argc, argv, [&] { return by_path(std::move(functions)); });
}

// A platform that is told of failures hears of this one, too.
int run(int argc, char** argv, HandlerPtr (*make)()) {
    if (cli::is_command_line(argc, argv)) return run_made(argc, argv, make);
    HandlerPtr made;
    return run_deployed(
        argc, argv,
        [&] {
            try {
                if (!made) made = make();
                return made;
            } catch (const std::exception& e) {
                throw Error(e.what());  // whose exit status is 2
            }
        },
        open_target);
}

}  // namespace turngate
