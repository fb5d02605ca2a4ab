// What is held to the rules: one event, and the reply to it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "strict/platform.h"
#include <turngate/events/event.h>
#include <turngate/handlers/openedge.h>
#include <turngate/http/headers.h>
#include <turngate/json/json.h>

namespace turngate::strict {

// What the rules ask of a request, taken before the handler has it. Sizes are bytes.
struct RequestFacts {
    std::string method = "GET";
    std::string target = "/";
    std::string accept = {};                // the header, of several the first
    std::size_t headers = 0;                // names and values
    std::size_t longest_field = 0;          // a name and its value
    std::size_t body = 0;                   // decoded
    std::optional<std::size_t> event = {};  // as JSON, in the platform's shape; absent: has none
    bool at_origin = false;                 // of Lambda@Edge
    bool is_async = false;                  // its source waits for no reply
    std::string cannot_carry = {};          // why the platform's shape cannot say the request
    openedge::Message message = {};         // what of it is no payload, for OpenEdge
};

// Takes them of an event that is `text` and has been decoded. One without a text of its own and
// one of another shape than the platform's are measured as the event that the platform would send
// for the same request.
RequestFacts facts_of(events::Event& event, std::string_view text, Platform platform);

struct Subject {
    Platform platform = Platform::lambda;
    RequestFacts request = {};
    int status = 200;
    Headers headers = {};  // of the reply
    std::size_t body = 0;  // of the reply, before base64
    // The reply as JSON, as the platform gets it; absent if it takes none.
    std::optional<std::string> reply = {};
    Json json = {};  // the same, read; null if it is no JSON
    bool is_json = false;
    std::string cannot_carry = {};  // why the platform's shape cannot say the reply
    std::size_t at_least = 0;       // of a reply that was broken off, how much there was of it
    std::uint64_t refused = 0;      // of a reply that AWS Lambda did not take, how much JSON it was
    std::chrono::nanoseconds latency{};
    std::vector<std::string> binary_types = {};  // binaryMediaTypes of a REST API

    // Takes `text` for the reply, and reads it.
    void set_reply(std::string text);
};

// Takes in a reply as the codec writes it for the platform: for AWS Lambda itself in `shape`, that
// of the event. `options` are those of the run.
void take_reply(Subject& subject, const Response& reply, events::Format shape,
                events::EncodeOptions options);

}  // namespace turngate::strict
