// The configuration of a function's process, as each generation of the platform gives it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "platform.h"
#include <turngate/handlers/tls_front.h>
#include <turngate/json/json.h>

namespace turngate::openedge {

struct FunctionSettings {
    std::string name;
    std::string handler;    // "sayhi.handler", or a target: "plugin:sayhi.so"
    std::string directory;  // codedir; empty: the current one
};

struct Settings {
    std::string name;     // of the instance
    std::string address;  // "127.0.0.1:34499"
    std::chrono::milliseconds timeout{30'000};
    std::uint32_t max_message = 4u << 20;
    std::vector<FunctionSettings> functions;  // one at least
    bool by_name = false;                     // the calls say which function they are for
    std::string log_level, log_format;        // empty: not said
    std::optional<TlsFiles> tls = {};         // absent: calls come in cleartext
};

// What ReadVariable is asked for in place of the argument behind "-c".
inline constexpr const char* argument = "-c";

// Of a process with this environment: what stands behind "-c", JSON or the name of a file; else
// the file that the platform gives. Variables may say other of name and address. Throws Error that
// names what is missing or wrong.
Settings settings(const ReadVariable& get);

// `config` as the platform documents it, durations in nanoseconds or as "30s", sizes in bytes or
// as "4m". Throws Error.
Settings read_settings(const Json& config, const ReadVariable& get);

}  // namespace turngate::openedge
