// Requests and responses as the JSON that serverless platforms speak.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <turngate/http/handler.h>
#include <turngate/http/request.h>
#include <turngate/http/response.h>
#include <turngate/json/json.h>

namespace turngate::events {

// The shapes an event can have. Names on the command line: see name().
enum class Format {
    api_gateway_v1,     // "apigw-v1": REST API, payload 1.0
    api_gateway_http1,  // "apigw-http1": HTTP API with payload 1.0
    api_gateway_v2,     // "apigw-v2": HTTP API with payload 2.0
    function_url,       // "function-url"
    alb,                // "alb": Application Load Balancer, single-value headers
    alb_multi_value,    // "alb-multi": the same with multi-value headers switched on
    lattice_v1,         // "lattice-v1": VPC Lattice, snake_case members
    lattice_v2,         // "lattice-v2"
    websocket,          // "websocket": API Gateway WebSocket
    edge,               // "edge": Lambda@Edge, CloudFront request triggers
    vercel,             // "vercel": {"Action":"Invoke","body":"{...}"}
    http,               // "http": {method, path, headers, body, encoding}
    raw,                // "raw": anything else, as POST /events
};

// "apigw-v1", ...; and back, absent for an unknown name.
std::string_view name(Format format) noexcept;
std::optional<Format> format_named(std::string_view name) noexcept;

// Every format, in the order of the enumeration.
const std::vector<Format>& formats();

// Where non-HTTP events go: the path for events of `source` ("aws:sqs", "aws:s3", "eventbridge",
// ...). The first match wins; an empty source matches all.
struct Route {
    std::string source;
    std::string path;
};

struct DecodeOptions {
    std::optional<Format> format;  // absent: recognise it
    // Lenient decoding repairs what has one sensible meaning (a number where a string should be, a
    // null method in a console test event, ...) and says so in Event::repairs; strict refuses.
    bool lenient = false;
    // Removed once from the front of the path, at a segment boundary; goes to SCRIPT_NAME.
    std::string base_path;
    bool strip_stage = true;           // "/{stage}" of HTTP APIs, likewise
    std::vector<Route> routes = {};    // for non-HTTP events; default POST /events
    std::size_t max_size = 6'291'456;  // bytes of JSON
};

struct Event {
    Format format = Format::raw;
    Request request;
    std::vector<std::string> repairs =
        {};                 // lenient decoding: what was repaired, one sentence each
    bool is_batch = false;  // SQS, Kinesis, DynamoDB records that may be split (see answer())
};

// Recognises the format by its discriminating members, not by trying each one in turn, and makes
// the request. Throws JsonError that names the member at fault, the byte and what was expected.
Event decode(std::string_view json, const DecodeOptions& options = {});
Event decode(std::string_view json, Format format);

struct EncodeOptions {
    bool never_base64 = false;  // REST APIs without binaryMediaTypes deliver base64 as it is
    bool check_size = true;     // throw HttpError(413) past the source's limit
    bool reverse_multi_values = false;  // ALB delivers multi-value headers in reverse order
};

// The reply that `format` expects. The body goes out as text if its media type says text and it is
// valid UTF-8, else as base64. Hop-by-hop fields are dropped. Throws HttpError(413) that says which
// limit when the source would refuse the reply for its size.
std::string encode(const Response& response, Format format, const EncodeOptions& options = {});

// A reply in the neutral shape {status, headers, body, encoding}, or in any platform's
// ({statusCode, ...}); throws JsonError if it is neither.
Response decode_reply(std::string_view json);

// The event of shape `format` that would bring `request`, as the real source writes it. Reads the
// body. Throws HttpError(400) if the shape cannot carry the request at all.
std::string make_event(Request& request, Format format);

// Serves one event: decode, call the handler in memory, encode; what every event door does.
// A batch (SQS, Kinesis, DynamoDB) with `split_batches` becomes one request a record, and the
// reply is {"batchItemFailures": [...]}.
struct AnswerOptions {
    DecodeOptions decode = {};
    EncodeOptions encode = {};
    bool split_batches = false;
};
std::string answer(const Handler& handler, std::string_view json,
                   const AnswerOptions& options = {});

// What a file holds, for people: one of the shapes, a reply, a template with placeholders, ...
struct Classification {
    enum class Kind { event, reply, authorizer, template_, malformed, other };
    Kind kind = Kind::other;
    std::string what;  // "apigw-v2 event", "sqs event", "alb reply", "template of ..."
    std::optional<Format> format = {};  // for an event that decodes
    std::string problem = {};           // malformed: where, and what was expected
};
Classification classify(std::string_view json);

}  // namespace turngate::events
