// HTTP to an event, and the reply to it back to HTTP, as a source of events has it.
#pragma once

#include <string>
#include <string_view>

#include <turngate/events/format.h>
#include <turngate/http/request.h>
#include <turngate/http/response.h>

namespace turngate {

struct FreshEvent {
    std::string text;  // JSON
    std::string request_id;
    std::string trace_id;  // "Root=1-..."
};

// Has who sent `request` here as the last of its X-Forwarded-For, if it has such a field, as what
// stands before a function at AWS does (AWS, "HTTP headers and Application Load Balancers").
void extend_forwarded_for(Request& request, events::Format format);

// The event that the source of `format` would send for `request` now. Reads the body. Throws as
// events::make_event() does.
FreshEvent fresh_event(Request& request, events::Format format);

// `reply` as the source understands it, without what belongs to a connection. Throws ProtocolError,
// which says why, if it is no reply of this shape.
Response response_of(std::string_view reply, events::Format format, bool is_head);

}  // namespace turngate
