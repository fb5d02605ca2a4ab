// Several functions in one program.
#pragma once

#include <string>

#include <turngate/http/functions.h>
#include <turngate/http/handler.h>

namespace turngate {

// One handler for all of `functions`, chosen by the first segment of the path, which is stripped
// like a prefix: "/orders/7" is "/7" for "orders". 404 for another name. A single function is
// returned as it is. Throws std::invalid_argument if there is none.
HandlerPtr by_path(Functions functions);

// The function of `handler` that is called `name`, as by_name() finds it; null if there is none.
HandlerPtr find_by_name(const HandlerPtr& handler, const std::string& name);

// The function of `handler` that is called `name`, where by_path() has made it of several;
// otherwise `handler` itself, which has all there is. Throws Error if there is none of that name.
HandlerPtr by_name(HandlerPtr handler, const std::string& name);

}  // namespace turngate
