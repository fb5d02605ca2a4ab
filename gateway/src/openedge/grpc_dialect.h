// Calls of gRPC that no handler gets to see.
#pragma once

#include "net/dialect.h"

namespace turngate::openedge {

// Who calls is refused with a status of gRPC, in a head that is all of the answer ("Trailers-Only"
// of gRPC over HTTP2), and waits as long as grpc-timeout says. Others are answered as HTTP has it.
net::Dialect grpc_dialect();

}  // namespace turngate::openedge
