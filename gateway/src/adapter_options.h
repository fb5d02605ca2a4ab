// What variables say about events that are served as AWS Lambda would: Lambda Web Adapter's, and
// those of our own.
#pragma once

#include "platform.h"
#include <turngate/doors/lambda.h>
#include <turngate/events/answer.h>

namespace turngate {

// TURNGATE_PASS_THROUGH_PATH, where events go that are no HTTP requests, and
// TURNGATE_ERROR_STATUS_CODES, the statuses that fail an invocation; or the same with AWS_LWA_ in
// front. Of our own: TURNGATE_ and LENIENT, KEEP_STAGE, LAST_FORWARDED, SPLIT_BATCHES,
// ANSWER_WARMERS, NEVER_BASE64, REVERSE_MULTI_VALUES ("on" or "off"), BASE_PATH, WEBSOCKET_PATH. An
// empty variable is as good as none. Throws Error that names the variable and the rule.
events::AnswerOptions adapter_options(const ReadVariable& get);

// The same, and what is of a deployed function alone: INVOKE_MODE, "buffered" or
// "response_stream", and SNAPSTART_BEFORE_CHECKPOINT_PATH and SNAPSTART_AFTER_RESTORE_PATH.
LambdaOptions lambda_adapter_options(const ReadVariable& get);

}  // namespace turngate
