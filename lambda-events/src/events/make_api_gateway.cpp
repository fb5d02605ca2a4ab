// Events as API Gateway's REST and HTTP APIs and Lambda function URLs write them.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "event_draft.h"
#include <turngate/events/invocation.h>
#include <turngate/http/date.h>
#include <turngate/http/field_list.h>

namespace turngate::events {
namespace {

using std::chrono::floor;

std::int64_t milliseconds(const EventSource& source) {
    return floor<std::chrono::milliseconds>(source.time).time_since_epoch().count();
}

std::string calendar_time(const EventSource& source) {
    return request_time(floor<std::chrono::seconds>(source.time));
}

// A REST API writes null for an empty map, an HTTP API too in this payload.
void write_parameters_or_null(const ParameterGroups& groups, JsonWriter& out, Several several) {
    if (groups.empty())
        out.null();
    else
        write_parameters(groups, out, several);
}

void write_nobody(JsonWriter& out, std::initializer_list<std::string_view> members) {
    for (std::string_view member : members)
        out.key(member).null();
}

void write_identity(const EventDraft& draft, JsonWriter& out) {
    out.key("identity").begin_object();
    write_nobody(out, {"cognitoIdentityPoolId", "accountId", "cognitoIdentityId", "caller"});
    out.key("sourceIp").string(draft.client);
    write_nobody(out, {"principalOrgId", "accessKey", "cognitoAuthenticationType",
                       "cognitoAuthenticationProvider", "userArn"});
    out.key("userAgent");
    if (draft.headers().contains("user-agent"))
        out.string(draft.headers().get("user-agent"));
    else
        out.null();
    write_nobody(out, {"user"});
    out.end_object();
}

void write_context_v1(const EventDraft& draft, Format format, std::string_view resource,
                      const std::string& stage, const std::string& path, JsonWriter& out) {
    const EventSource& source = draft.source;
    const bool is_rest = format == Format::api_gateway_v1;
    out.key("requestContext").begin_object();
    if (is_rest) out.key("resourceId").string("abc123");
    out.key("resourcePath").string(resource);
    out.key("httpMethod").string(draft.request.method);
    out.key("extendedRequestId").string("Wr7mFJu0oAMFQKg=");
    out.key("requestTime").string(calendar_time(source));
    out.key("path").string(is_rest ? "/" + stage + path : path);
    out.key("accountId").string(source.account_id);
    out.key("protocol").string(draft.request.protocol);
    out.key("stage").string(stage);
    out.key("domainPrefix").string(source.api_id);
    out.key("requestTimeEpoch").integer(milliseconds(source));
    out.key("requestId").string(source.request_id);
    write_identity(draft, out);
    out.key("domainName").string(source_domain(format, source));
    if (is_rest) out.key("deploymentId").string("d1e2f3");
    out.key("apiId").string(source.api_id);
    out.end_object();
}

}  // namespace

void write_api_gateway_v1(const EventDraft& draft, Format format, JsonWriter& out) {
    const bool is_rest = format == Format::api_gateway_v1;
    const std::string stage = source_stage(format, draft.source);
    const std::string path = is_rest ? draft.path : draft.decoded_path(stage);
    const bool is_root = draft.path.size() < 2;
    const std::string_view resource = !is_rest ? "$default" : is_root ? "/" : "/{proxy+}";

    out.begin_object();
    if (!is_rest) out.key("version").string("1.0");
    out.key("resource").string(resource);
    out.key("path").string(path);
    out.key("httpMethod").string(draft.request.method);
    out.key("headers");
    draft.write_headers(out, Several::last, !is_rest);
    out.key("multiValueHeaders");
    draft.write_headers(out, Several::list, !is_rest);
    const ParameterGroups parameters = draft.parameters(true);
    out.key("queryStringParameters");
    write_parameters_or_null(parameters, out, Several::last);
    out.key("multiValueQueryStringParameters");
    write_parameters_or_null(parameters, out, Several::list);
    write_context_v1(draft, format, resource, stage, path, out);
    out.key("pathParameters");
    if (is_rest && !is_root)
        out.begin_object().key("proxy").string(path.substr(1)).end_object();
    else
        out.null();
    out.key("stageVariables").null();
    out.key("body");
    if (draft.body.empty())
        out.null();
    else
        draft.write_body(out);
    out.key("isBase64Encoded").boolean(draft.is_base64);
    out.end_object();
}

namespace {

// An HTTP API takes the cookies out of the header.
std::vector<std::string_view> cookies(const EventDraft& draft) {
    std::vector<std::string_view> all;
    for (const FieldView& field : draft.fields()) {
        if (!iequals(field.name, "cookie")) continue;
        for (std::string_view rest = field.value; !rest.empty();) {
            const std::string_view cookie = take_element(rest, ';');
            if (!cookie.empty()) all.push_back(cookie);
        }
    }
    return all;
}

void write_headers_v2(const EventDraft& draft, JsonWriter& out) {
    out.key("headers").begin_object();
    for_each_name(draft.fields(), [&](std::span<const FieldView> same) {
        if (iequals(same.front().name, "cookie")) return;
        std::string value;
        for (const FieldView& field : same)
            value.append(&field == same.data() ? "" : ",").append(field.value);
        out.key(lower_case(same.front().name)).string(value);
    });
    out.end_object();
}

}  // namespace

void write_api_gateway_v2(const EventDraft& draft, Format format, JsonWriter& out) {
    const EventSource& source = draft.source;
    const std::string stage = source_stage(format, source);
    const std::string path =
        format == Format::function_url ? draft.path : draft.decoded_path(stage);

    out.begin_object();
    out.key("version").string("2.0");
    out.key("routeKey").string("$default");
    out.key("rawPath").string(path);
    out.key("rawQueryString").string(draft.query);
    if (const auto list = cookies(draft); !list.empty()) {
        out.key("cookies").begin_array();
        for (std::string_view cookie : list)
            out.string(cookie);
        out.end_array();
    }
    write_headers_v2(draft, out);
    if (!draft.query.empty()) {
        out.key("queryStringParameters");
        write_parameters(draft.parameters(true), out, Several::joined);
    }
    out.key("requestContext").begin_object();
    out.key("accountId").string(format == Format::function_url ? "anonymous" : source.account_id);
    out.key("apiId").string(source.api_id);
    out.key("domainName").string(source_domain(format, source));
    out.key("domainPrefix").string(source.api_id);
    out.key("http").begin_object();
    out.key("method").string(draft.request.method);
    out.key("path").string(path);
    out.key("protocol").string(draft.request.protocol);
    out.key("sourceIp").string(draft.client);
    out.key("userAgent").string(draft.headers().get("user-agent"));
    out.end_object();
    out.key("requestId").string(source.request_id);
    out.key("routeKey").string("$default");
    out.key("stage").string(stage);
    out.key("time").string(calendar_time(source));
    out.key("timeEpoch").integer(milliseconds(source));
    out.end_object();
    if (!draft.body.empty()) {
        out.key("body");
        draft.write_body(out);
    }
    out.key("isBase64Encoded").boolean(draft.is_base64);
    out.end_object();
}

// A connection's beginning and end only if the request was one: what came over HTTP is a message.
void write_websocket(const EventDraft& draft, JsonWriter& out) {
    const EventSource& source = draft.source;
    const auto* invocation = draft.request.context.find<Invocation>();
    Json context;
    if (invocation && invocation->format() == Format::websocket) context = invocation->context();
    const std::string type = context["eventType"].string_or("MESSAGE");
    const std::string connection = context["connectionId"].string_or(source.connection_id);
    const bool is_message = type == "MESSAGE";

    out.begin_object();
    if (!is_message) {
        out.key("headers");
        draft.write_headers(out, Several::last, false);
        out.key("multiValueHeaders");
        draft.write_headers(out, Several::list, false);
        if (const ParameterGroups parameters = draft.parameters(true); !parameters.empty()) {
            out.key("queryStringParameters");
            write_parameters(parameters, out, Several::last);
            out.key("multiValueQueryStringParameters");
            write_parameters(parameters, out, Several::list);
        }
    }
    out.key("requestContext").begin_object();
    out.key("routeKey")
        .string(is_message          ? "$default"
                : type == "CONNECT" ? "$connect"
                                    : "$disconnect");
    if (is_message) out.key("messageId").string("Wr7mHfxuoAMCKwg=");
    if (type == "DISCONNECT") {
        out.key("disconnectStatusCode").integer(1005);
        out.key("disconnectReason").string("Client-side close frame status not set");
    }
    out.key("eventType").string(type);
    out.key("extendedRequestId").string("Wr7mFJu0oAMFQKg=");
    out.key("requestTime").string(calendar_time(source));
    out.key("messageDirection").string("IN");
    out.key("stage").string(source_stage(Format::websocket, source));
    out.key("connectedAt").integer(milliseconds(source) - 30'000);
    out.key("requestTimeEpoch").integer(milliseconds(source));
    out.key("identity").begin_object().key("sourceIp").string(draft.client).end_object();
    out.key("requestId").string(source.request_id);
    out.key("domainName").string(source_domain(Format::websocket, source));
    out.key("connectionId").string(connection);
    out.key("apiId").string(source.api_id);
    out.end_object();
    if (is_message || !draft.body.empty()) {
        out.key("body");
        draft.write_body(out);
    }
    out.key("isBase64Encoded").boolean(draft.is_base64);
    out.end_object();
}

}  // namespace turngate::events
