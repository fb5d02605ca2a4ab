// The HTTP door as a process: from start to a signal.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include <turngate/doors/http.h>

namespace turngate {

class Observation;

// HttpOptions from the environment that `get` reads: TURNGATE_LISTEN (addresses with commas between
// them), or PORT and HOST (with PORT alone: every interface); TURNGATE_MAX_BODY and the other
// limits. Throws Error that names the variable, its value and what was expected.
HttpOptions http_options(const std::function<std::optional<std::string>(const std::string&)>& get,
                         HttpOptions defaults = {});

// Listens, then opens the handler, and serves until SIGTERM or SIGINT; finishes the requests begun,
// and a second signal ends the process at once. SIGHUP opens the handler again: requests that begin
// then get the new one, no connection is dropped, and if it cannot be opened the old one stays.
// `observation` watches and reports. `listening` is told each address as soon as requests are
// served. Returns the door's exit status. Throws as http_door() and `open` do.
int serve_http(const std::function<HandlerPtr()>& open, HttpOptions options,
               Observation& observation,
               const std::function<void(const std::string& address)>& listening = {});

// The same with any door that listens and that `observation` has equipped.
int serve_listening(ListeningDoor& door, const std::function<HandlerPtr()>& open,
                    Observation& observation,
                    const std::function<void(const std::string& address)>& listening = {});

}  // namespace turngate
