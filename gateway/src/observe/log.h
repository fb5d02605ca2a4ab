// The log of a process: lines in one form, to one place.
#pragma once

#include <memory>

#include "observe/log_line.h"
#include "observe/log_sink.h"

namespace turngate {

// Thread-safe.
class Log {
  public:
    Log(int fd, LogForm form) : form_(std::move(form)), sink_(fd) {}

    const LogForm& form() const noexcept { return form_; }
    bool takes(Level level) const noexcept { return level >= form_.level; }

    // Writes the line, and how many were dropped before it if any were.
    void write(LogLine& line);
    void write(Level level, std::string_view message, const Context& context = {});

    std::uint64_t dropped() const noexcept { return sink_.dropped(); }

  private:
    const LogForm form_;
    LogSink sink_;
};

}  // namespace turngate
