// A request of HTTP/1.1 that is sent by and by.
#pragma once

#include <string_view>

#include "upstream_upload.h"
#include <turngate/http/body.h>

namespace turngate {

struct Http1Parts {
    std::string_view head;   // what is left of it
    std::string_view bytes;  // what is left of a body that is here
    bool is_chunked = false;
};

// Sends the parts and then what `body` still yields. Both must outlive it.
UpstreamUpload::Job http1_upload(Body& body, const Http1Parts& parts);

}  // namespace turngate
