// What programs behind us are told of an invocation.
#pragma once

#include <turngate/events/lambda_context.h>
#include <turngate/http/headers.h>

namespace turngate {

// Sets x-amzn-lambda-context, one JSON object with the members that Lambda Web Adapter's has, and
// x-amz-tenant-id if there is a tenant. What a client sent by these names is gone.
void add_lambda_headers(Headers& headers, const events::LambdaContext& context);

}  // namespace turngate
