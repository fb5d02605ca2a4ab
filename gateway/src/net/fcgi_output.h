// What a FastCGI connection has to send: what does not fit into the socket waits for its turn.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "net/clock.h"
#include "net/connection.h"
#include "net/surroundings.h"

namespace turngate::net {

// Under the mutex of its session.
class FcgiOutput {
  public:
    FcgiOutput(Surroundings& door, Connection& connection) : door_(door), connection_(connection) {}
    FcgiOutput(const FcgiOutput&) = delete;
    FcgiOutput& operator=(const FcgiOutput&) = delete;
    ~FcgiOutput() { clear(); }

    // Sends what fits and keeps the rest. Throws Cancelled when the client has gone. REQUIRES: at
    // most eight parts.
    void put(std::span<const std::string_view> parts);

    // Sends what fits of what is kept. Throws as put() does.
    void flush();

    std::size_t left() const noexcept { return bytes_.size() - sent_; }
    bool empty() const noexcept { return left() == 0; }

    // A handler may go on writing.
    bool has_room() const noexcept;

    // Since when nothing has fitted; never if nothing is left.
    Ticks stalled_since() const noexcept { return stalled_since_; }

    void clear() noexcept;

  private:
    Surroundings& door_;
    Connection& connection_;
    std::string bytes_;
    std::size_t sent_ = 0;
    Ticks stalled_since_ = never;
};

}  // namespace turngate::net
