// From a call to its event and the reply that is expected to it, as files.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "record/call.h"
#include "record/folder.h"
#include "record/redaction_rules.h"
#include <turngate/events/format.h>

namespace turngate::recording {

// A line of the recording: what became of a call, without its secrets.
struct Entry {
    std::uint64_t number = 0;
    std::chrono::steady_clock::duration duration{};
    std::string method;
    std::string target;               // empty if secrets in it cannot be told from the rest
    int status = 0;                   // 0: there was none
    std::string path;                 // of the event; empty if it has not been written
    std::string problem;              // why not
    std::vector<std::string> losses;  // what the shape loses of it: "path: /a%2Fb arrives as /a/b"
};

// From any thread.
class EventWriter {
  public:
    // All must outlive this.
    EventWriter(Folder& folder, events::Format shape, const RedactionRules& rules)
        : folder_(folder), shape_(shape), rules_(rules) {}

    // Writes what a replay takes, and passes over the rest: an event that `shape` cannot carry or
    // that arrives as another request, a reply that its source would refuse.
    Entry write(Call call) const;

  private:
    void write_files(Call& call, const std::vector<std::string>& ignore, Entry& entry) const;
    std::string event_text(Call& call, Entry& entry) const;

    Folder& folder_;
    events::Format shape_;
    const RedactionRules& rules_;
};

}  // namespace turngate::recording
