// What becomes of a call whose handler failed.
#pragma once

#include <optional>
#include <string>

#include "openedge/grpc.h"
#include <turngate/http/response.h>
#include <turngate/http/serve.h>

namespace turngate::openedge {

struct CallFailure {
    GrpcStatus status;
    std::string type;  // the class of what was thrown, "HttpError" for a status
    std::string message;
};

// The status of a call that stands for one of HTTP.
GrpcStatus grpc_status(int http) noexcept;

// Absent if the handler has answered.
std::optional<CallFailure> failure_of(const Outcome& outcome, const Response& response);

}  // namespace turngate::openedge
