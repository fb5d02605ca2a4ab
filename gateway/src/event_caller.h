// HTTP for programs that want events: what API Gateway or a load balancer does before a function.
#pragma once

#include <turngate/events/format.h>
#include <turngate/http/handler.h>

namespace turngate {

// Each request becomes the event of shape `format` that its source would send, the body of a
// POST / to `program`; the reply that `program` answers with becomes the response, as the source
// would understand it.
//
// 413 for a request that the source refuses for its size. 502, which says why, for a program that
// fails, answers with another status than 2xx, or with what is no reply of this shape.
HandlerPtr event_caller(HandlerPtr program, events::Format format);

}  // namespace turngate
