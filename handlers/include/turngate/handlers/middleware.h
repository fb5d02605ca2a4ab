// Handlers around handlers: what applications and front doors put before a route.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include <turngate/http/handler.h>

namespace turngate {

// Serves what is below `prefix` ("/api") as if it stood at the root: the prefix moves from the
// path to Url::script_name. Only at a segment boundary, only once; 404 for every other path.
Middleware strip_prefix(std::string prefix);

// One line for each request to the request's log, level info, when the handler has returned:
// "GET /orders 200 17 bytes 3 ms"; "... failed ..." when it threw.
Middleware access_log();

// 413 for a request body of more than `bytes`: at once if its length is declared, else as soon as
// the handler has read that much.
Middleware limit_body(std::uint64_t bytes);

// Gives the handler `limit` at most: the context's deadline is brought forward, and its stop token
// fires then. A handler that lets Cancelled pass is answered with 504 if nothing was sent yet. One
// that looks at neither cannot be interrupted.
Middleware timeout(std::chrono::milliseconds limit);

struct CompressOptions {
    std::size_t min_size = 256;  // bytes: a smaller body of known length goes out as it is
    int level = 6;               // zlib's, 1 to 9
};

// Compresses with gzip what the client accepts (RFC 9110 section 12.5.3) and media types that gain
// by it. Leaves alone what is encoded already, partial (206), marked no-transform, or a stream of
// events (text/event-stream). Streaming stays streaming: each flush is flushed through.
Middleware compress(CompressOptions options = {});

}  // namespace turngate
