// A platform that listens to frames.
#pragma once

#include <array>
#include <poll.h>
#include <string>
#include <vector>

#include "support/temporary_directory.h"
#include <turngate/http/encoding.h>
#include <turngate/json/json.h>
#include <turngate/os/fd.h>
#include <turngate/os/socket.h>

namespace turngate::test {

// One connection, which is read only when a test asks.
class FakeIpc {
  public:
    const std::string& path() const noexcept { return path_; }

    // The next frame without its NUL; empty if the other side has ended, or for want of one.
    std::string next(int patience_ms = 10'000) {
        for (std::size_t end; (end = bytes_.find('\0')) == bytes_.npos;) {
            std::array<char, 64 * 1024> block;
            pollfd event = {connection(), POLLIN, 0};
            if (::poll(&event, 1, patience_ms) <= 0) return {};
            const std::size_t n = os::read_some(connection(), block);
            if (n == 0) return {};
            bytes_.append(block.data(), n);
        }
        const std::size_t end = bytes_.find('\0');
        std::string frame = bytes_.substr(0, end);
        bytes_.erase(0, end + 1);
        return frame;
    }

    // Up to a log frame with this text, which is left out.
    std::vector<std::string> until(std::string_view text) {
        std::vector<std::string> frames;
        for (std::string frame = next(); !frame.empty(); frame = next()) {
            if (message(frame) == text) return frames;
            frames.push_back(std::move(frame));
        }
        return frames;
    }

    // What a log frame says.
    static std::string message(const std::string& frame) {
        const Json parsed = Json::parse(frame);
        return base64_decode(parsed["payload"]["message"].string_or("")).value_or("");
    }

    // Ends the connection, and listens no more.
    void die() {
        listener_.reset();
        connection_.reset();
    }

    int connection() {
        if (!connection_) connection_ = os::accept_from(listener_.get());
        return connection_.get();
    }

  private:
    const TemporaryDirectory directory_;
    const std::string path_ = directory_ / "ipc.sock";
    os::Fd listener_ = os::listen_on({.path = path_});
    os::Fd connection_;
    std::string bytes_;
};

}  // namespace turngate::test
