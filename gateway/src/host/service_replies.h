// What clients get to see of the AWS service before a function when something is wrong behind it.
#pragma once

#include <string>
#include <string_view>

#include <turngate/events/format.h>
#include <turngate/http/response.h>

namespace turngate::host {

enum class ServiceProblem {
    failed,     // the function has failed, or answered with what is no reply
    throttled,  // all its instances are busy
    too_slow,   // the service waits no longer
    too_large,  // the request
    no_head,    // of a streamed reply, where there must be one: at a REST API
};

// The service of `format`: API Gateway, a load balancer or a function URL.
Response service_reply(ServiceProblem problem, events::Format format);

// The type that it gives a body whose type the function has not told.
std::string_view default_type(events::Format format) noexcept;

// The name of the field by which it tells its id of the request; empty: none.
std::string_view request_id_field(events::Format format) noexcept;

}  // namespace turngate::host
