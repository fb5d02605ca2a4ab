// Paths of a configuration file in another directory.
#pragma once

#include <string>
#include <string_view>

#include "cli/completion.h"

namespace turngate::cli {

// A value of the kind that `offer` tells, whose relative paths lead from the directory `before`
// ("../", or nothing): a file, a directory, or those of a HANDLER and its options. A command that a
// HANDLER has started is a shell's, which runs where turngate does, and stays as it is.
std::string relocated(const std::string& value, const Offer& offer, const std::string& before);

// The same of a value of an option, by the table: also a pattern ("src/**", "!**/*.log"), the URL
// of a server ("http+unix:run/app.sock"), where to listen ("unix:run/x.sock"), a body
// ("@order.json").
std::string relocated(const std::string& value, const Option& option, const std::string& before);

}  // namespace turngate::cli
