// The end of a response that did not fit into the socket: sent when it does, without a thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "net/connection.h"
#include "net/surroundings.h"

namespace turngate::net {

// Empty most of the time, and small then.
class Outbox {
  public:
    explicit Outbox(Surroundings& door) : door_(door) {}
    Outbox(const Outbox&) = delete;
    Outbox& operator=(const Outbox&) = delete;
    ~Outbox() { clear(); }

    bool empty() const noexcept { return left() == 0; }
    std::uint64_t left() const noexcept { return bytes_.size() - sent_ + file_left_; }

    // Keeps all of `parts`, or nothing, and false, if there is no room here or at the door.
    bool keep(std::span<const std::string_view> parts);

    // Keeps a part of a file. False if it cannot be kept open.
    bool keep(int file, std::uint64_t offset, std::uint64_t size);

    // Sends what fits; true when that was all. Throws as Connection's sending does.
    bool send(Connection& connection);

  private:
    void clear() noexcept;

    Surroundings& door_;
    std::string bytes_;
    std::size_t sent_ = 0;
    os::Fd file_;
    std::uint64_t offset_ = 0;
    std::uint64_t file_left_ = 0;
};

}  // namespace turngate::net
