// The head of a request as an upstream gets it.
#pragma once

#include <string>

#include "upstream_target.h"
#include <turngate/handlers/upstream.h>

namespace turngate {

struct UpstreamRequest {
    bool is_chunked = false;  // the body goes out in chunks, and may have trailers
    std::string upgrade;      // the protocols asked for; empty: none
};

// Appends the head to `out`. Throws HttpError(400), (501) for what cannot be passed on.
UpstreamRequest write_upstream_request(std::string& out, const Request& request,
                                       const UpstreamOptions& options,
                                       const UpstreamTarget& target);

}  // namespace turngate
