// The flags of commands that listen: their limits, each with its variable of the environment.
#pragma once

#include <string>
#include <string_view>

#include "cli/invocation.h"
#include "cli/option.h"
#include <turngate/doors/http.h>

namespace turngate::cli {

// One place: a port and an address.
inline constexpr Option place_options[] = {
    {.letter = 'p',
     .name = "port",
     .value = "PORT",
     .help = "the port; 0 for any that is free; without it PORT of the environment, or 8080",
     .kind = Value::number,
     .maximum = 65535,
     .variable = "PORT"},
    {.name = "host",
     .value = "HOST",
     .help = "the address to listen on; without it HOST of the environment, or 127.0.0.1",
     .kind = Value::text,
     .variable = "HOST"},
};

inline constexpr Option limit_options[] = {
    {.name = "header-timeout",
     .value = "TIME",
     .help = "for all of a request's head [10s]",
     .kind = Value::duration,
     .environment = false,
     .variable = "TURNGATE_HEADER_TIMEOUT"},
    {.name = "body-timeout",
     .value = "TIME",
     .help = "between two pieces of a body [60s]",
     .kind = Value::duration,
     .environment = false,
     .variable = "TURNGATE_BODY_TIMEOUT"},
    {.name = "write-timeout",
     .value = "TIME",
     .help = "for a client to take something [30s]",
     .kind = Value::duration,
     .environment = false,
     .variable = "TURNGATE_WRITE_TIMEOUT"},
    {.name = "idle-timeout",
     .value = "TIME",
     .help = "between two requests of a connection [60s]",
     .kind = Value::duration,
     .environment = false,
     .variable = "TURNGATE_IDLE_TIMEOUT"},
    {.name = "drain-timeout",
     .value = "TIME",
     .help = "for requests begun, after SIGTERM [10s]",
     .kind = Value::duration,
     .environment = false,
     .variable = "TURNGATE_DRAIN_TIMEOUT"},
    {.name = "timeout",
     .value = "TIME",
     .help = "for the handler, then 504 [none]",
     .kind = Value::duration,
     .environment = false,
     .variable = "TURNGATE_TIMEOUT"},
    {.name = "request-line",
     .value = "SIZE",
     .help = "of a request line, then 414; not by FastCGI [16KiB]",
     .kind = Value::size,
     .environment = false,
     .variable = "TURNGATE_REQUEST_LINE"},
    {.name = "header-size",
     .value = "SIZE",
     .help = "of all header fields, then 431 [32KiB, of FastCGI's variables 64KiB]",
     .kind = Value::size,
     .environment = false,
     .variable = "TURNGATE_HEADER_SIZE"},
    {.name = "header-count",
     .value = "N",
     .help = "header fields, then 431 [100, of FastCGI's variables 256]",
     .kind = Value::size,
     .environment = false,
     .variable = "TURNGATE_HEADER_COUNT"},
    {.name = "max-body",
     .value = "SIZE",
     .help = "of a request's body, then 413 [10MiB]",
     .kind = Value::size,
     .environment = false,
     .variable = "TURNGATE_MAX_BODY"},
    {.name = "max-connections",
     .value = "N",
     .help = "connections, then 503 [16384]",
     .kind = Value::size,
     .environment = false,
     .variable = "TURNGATE_MAX_CONNECTIONS"},
    {.name = "max-requests",
     .value = "N",
     .help = "requests of a connection, which then closes [none]",
     .kind = Value::size,
     .environment = false,
     .variable = "TURNGATE_MAX_REQUESTS"},
    {.name = "max-threads",
     .value = "N",
     .help = "handlers at work at once, then 503 [256]",
     .kind = Value::size,
     .environment = false,
     .variable = "TURNGATE_MAX_THREADS"},
};

// The environment of `invocation` with what its flags say in the place of the variables above;
// --port, --host and --listen, where it has them, in the place of PORT, HOST and TURNGATE_LISTEN;
// and what --log-format,
// --log-level, -q and -v say about the log.
Environment with_flags(const Invocation& invocation);

// The HANDLER of a command that serves: its operand, or "self". Throws CommandError if there is
// neither.
std::string served_target(const Invocation& invocation);

// How a client writes `address`, which a door listens on: "http://127.0.0.1:8080", "unix:PATH".
std::string url_of(const std::string& address);

// What a command of this machine listens with: on loopback, and with `defaults`, unless flags or
// the environment say other. Throws CommandError that names the variable or the flag.
HttpOptions listen_options(const Invocation& invocation, HttpOptions defaults = {});

}  // namespace turngate::cli
