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
#include <turngate/events/make_event.h>

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
    // All must outlive this. A shape without a place for the client's address has it in
    // X-Forwarded-For, unless that is there.
    EventWriter(Folder& folder, events::Format shape, const RedactionRules& rules)
        : folder_(folder), shape_(shape), rules_(rules) {}

    // Makes of `request`, which is that of `call`, what its event would bring: so that a handler is
    // asked now what it will be asked by a replay. Does nothing where no event can bring it.
    void pass_through_event(Request& request, const Call& call) const;

    // Writes what a replay takes, and passes over the rest: an event that `shape` cannot carry or
    // that arrives as another request, a reply that its source would refuse.
    Entry write(Call call) const;

  private:
    void write_files(Call& call, const std::vector<std::string>& ignore, Entry& entry) const;
    struct Made {
        std::string text;
        Request arrived;
    };
    Made make(Request& request, const events::EventSource& source) const;
    std::string event_text(Call& call, Entry& entry) const;

    Folder& folder_;
    events::Format shape_;
    const RedactionRules& rules_;
};

}  // namespace turngate::recording
