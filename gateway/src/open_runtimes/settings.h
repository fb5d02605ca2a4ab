// What the environment says about a function of Appwrite or Open Runtimes.
#pragma once

#include <chrono>
#include <string>

#include "platform.h"
#include <turngate/doors/http.h>
#include <turngate/http/headers.h>

namespace turngate {

// The protocols there have been, oldest first: Appwrite's own, then those of Open Runtimes.
enum class RuntimeGeneration { v0, v1, v2, v3, v4, v5 };

struct OpenRuntimesSettings {
    HttpOptions http;
    RuntimeGeneration generation = RuntimeGeneration::v5;
    // v1 and v2 come under one name and are told apart by what is asked; then `generation` is v2.
    bool is_any_of_v1_and_v2 = false;
    std::string secret;  // empty: open, of v4 and v5 alone
    bool is_development = false;
    Headers enforced;  // OPEN_RUNTIMES_HEADERS, by lower-case names
    std::string log_directory;
    std::string timings_file;
    Level level;  // less is not logged
};

// From the environment that `get` reads, for the row `platform` of the table: on every interface
// and port 3000 unless TURNGATE_LISTEN says other; PORT and HOST are the function's own. Throws
// Error as http_options() does, and for a secret that is missing where there must be one.
OpenRuntimesSettings open_runtimes_settings(const ReadVariable& get, std::string_view platform);

// `get` as it is there, unless a variable is set: no access log, for the platform has its own, and
// no ids of requests from clients, who all seem to be one.
ReadVariable open_runtimes_environment(const ReadVariable& get);

}  // namespace turngate
