// How a host prints what a function does.
#pragma once

#include <string>

#include "cli/terminal.h"
#include "host/ledger.h"

namespace turngate::host {

// "#12  log    info  text", with the end of the line. Text of several lines is as many; nothing in
// it can act on a terminal.
std::string line_text(const Line& line, const cli::Terminal& terminal);

}  // namespace turngate::host
