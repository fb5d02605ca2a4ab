// What a program prints, line by line.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace turngate {

class LineLog {
  public:
    static constexpr std::size_t max_line = 4096;  // bytes; a longer one is logged in pieces

    // `log` gets lines without their end; never an empty one.
    explicit LineLog(std::function<void(std::string_view line)> log) : log_(std::move(log)) {}

    void feed(std::string_view bytes);
    void finish();  // logs a last line without an end

  private:
    void cut();

    const std::function<void(std::string_view line)> log_;
    std::string line_;
};

}  // namespace turngate
