// Functions as OpenEdge and Baetyl have them: JSON in, JSON or bytes out, on every platform.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <turngate/http/handler.h>
#include <turngate/json/json.h>

namespace turngate::openedge {

// What is told of a message besides its payload. Attached to the context by the OpenEdge door.
struct Message {
    std::uint32_t qos = 0;  // of MQTT
    std::string topic = {};
    std::string function_name = {};
    std::string invoke_id = {};
    std::int64_t timestamp = 0;  // seconds since 1970; 0: it is not told
    std::vector<std::pair<std::string, std::string>> metadata = {};  // of Baetyl 2
};

// Elsewhere than on OpenEdge the topic is the path without the slash at its front, and the invoke
// id that of the request.
Message message_of(const turngate::Request& request);

// The payload. JSON is read already: `json` is absent where the bytes are none, and an empty object
// where there are no bytes, as the Python runtimes have it.
struct Event {
    std::string bytes;
    std::optional<Json> json;
};

// What a function returns: nothing, upon which nothing is published; JSON, which is printed as
// Python's json.dumps() does; or bytes as they are. Text is bytes: Json("text") has quotes.
class Reply {
  public:
    Reply() = default;
    Reply(std::nullopt_t) {}
    Reply(Json json) : value_(std::move(json)) {}
    Reply(std::string bytes) : value_(std::move(bytes)) {}
    Reply(const char* bytes) : value_(std::string(bytes)) {}

    // The payload that goes back.
    std::string payload() const;
    bool is_json() const noexcept { return std::holds_alternative<Json>(value_); }

  private:
    std::variant<std::monostate, Json, std::string> value_;
};

// Reads the body. Throws what Body::text() throws.
Event event_of(turngate::Request& request);

// `value` as Python's json.dumps(value) prints it: a space behind ',' and ':', everything past
// ASCII as \u escapes, doubles as repr() has them.
std::string python_json(const Json& value);

// Makes a handler of Reply(const Event&, const Message&), or of a function that returns what a
// Reply is made of. Nothing is answered with 204, JSON as application/json and bytes as
// application/octet-stream.
template <std::invocable<const Event&, const Message&> F>
requires std::convertible_to<std::invoke_result_t<const F&, const Event&, const Message&>, Reply>
    HandlerPtr handler(F function) {
    return to_handler([function = std::move(function)](turngate::Request& request) -> Response {
        const Message message = message_of(request);
        const Event event = event_of(request);
        const Reply reply = std::invoke(function, event, message);
        std::string payload = reply.payload();
        if (payload.empty()) return {204, {}, {}};
        const char* const type = reply.is_json() ? "application/json" : "application/octet-stream";
        return {200, {{"Content-Type", type}}, std::move(payload)};
    });
}

}  // namespace turngate::openedge
