// The environment of a function on AWS Lambda.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace turngate::host {

struct FunctionFacts {
    std::string name;
    std::string handler;
    std::string region;
    std::string task_root;          // where it runs
    std::uint64_t memory_size = 0;  // MB
    bool snap_start = false;
};

// Ours, and the variables that the service defines (AWS, "Defined runtime environment variables");
// AWS_LAMBDA_RUNTIME_API is the supervisor's, _X_AMZN_TRACE_ID the runtime's to set.
std::vector<std::string> function_environment(const FunctionFacts& facts);

}  // namespace turngate::host
