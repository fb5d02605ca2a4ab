// Replies that a replay proposed in .new files: where they are, and what becomes of them.
#pragma once

#include <functional>
#include <string>

#include "cli/exit_status.h"

namespace turngate::cli {

// Makes `proposal` the expected reply: whoever reads that sees the old one or the new one, whole,
// also after a crash. What could never be compared does not become one. Throws CommandError with
// status unreadable.
void accept_proposal(const std::string& proposal);

// Deletes it. Throws CommandError with status unreadable.
void reject_proposal(const std::string& proposal);

// "create.reply.json" of "create.reply.json.new".
std::string golden_of(const std::string& proposal);

// What is wrong with `path`, by errno.
CommandError proposal_problem(const std::string& path, int error);

// Calls `use` with each proposal that `operand` means: those below a directory, or that of an
// event, of a golden, or itself. `failed` hears what cannot be read. False if there is none.
bool each_proposal(const std::string& operand, const std::function<void(const std::string&)>& use,
                   const std::function<void(const std::string&, int error)>& failed);

// "there is no proposed reply", if that is what `without` says, with how one comes to be.
CommandError no_proposal(const std::string& without);

}  // namespace turngate::cli
