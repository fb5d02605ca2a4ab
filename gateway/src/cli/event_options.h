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

// To be listed in a command's table, each of them.

// -- of reading, for decode_options() --

constexpr Option lenient_option = {
    .name = "lenient",
    .help = "repair what has one sensible meaning, such as a number for a string, and tell"};
constexpr Option base_path_option = {.name = "base-path",
                                     .value = "PATH",
                                     .help = "take PATH off the front of each request's path",
                                     .kind = Value::text,
                                     .valid = is_absolute_path,
                                     .rule = "a path, which begins with '/'"};
constexpr Option keep_stage_option = {
    .name = "keep-stage", .help = "leave the stage of HTTP APIs at the front of the path"};
constexpr Option route_option = {
    .name = "route",
    .value = "[SOURCE=]PATH",
    .help =
        "where events go that are no HTTP requests: aws:sqs=/jobs, or /jobs for every source; "
        "without one, /events",
    .kind = Value::text,
    .valid = is_route,
    .rule = "a path, which begins with '/', or SOURCE=PATH",
    .repeatable = true};
constexpr Option websocket_path_option = {
    .name = "websocket-path",
    .value = "PATH",
    .help = "where WebSocket events go: PATH/connect, PATH/message, PATH/disconnect",
    .kind = Value::text,
    .fallback = "/websocket",
    .valid = is_absolute_path,
    .rule = "a path, which begins with '/'"};
constexpr Option last_forwarded_option = {
    .name = "last-forwarded",
    .help = "take the last address of X-Forwarded-For for the client, not the first"};
constexpr Option context_header_option = {
    .name = "context-header",
    .help = "give the handler the event's requestContext in the header x-amzn-request-context"};

// -- of answering, for answer_options() --

constexpr Option split_batches_option = {
    .name = "split-batches",
    .help =
        "make a request of each record of an SQS, Kinesis or DynamoDB event, and of their "
        "statuses the batchItemFailures"};
constexpr Option answer_warmers_option = {.name = "answer-warmers",
                                          .help = "answer warm-up pings without the handler"};
constexpr Option never_base64_option = {
    .name = "never-base64",
    .help = "send every body as text, as to a REST API without binary media types"};

events::DecodeOptions decode_options(const Arguments& arguments);
// With decode_options().
events::AnswerOptions answer_options(const Arguments& arguments);

}  // namespace turngate::cli
