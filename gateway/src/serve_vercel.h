// A Vercel function as a process: the HTTP door, and what the platform wants to be told.
#pragma once

#include <chrono>
#include <string>

#include "platform.h"
#include "run_as.h"
#include <turngate/doors/http.h>

namespace turngate {

struct VercelSettings {
    HttpOptions http;
    std::string ipc_path;  // VERCEL_IPC_PATH; empty: nobody is told
    bool handler_started;  // TURNGATE_VERCEL_HANDLER_STARTED, 1 or 0
    bool fetch_metrics;    // VERCEL_TRACING_DISABLE_AUTOMATIC_FETCH_INSTRUMENTATION is not 1
    std::string prefix;    // VERCEL_SERVICE_ROUTE_PREFIX, "/api", if it is to be stripped; or empty

    // From SIGTERM to the end of the process, whatever still runs.
    std::chrono::milliseconds last_stand;

    // Without the protocol of VERCEL_IPC_PATH: what is printed is not captured.
    bool is_plain = false;
};

// From the environment that `get` reads: on loopback and a free port, unless TURNGATE_LISTEN says
// other; PORT and HOST are for others. Throws Error as http_options() does.
VercelSettings vercel_settings(const ReadVariable& get);

// True for plain HTTP that is a function of Vercel all the same, whose only client is its router: a
// container, or a program of `vercel dev`. VERCEL or VERCEL_DEV is 1 there.
bool is_plain_vercel(const ReadVariable& get);

// The settings of such a one, from the environment that `get` reads: on VERCEL_DEV_PORT, PORT or
// 3000, and on loopback unless HOST, PORT or TURNGATE_LISTEN say other. Throws Error as
// http_options() does.
VercelSettings plain_vercel_settings(const ReadVariable& get);

// `get` as it is on Vercel, unless a variable is set: no access log, for the platform has its own,
// and no ids of requests from clients.
ReadVariable vercel_environment(const ReadVariable& get);

// Serves as serve_http() does, from when the platform has been told so. If it cannot start it tells
// that, and if a program that was spawned is to blame returns its exit status; otherwise throws
// what went wrong. Takes VERCEL_IPC_PATH out of the environment: what we start is not to speak
// there.
int serve_vercel(const OpenHandler& open, const std::string& target, const ReadVariable& get);

// Serves where is_plain_vercel(). Throws what goes wrong.
int serve_plain_vercel(const OpenHandler& open, const std::string& target, const ReadVariable& get);

// `handler` as the platform's router asks for it: `prefix`, if there is one, is stripped off paths
// that have it; other paths stay as they are.
HandlerPtr behind_prefix(HandlerPtr handler, std::string prefix);

}  // namespace turngate
