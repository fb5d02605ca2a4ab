// What the commands have in common that serve a handler the way their process was started.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/invocation.h"
#include "cli/option.h"
#include "run_as.h"

namespace turngate::cli {

// "auto" and the platforms that have a front door.
std::vector<std::string_view> platform_names();

inline constexpr Option platform_options[] = {
    {.name = "as",
     .value = "PLATFORM",
     .help = "the platform; auto finds it by the environment, as doctor tells",
     .kind = Value::choice,
     .fallback = "auto",
     .choices = platform_names,
     .variable = "TURNGATE_AS"},
    {.name = "listen",
     .value = "ADDRESS",
     .help = "where, as 127.0.0.1:9000 or unix:/run/app.sock, several with commas between; not "
             "what comes as LISTEN_FDS or standard input",
     .kind = Value::text,
     .environment = false,
     .variable = "TURNGATE_LISTEN"},
};

// Serves what `open` makes of `target` on the platform of --as or of the environment, until it is
// stopped. Returns an exit status. Throws CommandError.
int run_target(const Invocation& invocation, const std::string& target, const Environment& get,
               const OpenHandler& open);

}  // namespace turngate::cli
