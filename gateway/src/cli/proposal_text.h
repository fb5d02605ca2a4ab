// What accepting a proposed reply would change.
#pragma once

#include <string>

#include "cli/terminal.h"

namespace turngate::cli {

// Lines for people: the request, what the event beside the proposal says of it; then the proposed
// reply, or as replay shows it, where it differs from the expected one. Of a file with an event a
// line, each line that has a proposal. Throws CommandError with status unreadable.
std::string proposal_text(const std::string& proposal, const Terminal& terminal);

}  // namespace turngate::cli
