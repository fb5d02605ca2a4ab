// OpenEdge and Baetyl: functions that are called by gRPC, on HTTP/2 in cleartext.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include <turngate/doors/http.h>

namespace turngate {

struct OpenEdgeOptions {
    // Of the engine. A call that finds no free thread waits for one, as many as a connection has
    // streams (100); how large a body may be is max_message's to say.
    HttpOptions http = {};

    // Bytes of a message, coming and going. Larger ones end the call with RESOURCE_EXHAUSTED.
    std::uint32_t max_message = 4u << 20;

    // Bytes of a reply's payload: a larger one becomes an error as payload. 0: no limit. OpenEdge's
    // hub drops the connection at 32 KiB a packet, and has the function called again, for ever.
    std::size_t max_reply = 0;

    // What a handler throws is answered as payload {"errorMessage", "errorType"} with the status
    // OK. A function manager ends the instance upon any other status.
    bool errors_as_payloads = false;
};

// Answers unary calls of the four services that functions have had: /runtime.Runtime/Handle,
// /openedge.Function/Call, /baetyl.Function/Call and /faas.Function/Call. A handler gets
//
//   POST /TOPIC            each segment of the topic percent-encoded
//   the payload            as body; Content-Type application/json or application/octet-stream
//   x-openedge-...         topic, qos, function-name, invoke-id, timestamp, and metadata-KEY
//
// and openedge::message_of() tells the same. The body of its response is the payload that goes
// back, and an empty one is published nowhere. 400 and above, and what it throws, end the call with
// a status: HttpError with the code that stands for its status, all else with UNKNOWN.
//
// Each call has a thread of its own. Past its deadline its handler is asked to stop, and the call
// ends with DEADLINE_EXCEEDED; a handler that does not stop goes on by itself, so that it and the
// reporter of `options` must then outlive the door.
//
// Listens at once. Throws as http_door() does.
std::unique_ptr<ListeningDoor> openedge_door(OpenEdgeOptions options = {});

}  // namespace turngate
