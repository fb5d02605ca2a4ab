// An Impuls function as a process.
#pragma once

#include <optional>
#include <string>

#include "impuls/invocation_logs.h"
#include "platform.h"
#include "run_as.h"
#include <turngate/doors/http.h>

namespace turngate {

struct ImpulsSettings {
    HttpOptions http;
    std::optional<impuls::LogsForm> logs;  // TURNGATE_IMPULS_LOGS, text or lists; absent: auto
};

// From the environment that `get` reads: on RUNTIME_PORT of every interface, or 8080, unless
// TURNGATE_LISTEN says other; PORT and HOST are for others. Throws Error as http_options() does.
ImpulsSettings impuls_settings(const ReadVariable& get);

// `get` as it is on Impuls, unless the variable is set: no access log, whose lines would go to the
// console of a virtual machine, which is slow.
ReadVariable impuls_environment(const ReadVariable& get);

// Serves as serve_http() does. As process 1 it serves in a child, see
// leave_process_one(). If too many handlers do not end it finishes the requests begun and runs this
// program anew in this process, after TURNGATE_DRAIN_TIMEOUT at the latest. Takes RUNTIME_PORT out
// of the environment: what we start is not to listen there.
int serve_impuls(const OpenHandler& open, const std::string& target, const ReadVariable& get);

}  // namespace turngate
