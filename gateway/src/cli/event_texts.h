// The events that an operand means.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "cli/invocation.h"
#include "replay/source.h"

namespace turngate::cli {

// One for a file, each line of a file with an event a line, the one of "calls.ndjson:17", all below
// a directory, what standard input has for "-": as replay finds them.
class EventTexts {
  public:
    explicit EventTexts(const std::string& operand);

    // The next event: what to call it, and its text. False at the end. Throws CommandError with
    // status unreadable for one that cannot be read, and for an expected or proposed reply; the
    // next call goes on behind it.
    bool next(std::string& name, std::string& text);

  private:
    replay::Source source_;
    replay::Batch batch_;
};

// Throws CommandError if `name` is that of a file that is never an event: see
// replay::is_companion().
void refuse_companion(const std::string& name);

// Calls `use` with each event of each operand. What cannot be read, and what throws a CommandError,
// is told, and the others have their turn. Returns the exit status. Throws CommandError with status
// nothing_to_do if there was no event.
int for_each_event(Invocation& invocation,
                   const std::function<void(const std::string& name, std::string_view text)>& use);

}  // namespace turngate::cli
