// What gRPC adds to HTTP/2: statuses, messages in frames of their own, time limits.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <turngate/http/body.h>
#include <turngate/http/error.h>
#include <turngate/http/headers.h>

namespace turngate::openedge {

// How a call ends (gRPC, "Status codes and their use in gRPC").
enum class GrpcStatus {
    ok = 0,
    cancelled = 1,
    unknown = 2,
    invalid_argument = 3,
    deadline_exceeded = 4,
    not_found = 5,
    already_exists = 6,
    permission_denied = 7,
    resource_exhausted = 8,
    failed_precondition = 9,
    out_of_range = 11,
    unimplemented = 12,
    internal = 13,
    unavailable = 14,
    unauthenticated = 16,
};

// "DeadlineExceeded", as Go's library prints it; "Code(99)" for a number that is none of them.
std::string name_of(GrpcStatus status);

// Ends a call with this status; the message is told to the client.
class GrpcError : public Error {
  public:
    GrpcError(GrpcStatus status, const std::string& message) : Error(message), status_(status) {}

    GrpcStatus status() const noexcept { return status_; }

  private:
    GrpcStatus status_;
};

// For a message of `size` bytes, "1001" or "more than 1000", where `most` are allowed, in the words
// of gRPC's own libraries: `what` is "Received" or "Sent".
GrpcError too_large(std::string_view what, std::string_view size, std::uint32_t most);

// As the field grpc-message has it: escapes '%' and all that is not a printable character of ASCII
// (gRPC over HTTP2, "Responses"). percent_decode() undoes it.
std::string grpc_message_field(std::string_view message);

// How a call ends, as the last fields of its answer.
Headers status_fields(GrpcStatus status, std::string_view message);

// Whether this is the content-type of a call.
bool is_grpc(std::string_view content_type) noexcept;

// The value of grpc-timeout: one to eight digits and a unit of H, M, S, m, u or n. Absent for
// anything else.
std::optional<std::chrono::nanoseconds> parse_grpc_timeout(std::string_view text) noexcept;

// What stands before a message of `size` bytes that is not compressed.
std::array<char, 5> grpc_prefix(std::uint32_t size) noexcept;

// The only message that `body` is to have, out of its frame. `encoding` is the value of
// grpc-encoding. Throws GrpcError: resource_exhausted if it has more than `most` bytes,
// unimplemented if it is compressed or not the only one, internal if it is cut short.
std::string read_grpc_message(Body& body, std::uint32_t most, std::string_view encoding);

}  // namespace turngate::openedge
