// One line of the log, as JSON or for people.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include <turngate/http/context.h>

namespace turngate {

// How lines are written.
struct LogForm {
    bool json = true;            // one object a line; else text for people
    bool powertools = false;     // adds the names of Powertools for AWS Lambda to the object
    bool lambda = false;         // the object is in AWS Lambda's own JSON log format
    Level level = Level::info;   // less is left out
    std::string_view door = {};  // "http"; a literal
    std::string service = {};    // for Powertools; empty: left out
};

// "debug", "info", ...
std::string_view name_of(Level level) noexcept;

// "2026-11-20T09:30:00.123Z"
std::string log_time(std::chrono::system_clock::time_point time);

// Fields come in the order of the calls. Every text is cut to its share of a line, which has 16 KiB
// at most whatever is in it.
class LogLine {
  public:
    // Begins with the time, the level and the message, then what `context` knows: the ids of the
    // request and of its trace.
    LogLine(const LogForm& form, Level level, std::string_view message, const Context& context);

    // A field; people see its value only.
    LogLine& text(std::string_view name, std::string_view value);
    LogLine& number(std::string_view name, std::uint64_t value, std::string_view unit = {});
    LogLine& milliseconds(std::string_view name, std::chrono::steady_clock::duration value);

    // A field that people do not see.
    LogLine& detail(std::string_view name, std::string_view value);
    LogLine& flag(std::string_view name, bool value);

    // With its newline. The line is empty afterwards.
    std::string take();

  private:
    void json_text(std::string_view name, std::string_view value, std::size_t limit);

    // How much of `limit` a text may take here.
    std::size_t room_for(std::size_t limit) const noexcept;

    const LogForm& form_;
    std::string line_;
};

}  // namespace turngate
