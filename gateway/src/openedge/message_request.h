// A message as the request that a handler gets.
#pragma once

#include "openedge/message.h"
#include <turngate/http/request.h>

namespace turngate::openedge {

// As doors/openedge.h says; takes the payload, and attaches `message.about` to the context.
Request request_of(FunctionMessage& message);

}  // namespace turngate::openedge
