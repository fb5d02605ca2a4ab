// Logs from before a platform listens to them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace turngate {

// For one thread at a time.
class HeldLogs {
  public:
    // Of the frames, in bytes, without their NULs: as Vercel's own runtimes have it.
    static constexpr std::size_t limit = 1'000'000;

    // Keeps a frame, which says `text`; false, and nothing is kept, if it is too much.
    bool keep(std::string_view frame, std::string_view text);

    // What is held says this, each with an end of line.
    const std::string& text() const noexcept { return text_; }

    // All frames, in order.
    const std::string& frames() const noexcept { return frames_; }

    // text(). Nothing is held afterwards.
    std::string take_text();

  private:
    std::string frames_;
    std::string text_;
    std::size_t size_ = 0;  // of the frames, without their NULs
};

// `text` with an end of line, unless it has one.
std::string as_lines(std::string_view text);

}  // namespace turngate
