#include "openedge/call_failure.h"

#include <algorithm>
#include <exception>
#include <string_view>

#include "lambda/function_error.h"
#include "replay/thrown.h"
#include <turngate/http/error.h>
#include <turngate/http/field_list.h>
#include <turngate/http/status.h>

namespace turngate::openedge {
namespace {

// Clients take 8 KiB of trailers, in which a byte may be three.
constexpr std::size_t longest_message = 1024;

CallFailure thrown(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const HttpError& e) {
        return {grpc_status(e.status()), "HttpError", e.what()};
    } catch (const ProtocolError& e) {
        return {GrpcStatus::unavailable, thrown_type(error), e.what()};
    } catch (const Cancelled& e) {
        return {GrpcStatus::cancelled, "Cancelled", e.what()};
    } catch (...) {  // in the words of the Python runtimes
        return {GrpcStatus::unknown, thrown_type(error),
                "Exception calling application: " + replay::message_of(error)};
    }
}

}  // namespace

// The inverse of what google.rpc.Code says of HTTP; what it leaves open is unknown.
GrpcStatus grpc_status(int http) noexcept {
    switch (http) {
        case 400:
            return GrpcStatus::invalid_argument;
        case 401:
            return GrpcStatus::unauthenticated;
        case 403:
            return GrpcStatus::permission_denied;
        case 404:
            return GrpcStatus::not_found;
        case 409:
            return GrpcStatus::already_exists;
        case 412:
            return GrpcStatus::failed_precondition;
        case 413:
        case 429:
            return GrpcStatus::resource_exhausted;
        case 416:
            return GrpcStatus::out_of_range;
        case 408:
        case 504:
            return GrpcStatus::deadline_exceeded;
        case 501:
            return GrpcStatus::unimplemented;
        case 502:
        case 503:
            return GrpcStatus::unavailable;
        default:
            return GrpcStatus::unknown;
    }
}

std::optional<CallFailure> failure_of(const Outcome& outcome, const Response& response) {
    if (outcome.error) {
        CallFailure failure = thrown(outcome.error);
        if (failure.message.size() > longest_message) failure.message.resize(longest_message);
        return failure;
    }
    if (response.status < 400) return std::nullopt;
    const std::string_view body = std::string_view(response.body).substr(0, longest_message);
    std::string message(trimmed(body.substr(0, body.find_last_not_of("\r\n") + 1)));
    if (message.empty()) message = reason_phrase(response.status);
    return CallFailure{grpc_status(response.status), "HttpError", std::move(message)};
}

}  // namespace turngate::openedge
