// Where a door listens for the front that ends TLS before it.
#pragma once

#include <filesystem>
#include <string>
#include <system_error>

#include <turngate/os/temporary_directory.h>

namespace turngate::openedge {

// A Unix socket in a directory that nobody else may enter.
class PrivateSocket {
  public:
    PrivateSocket() = default;  // throws std::system_error

    std::string address() const { return "unix:" + directory_.path() + "/grpc.sock"; }

    // For a process that ends without destructors. From any thread.
    void remove_files() const noexcept {
        std::error_code ignored;
        std::filesystem::remove_all(directory_.path(), ignored);
    }

  private:
    const os::TemporaryDirectory directory_;
};

}  // namespace turngate::openedge
