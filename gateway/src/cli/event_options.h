// How events are read and replies are written: the options that commands share.
#pragma once

#include <string_view>

#include "cli/arguments.h"
#include "cli/option.h"
#include <turngate/events/answer.h>

namespace turngate::cli {

// "/orders": what paths of options look like.
bool is_absolute_path(std::string_view value);
// "aws:sqs=/jobs", or "/jobs" for every source.
bool is_route(std::string_view value);

// Of reading, for decode_options(): to be joined() to a command's own.
constexpr Option reading_options[] = {
    {.name = "lenient",
     .help = "repair what has one sensible meaning, such as a number for a string, and tell"},
    {.name = "base-path",
     .value = "PATH",
     .help = "take PATH off the front of each request's path",
     .kind = Value::text,
     .valid = is_absolute_path,
     .rule = "a path, which begins with '/'"},
    {.name = "keep-stage", .help = "leave the stage of HTTP APIs at the front of the path"},
    {.name = "route",
     .value = "[SOURCE=]PATH",
     .help = "where events go that are no HTTP requests: aws:sqs=/jobs, or /jobs for every "
             "source; without one, /events",
     .kind = Value::text,
     .valid = is_route,
     .rule = "a path, which begins with '/', or SOURCE=PATH",
     .repeatable = true},
    {.name = "websocket-path",
     .value = "PATH",
     .help = "where WebSocket events go: PATH/connect, PATH/message, PATH/disconnect",
     .kind = Value::text,
     .fallback = "/websocket",
     .valid = is_absolute_path,
     .rule = "a path, which begins with '/'"},
    {.name = "last-forwarded",
     .help = "take the last address of X-Forwarded-For for the client, not the first"},
    {.name = "context-header",
     .help = "give the handler the event's requestContext in the header x-amzn-request-context"},
};

// Of answering, for answer_options(), which needs the options of reading too.
constexpr Option answering_options[] = {
    {.name = "split-batches",
     .help = "make a request of each record of an SQS, Kinesis or DynamoDB event, and of their "
             "statuses the batchItemFailures"},
    {.name = "answer-warmers", .help = "answer warm-up pings without the handler"},
    {.name = "never-base64",
     .help = "send every body as text, as to a REST API without binary media types"},
};

events::DecodeOptions decode_options(const Arguments& arguments);
// With decode_options().
events::AnswerOptions answer_options(const Arguments& arguments);

}  // namespace turngate::cli
