// Bytes on their way from one thread to another.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace turngate::net {

// Bytes that are put in behind and taken from the front.
class ByteQueue {
  public:
    std::size_t size() const noexcept { return bytes_.size() - taken_; }
    bool empty() const noexcept { return size() == 0; }
    void put(std::string_view bytes) { bytes_ += bytes; }

    // Takes as much as `into` has room for.
    std::size_t take(char* into, std::size_t room) noexcept;

    std::string take_all();

  private:
    std::string bytes_;
    std::size_t taken_ = 0;
};

}  // namespace turngate::net
