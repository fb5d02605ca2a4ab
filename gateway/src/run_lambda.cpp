// The entry point of a program that is a Lambda function and nothing else.
#include <cstdio>
#include <exception>
#include <functional>
#include <utility>

#include "cli/environment.h"
#include "function_choice.h"
#include "serve_lambda.h"
#include "start_status.h"
#include <turngate/http/error.h>
#include <turngate/os/fd.h>
#include <turngate/turngate.h>

namespace turngate {
namespace {

int run_opened(const std::function<HandlerPtr()>& open) try {
    os::occupy_standard_streams();
    const cli::Environment get = cli::process_environment();
    if (get("AWS_LAMBDA_RUNTIME_API").value_or("").empty())
        throw Error(
            "AWS_LAMBDA_RUNTIME_API is not set, and this program serves on AWS Lambda "
            "alone: \"turngate host lambda -- PROGRAM\" is Lambda on this machine");
    return serve_lambda([&](const BackendChanged&) { return open(); }, "self", get);
} catch (const std::exception& e) {
    std::fprintf(stderr, "error: %s\n", e.what());
    return status_of(e);
}

}  // namespace

int run_lambda(HandlerPtr handler) {
    return run_opened([&] { return std::move(handler); });
}

int run_lambda(Functions functions) {
    return run_opened([&] { return by_path(std::move(functions)); });
}

}  // namespace turngate
