// What a program prints, line by line.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace turngate {

class LineLog {
  public:
    // Bytes, of which a line of our own log takes few more.
    static constexpr std::size_t usual_line = 4096;

    // `log` gets lines without their end; never an empty one, and those of more than `max_line`
    // bytes, of which there are 4 at least, in pieces.
    explicit LineLog(std::function<void(std::string_view line)> log,
                     std::size_t max_line = usual_line)
        : log_(std::move(log)), max_line_(max_line) {}

    void feed(std::string_view bytes);
    void finish();  // logs a last line without an end

  private:
    void cut();

    const std::function<void(std::string_view line)> log_;
    const std::size_t max_line_;
    std::string line_;
};

}  // namespace turngate
