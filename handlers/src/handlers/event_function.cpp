// An event is the body of a request.
#include <cstdint>

#include <turngate/handlers/event_function.h>
#include <turngate/http/error.h>

namespace turngate {

void EventFunction::serve(Request& request, ResponseWriter& response) const {
    // Who passes events on has read as much as may be one.
    const std::string& text =
        request.body.text(request.body.arrived() ? SIZE_MAX : Body::default_limit);
    Json event;
    try {
        if (!text.empty()) event = Json::parse(text, {.size = text.size()});
    } catch (const JsonError& e) {
        throw HttpError(400, std::string("the event is no JSON: ") + e.what());
    }
    response.send(json(call(event, request.context)));
}

}  // namespace turngate
