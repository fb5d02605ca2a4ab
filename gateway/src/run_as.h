// What a deployed program does: one platform, found by its environment, until it is stopped.
#pragma once

#include <string_view>

#include <turngate/http/functions.h>
#include <turngate/http/handler.h>

namespace turngate {

// Serves `handler` as the platform `as` wants it, or the one that the environment shows when `as`
// is empty or "auto". Returns an exit status: 0 when it was stopped, 1 when it could not start or
// an answer broke off, 2 when the environment or `as` is wrong. It then has said so on standard
// error, in one sentence.
int run_as(std::string_view as, HandlerPtr handler, const std::string& target = "self");

// One handler for all of `functions`, chosen by the first segment of the path, which is stripped
// like a prefix: "/orders/7" is "/7" for "orders". 404 for another name. A single function is
// returned as it is. Throws std::invalid_argument if there is none.
HandlerPtr by_path(Functions functions);

}  // namespace turngate
