// The client's side of unary gRPC calls, as a function manager makes them: one at a time.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "openedge/grpc.h"
#include <turngate/os/fd.h>

namespace turngate::host {

// For one thread at a time.
class GrpcClient {
  public:
    // `socket` is connected. Throws std::bad_alloc and std::system_error.
    explicit GrpcClient(os::Fd socket);
    GrpcClient(GrpcClient&&) noexcept;
    GrpcClient& operator=(GrpcClient&&) noexcept;
    ~GrpcClient();

    // The message that the server answers `message` with. Waits. Throws openedge::GrpcError: with
    // the server's status; deadline_exceeded after `timeout`; unavailable when the connection ends;
    // what the client makes of answers that are none of gRPC.
    std::string call(std::string_view path, std::string_view message,
                     std::chrono::milliseconds timeout);

  private:
    class Connection;

    std::unique_ptr<Connection> connection_;
};

}  // namespace turngate::host
