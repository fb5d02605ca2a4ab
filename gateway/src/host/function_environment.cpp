#include "host/function_environment.h"

#include <algorithm>

#include "fresh_ids.h"
#include "host/execution_log.h"
#include "host/platform_environment.h"

namespace turngate::host {
namespace {

// "2026/01/02/[$LATEST]0123456789abcdef0123456789abcdef"
std::string log_stream() {
    std::string date = log_time().substr(0, 10), id = fresh_uuid();
    std::replace(date.begin(), date.end(), '-', '/');
    std::erase(id, '-');
    return date + "/[$LATEST]" + id;
}

}  // namespace

std::vector<std::string> function_environment(const FunctionFacts& facts) {
    return platform_environment(
        {"_HANDLER=" + facts.handler, "AWS_REGION=" + facts.region,
         "AWS_DEFAULT_REGION=" + facts.region, "AWS_LAMBDA_FUNCTION_NAME=" + facts.name,
         "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=" + std::to_string(facts.memory_size),
         "AWS_LAMBDA_FUNCTION_VERSION=$LATEST",
         std::string("AWS_LAMBDA_INITIALIZATION_TYPE=") +
             (facts.snap_start ? "snap-start" : "on-demand"),
         "AWS_LAMBDA_LOG_GROUP_NAME=/aws/lambda/" + facts.name,
         "AWS_LAMBDA_LOG_STREAM_NAME=" + log_stream(), "LAMBDA_TASK_ROOT=" + facts.task_root,
         "LAMBDA_RUNTIME_DIR=/var/runtime", "TZ=:UTC"},
        {"AWS_XRAY_CONTEXT_MISSING=LOG_ERROR"});
}

}  // namespace turngate::host
