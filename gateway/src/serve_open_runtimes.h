// A function of Appwrite or Open Runtimes as a process: the HTTP door behind the checks of the
// executor's protocol.
#pragma once

#include <string>
#include <string_view>

#include "platform.h"
#include "run_as.h"

namespace turngate {

// Serves as serve_http() does, for the row `platform` of the table, and says "HTTP server
// successfully started!" on standard output as soon as that is so. When too many threads are held
// by handlers whose time is over the process runs its program anew, under the same number.
int serve_open_runtimes(std::string_view platform, const OpenHandler& open,
                        const std::string& target, const ReadVariable& get);

}  // namespace turngate
