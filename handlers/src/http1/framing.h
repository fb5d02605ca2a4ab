// What the fields of a head mean to the connection: body length, keep-alive, Host, Expect.
#pragma once

#include <optional>

#include <turngate/http1/head.h>

namespace turngate::http1 {

// Fills `framing`, `keep_alive` and `expects_continue` from the version and the headers; or says
// why the request is refused.
std::optional<HeadError> judge(RequestHead& head, const Limits& limits);

// The same of a reply.
std::optional<HeadError> judge(ReplyHead& head, bool to_head_request);

}  // namespace turngate::http1
