// Where log lines go: a descriptor that may be full, slow or dead, for which nobody waits long.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include <turngate/os/fd.h>

namespace turngate {

// Thread-safe. A line is one write(2), so that lines of several processes do not mix. When nobody
// reads, the first line waits for `patience`; later ones are dropped at once, and counted, until
// there is room again.
class LogSink {
  public:
    // `fd` must outlive this. Its flags stay as they are: it may be shared with other processes.
    explicit LogSink(int fd, std::chrono::milliseconds patience = std::chrono::milliseconds(100));

    // False if the line was dropped. Never throws and never blocks for longer than `patience`,
    // except on a descriptor that can only be written to blocking.
    bool write(std::string_view line) noexcept;

    // Lines that were dropped, all in all.
    std::uint64_t dropped() const noexcept { return dropped_.load(std::memory_order_relaxed); }

    // Lines that were dropped since this last said so, once lines go out again; else 0.
    std::uint64_t take_recovered() noexcept;

  private:
    bool send(std::string_view& bytes);
    bool drop() noexcept;

    const int given_;
    os::Fd own_;  // the same pipe or terminal, without blocking
    bool is_socket_ = false;
    const std::chrono::milliseconds patience_;

    std::mutex mutex_;
    std::string rest_;            // of a line of which a part fitted; under mutex_
    bool stalled_ = false;        // under mutex_
    std::uint64_t reported_ = 0;  // under mutex_
    std::atomic<std::uint64_t> dropped_ = 0;
};

}  // namespace turngate
