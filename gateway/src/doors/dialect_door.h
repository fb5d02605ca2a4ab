// Live HTTP for those who say more by it.
#pragma once

#include <memory>

#include "net/dialect.h"
#include <turngate/doors/http.h>

namespace turngate {

// http_door(), which speaks so where it answers itself.
std::unique_ptr<HttpDoor> http_door(HttpOptions options, net::Dialect dialect);

}  // namespace turngate
