// Which shape an event has, told by the members that only one source writes.
#pragma once

#include <string>

#include "envelope.h"
#include <turngate/events/format.h>

namespace turngate::events {

struct Recognised {
    Format format = Format::raw;
    std::string source = {};  // of a raw event: see Event::source
    bool is_batch = false;
};

// Never fails: what nobody claims is raw. A shape is told by which members are there, not by
// whether they are right, so that a wrong one is reported and not passed over.
Recognised recognise(const Envelope& event);

}  // namespace turngate::events
