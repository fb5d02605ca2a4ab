#include "host/stream_prelude.h"

#include <algorithm>

#include "event_exchange.h"
#include <turngate/http/error.h>
#include <turngate/json/json.h>

namespace turngate::host {
namespace {

constexpr std::string_view delimiter("\0\0\0\0\0\0\0\0", 8);

Response head_of(std::string_view text) {
    Json head;
    try {
        head = Json::parse(text);
    } catch (const JsonError& e) {
        throw ProtocolError(std::string("the head of the stream is no JSON: ") + e.what());
    }
    if (!head.members()) throw ProtocolError("the head of the stream is no JSON object");
    for (const auto& [name, value] : *head.members())
        if (name != "statusCode" && name != "headers" && name != "multiValueHeaders" &&
            name != "cookies")
            throw ProtocolError("the head of the stream has the member \"" + name +
                                "\", which is none of statusCode, headers and cookies");
    if (!head.find("statusCode")) head.set("statusCode", 200);
    return response_of(head.dump(), events::Format::function_url, false);
}

}  // namespace

std::optional<Response> StreamPrelude::feed(std::string_view bytes) {
    // The NULs may have come in two pieces.
    const std::size_t from = collected_.size() - std::min(collected_.size(), delimiter.size() - 1);
    collected_ += bytes;
    const std::size_t at = collected_.find(delimiter, from);
    if (at == collected_.npos ? collected_.size() >= limit : at + delimiter.size() > limit)
        throw ProtocolError("the head of the stream has no 8 NULs behind it within " +
                            std::to_string(limit) + " bytes");
    if (at == collected_.npos) return std::nullopt;
    Response response = head_of(std::string_view(collected_).substr(0, at));
    response.body = collected_.substr(at + delimiter.size());
    return response;
}

}  // namespace turngate::host
