// Events that are several requests: batches of records, and Vercel's payloads.
#pragma once

#include <turngate/events/answer.h>

namespace turngate::events {

// One request a record of an SQS, Kinesis or DynamoDB event. Throws JsonError for a record without
// an identifier, before the handler is called.
void answer_batch(Answer& answer, const Handler& handler, Event event,
                  const AnswerOptions& options);

// Throws InvocationError if the response has one of the statuses that fail the invocation.
void check_error_statuses(const Response& response, const AnswerOptions& options);

// One request a payload, until one fails the invocation; the reply is one multipart/mixed body, as
// Vercel's bridge makes it.
void answer_payloads(Answer& answer, const Handler& handler, Event event,
                     const AnswerOptions& options);

}  // namespace turngate::events
