// What of a client's header a handler must not see.
#pragma once

#include <turngate/http/headers.h>

namespace turngate::net {

// Drops the fields that are about the connection, well-known or listed by Connection (RFC 9110
// section 7.6.1); those by which only a platform may speak to its runtime, which a client could
// forge (x-vercel-internal-*, lambda-runtime-*, x-open-runtimes-*, x-internal-challenge); Proxy,
// which a CGI program would take for HTTP_PROXY (CVE-2016-5385); and names with '_', which CGI
// cannot tell from '-'. Of an upgrade (RFC 9110 section 7.8) Connection and Upgrade stay, and of a
// runtime what begins with lambda-runtime-.
void clean_headers(Headers& headers, bool is_upgrade, bool is_runtime = false);

}  // namespace turngate::net
