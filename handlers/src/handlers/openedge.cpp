#include <limits>

#include <turngate/handlers/openedge.h>
#include <turngate/http/encoding.h>

namespace turngate::openedge {
namespace {

// A message may be larger than what a body is limited to elsewhere: its door has a limit.
constexpr std::size_t any_size = std::numeric_limits<std::size_t>::max();

}  // namespace

Message message_of(const turngate::Request& request) {
    if (const Message* known = request.context.find<Message>()) return *known;
    Message message;
    message.topic = percent_decode(std::string_view(request.url.path).substr(1));
    message.invoke_id = request.context.request_id;
    return message;
}

Event event_of(turngate::Request& request) {
    Event event;
    event.bytes = request.body.text(any_size);
    if (event.bytes.empty()) {
        event.json = Json(Json::Object());
        return event;
    }
    try {
        event.json =
            Json::parse(event.bytes, {.size = event.bytes.size()}, DuplicateNames::keep_last);
    } catch (const JsonError&) {  // bytes, then
    }
    return event;
}

std::string Reply::payload() const {
    if (const Json* json = std::get_if<Json>(&value_)) return python_json(*json);
    const std::string* bytes = std::get_if<std::string>(&value_);
    return bytes ? *bytes : std::string();
}

}  // namespace turngate::openedge
