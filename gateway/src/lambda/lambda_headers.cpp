#include "lambda/lambda_headers.h"

#include <algorithm>
#include <cstdlib>
#include <string>

#include <turngate/json/json_reader.h>
#include <turngate/json/json_writer.h>

namespace turngate {
namespace {

// What Lambda sent as JSON, if it can stand in a header field.
void json_member(JsonWriter& json, std::string_view name, const std::string& value) {
    const bool is_usable =
        !value.empty() && is_json(value) && std::none_of(value.begin(), value.end(), [](char c) {
            return static_cast<unsigned char>(c) < 0x20 || c == '\x7f';
        });
    json.key(name);
    if (is_usable)
        json.raw(value);
    else
        json.null();
}

void variable(JsonWriter& json, std::string_view name, const char* variable) {
    const char* const value = std::getenv(variable);
    json.key(name).string(value ? value : "");
}

}  // namespace

void add_lambda_headers(Headers& headers, const events::LambdaContext& context) {
    std::string text;
    JsonWriter json(text);
    json.begin_object().key("request_id").string(context.request_id);
    json.key("deadline")
        .integer(std::chrono::duration_cast<std::chrono::milliseconds>(
                     context.deadline.time_since_epoch())
                     .count());
    json.key("invoked_function_arn").string(context.function_arn);
    json.key("xray_trace_id").string(context.trace_id);
    json_member(json, "client_context", context.client_context);
    json_member(json, "identity", context.cognito_identity);
    json.key("tenant_id");
    if (context.tenant_id.empty())
        json.null();
    else
        json.string(context.tenant_id);
    json.key("env_config").begin_object();
    variable(json, "function_name", "AWS_LAMBDA_FUNCTION_NAME");
    const char* const memory = std::getenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE");
    json.key("memory").integer(memory ? std::strtol(memory, nullptr, 10) : 0);
    variable(json, "version", "AWS_LAMBDA_FUNCTION_VERSION");
    variable(json, "log_stream", "AWS_LAMBDA_LOG_STREAM_NAME");
    variable(json, "log_group", "AWS_LAMBDA_LOG_GROUP_NAME");
    json.end_object().end_object();
    headers.set("x-amzn-lambda-context", text);
    headers.remove("x-amz-tenant-id");
    if (!context.tenant_id.empty()) headers.set("x-amz-tenant-id", context.tenant_id);
}

}  // namespace turngate
