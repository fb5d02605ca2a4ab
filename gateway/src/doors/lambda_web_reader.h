// What AWS Lambda Web Functions say about a request that comes by HTTP.
#pragma once

#include <turngate/doors/door.h>

namespace turngate {

// The request gets the id of Lambda's invocation (lambda-web-request-id; AWS, "Lambda Web
// Functions"), so that its lines in the log are found by it. Its client is the one that Lambda has
// put last into X-Forwarded-For, and the scheme that of X-Forwarded-Proto: the peer is Lambda's.
class LambdaWebReader final : public PlatformReader {
  public:
    void read(Request& request) noexcept override;
};

}  // namespace turngate
