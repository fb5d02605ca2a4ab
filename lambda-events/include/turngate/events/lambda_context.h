// What AWS Lambda says about an invocation beside the event: attached to Request::context by the
// Lambda door. Found with request.context.find<events::LambdaContext>().
#pragma once

#include <chrono>
#include <string>

namespace turngate::events {

// A value. Empty is what Lambda did not say. AWS, "Using the Lambda runtime API".
struct LambdaContext {
    std::string request_id = {};
    std::string function_arn = {};      // with the version or alias that was invoked
    std::string trace_id = {};          // X-Ray's: "Root=...;Parent=...;Sampled=..."
    std::string tenant_id = {};         // of a function with tenant isolation
    std::string client_context = {};    // JSON: what a mobile SDK sent
    std::string cognito_identity = {};  // JSON: {cognitoIdentityId, cognitoIdentityPoolId}
    std::chrono::system_clock::time_point deadline = {};  // when Lambda ends the invocation
};

}  // namespace turngate::events
