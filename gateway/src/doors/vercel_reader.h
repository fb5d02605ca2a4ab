// What Vercel's router writes into the headers of a request, and handlers get to see of it.
#pragma once

#include <turngate/doors/door.h>

namespace turngate {

// Attaches vercel::Invocation and drops:
//
//   x-vercel-internal-*         always; -oidc-token becomes x-vercel-oidc-token unless there is one
//   x-vercel-sc-runtime-cache   always
//   x-vercel-sc-headers, -host, -basepath, -protocol, -no-header-leak   if the last is not empty
//
// The router is the only client of a function: the client of a request is that of X-Real-IP, else
// the first of X-Forwarded-For, the scheme that of X-Forwarded-Proto, and ForwardedByPlatform says
// that these are not a client's words.
//
// Host stays: only the proxy for Go rewrites it, by a field that clients can send as well.
class VercelReader final : public PlatformReader {
  public:
    void read(Request& request) noexcept override;
};

}  // namespace turngate
