// Events to requests: recognise the shape of some JSON and decode it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <turngate/events/format.h>
#include <turngate/http/request.h>
#include <turngate/json/json.h>

namespace turngate::events {

// Where non-HTTP events go: the path for events of `source` ("aws:sqs", "aws:s3", "eventbridge",
// ...). The first match wins; an empty source matches all.
struct Route {
    std::string source;
    std::string path;
};

struct DecodeOptions {
    std::optional<Format> format = {};  // absent: recognise it
    // Lenient decoding repairs what has one sensible meaning (a number where a string should be, a
    // null method in a console test event, ...) and says so in Event::repairs; strict refuses.
    bool lenient = false;
    // Removed once from the front of the path, at a segment boundary; goes to SCRIPT_NAME.
    std::string base_path = {};
    bool strip_stage = true;         // "/{stage}" of HTTP APIs, likewise
    std::vector<Route> routes = {};  // for non-HTTP events; default POST /events
    // Where WebSocket events go: POST {prefix}/connect, /message and /disconnect.
    std::string websocket_path = "/websocket";
    // The element of X-Forwarded-For that is taken for the client where the event has no other
    // word on it (ALB, VPC Lattice): the first, or the last, which no client can forge when the
    // load balancer appends.
    bool client_is_last_forwarded = false;
    // Adds the header x-amzn-request-context: the event's requestContext as JSON. WebSocket events
    // have it always.
    bool context_header = false;
    std::size_t max_size = 6'291'456;  // bytes of JSON
};

struct Event {
    Format format = Format::raw;
    Request request;
    std::vector<std::string> repairs =
        {};                 // lenient decoding: what was repaired, one sentence each
    bool is_batch = false;  // SQS, Kinesis, DynamoDB records that may be split (see answer())
    // Of a raw event: the eventSource of its first record ("aws:sqs"), "eventbridge", "warmer",
    // "serverless-plugin-warmup", "authorizer", "cloudfront-response"; empty if nothing says.
    std::string source = {};
    // The second request and on of a Vercel event with several payloads.
    std::vector<Request> further = {};
};

// Recognises the format by its discriminating members, not by trying each one in turn, and makes
// the request. What the source knows besides is attached as an Invocation (invocation.h).
//
// Throws JsonError that names the member at fault, the byte and what was expected; HttpError(413)
// past max_size, and for a body that CloudFront cut off. At fault is also what would fill the
// memory: more than 20,000 header fields, query parameters and cookies together, more than 2,000
// payloads, and a query and header fields of more than four times the event and 64 KiB, which only
// long names of long lists make.
Event decode(std::string_view json, const DecodeOptions& options = {});
Event decode(std::string_view json, Format format);

// What a file holds, for people: one of the shapes, a reply, a template with placeholders, ...
struct Classification {
    enum class Kind { event, reply, authorizer, sample, malformed, other };
    Kind kind = Kind::other;
    std::string what;  // "apigw-v2 event", "sqs event", "alb reply", "template of ..."
    std::optional<Format> format = {};  // for an event that decodes
    std::string problem = {};           // malformed: where, and what was expected
};
Classification classify(std::string_view json);

}  // namespace turngate::events
