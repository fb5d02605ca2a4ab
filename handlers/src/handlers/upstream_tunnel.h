// Two connections that speak HTTP no more, joined.
#pragma once

#include <chrono>
#include <stop_token>

#include "upstream_connection.h"
#include <turngate/http/response_writer.h>

namespace turngate {

// Copies both ways until both sides have ended; an end of one side alone is passed on. Throws
// Cancelled once the client has gone, `stop` is requested or nothing moved for `idle` (0: no
// limit); std::system_error if the upstream's connection breaks. By `parking`, if that is not null,
// it holds up no thread where nothing moves.
void join_connections(RawConnection& client, UpstreamConnection& upstream,
                      std::chrono::milliseconds idle, const std::stop_token& stop,
                      Parking* parking);

}  // namespace turngate
