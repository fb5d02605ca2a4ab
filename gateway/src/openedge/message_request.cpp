#include "openedge/message_request.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include <turngate/http/encoding.h>

namespace turngate::openedge {
namespace {

// "/a/b" of the topics "a/b" and "/a/b".
std::string path_of_topic(std::string_view topic) {
    std::string path;
    if (topic.starts_with('/')) topic.remove_prefix(1);
    for (;;) {
        const auto end = std::min(topic.find('/'), topic.size());
        path.append("/").append(percent_encode(topic.substr(0, end)));
        if (end == topic.size()) return path;
        topic.remove_prefix(end + 1);
    }
}

// A value that is none of a field is left out: message_of() has it.
void tell(Headers& headers, std::string_view name, std::string_view value) {
    if (!value.empty() && is_field_value(value)) headers.add_checked(name, value);
}

}  // namespace

Request request_of(FunctionMessage& message) {
    const Message& about = message.about;
    Request request;
    request.method = "POST";
    request.url.path = path_of_topic(about.topic);
    request.url.host = "localhost";
    request.protocol = "HTTP/2";
    Headers& headers = request.headers;
    headers.add_checked("host", "localhost");
    headers.add_checked("content-type",
                        is_json(message.payload) ? "application/json" : "application/octet-stream");
    headers.add_checked("content-length", std::to_string(message.payload.size()));
    tell(headers, "x-openedge-topic", about.topic);
    headers.add_checked("x-openedge-qos", std::to_string(about.qos));
    tell(headers, "x-openedge-function-name", about.function_name);
    tell(headers, "x-openedge-invoke-id", about.invoke_id);
    if (about.timestamp != 0)
        headers.add_checked("x-openedge-timestamp", std::to_string(about.timestamp));
    for (const auto& [key, value] : about.metadata)
        if (is_token(key)) tell(headers, "x-openedge-metadata-" + lower_case(key), value);
    request.body = std::move(message.payload);
    request.context.request_id = about.invoke_id;
    request.context.put(std::move(message.about));
    return request;
}

}  // namespace turngate::openedge
