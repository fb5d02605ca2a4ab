// Lines from a descriptor, in bounded memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "replay/gunzip.h"

namespace turngate::replay {

// True for a line without an event or a reply.
inline bool is_blank(std::string_view line) noexcept {
    return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

class LineReader {
  public:
    // Reads from `fd`, which must stay open. A line of more than `max_line` bytes is passed over.
    // While it waits for a pipe, a readable `wake_fd` ends the reading as the end of the input
    // would.
    explicit LineReader(int fd, std::size_t max_line, int wake_fd = -1)
        : fd_(fd), wake_fd_(wake_fd), max_line_(max_line) {}

    // What comes is gzip, of at most `limit` bytes once unpacked. Before the first line; then
    // next() and would_wait() may throw BadGzip.
    void unpack(std::uint64_t limit) { gunzip_ = std::make_unique<Gunzip>(limit); }

    enum class Status { line, too_long, end };

    // The next line without its newline, valid until the next call; for too_long its first bytes.
    // The last line needs no newline. Throws std::system_error.
    Status next(std::string_view& line);

    // Whether next() would wait for what is not there yet.
    bool would_wait();

    // Bytes of that line, without its newline.
    std::uint64_t size() const noexcept { return size_; }

    // Where that line begins, in bytes from where the reading began.
    std::uint64_t offset() const noexcept { return offset_; }

  private:
    bool fill();
    std::size_t read(std::span<char> into);

    int fd_;
    int wake_fd_;
    std::size_t max_line_;
    std::unique_ptr<Gunzip> gunzip_;
    std::vector<char> buffer_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::uint64_t size_ = 0;
    std::uint64_t offset_ = 0;
    std::uint64_t next_offset_ = 0;
    bool at_end_ = false;
};

}  // namespace turngate::replay
