// Replies to events: from a response to the JSON a source expects, and back.
#pragma once

#include <string>
#include <string_view>

#include <turngate/events/format.h>
#include <turngate/http/response.h>

namespace turngate::events {

struct EncodeOptions {
    // The body always goes out as text, bytes that are not UTF-8 as U+FFFD. For REST APIs without
    // binaryMediaTypes, which deliver base64 to the client as it stands.
    bool never_base64 = false;
    bool check_size = true;             // throw HttpError(413) past the source's limit
    bool reverse_multi_values = false;  // ALB delivers multi-value headers in reverse order
    bool edge_origin = false;  // Lambda@Edge at the origin (1 MB), not at the viewer (40 KB)
};

// The reply that `format` expects. The body goes out as text if its media type says text, it has no
// content coding and it is valid UTF-8, else as base64; response.encoding overrides that, except
// that bytes which are not UTF-8 never go as text. Hop-by-hop fields are dropped, the body of a 204
// or 304 too, and Content-Length where the source computes it (it stays with an empty body: HEAD).
//
// Throws HttpError(413) that says which limit when the source would refuse the reply for its size,
// HttpError(500) if the status is not a final one (200 to 999). `raw` yields the body if it is
// JSON, else null.
std::string encode(const Response& response, Format format, const EncodeOptions& options = {});

// True if the source of `format` passes on a response while it is being made: function URLs and
// REST APIs, where they are told to (RESPONSE_STREAM; responseTransferMode STREAM).
bool can_stream(Format format) noexcept;

// What a streamed reply begins with: {statusCode, headers, ...} as JSON, and 8 NUL bytes; the bytes
// of the body follow. `head` has no body. Throws HttpError(413) if that is more than the 16 KiB in
// which the source looks for the end (AWS, "Set up a Lambda proxy integration with payload response
// streaming in API Gateway"). REQUIRES: can_stream(format).
std::string encode_prelude(const Response& head, Format format);

// A reply in the neutral shape {status, headers, body, encoding}, or in any platform's
// ({statusCode, ...}, Lambda@Edge's {status: "200", ...}). Headers may be [[name, value], ...],
// {name: value}, {name: [value, ...]} or {name: [{key, value}, ...]}. Members of other names are
// passed over. Throws JsonError, which names the member, the byte and what was expected.
Response decode_reply(std::string_view json);

// The reply as the source of `format` would understand it: for HTTP APIs 2.0 and function URLs a
// result without a statusCode is the body of a 200 of type application/json (a string is
// unwrapped), for `raw` any JSON value is; a REST API refuses members it does not know.
Response decode_reply(std::string_view json, Format format);

}  // namespace turngate::events
