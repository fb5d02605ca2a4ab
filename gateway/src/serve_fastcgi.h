// The FastCGI door as a process: from start to a signal.
#pragma once

#include <functional>
#include <string>

#include "platform.h"
#include <turngate/doors/fastcgi.h>
#include <turngate/os/fd.h>

namespace turngate {

class Observation;

// FastcgiOptions from the environment that `get` reads: TURNGATE_LISTEN (addresses with commas
// between them), the limits as http_options() has them, TURNGATE_SOCKET_MODE,
// TURNGATE_SOCKET_GROUP, TURNGATE_SOCKET_USERS, FCGI_WEB_SERVER_ADDRS, TURNGATE_MOUNT,
// TURNGATE_TRUST_REMOTE_USER and TURNGATE_PASS_DOT_SEGMENTS. PORT and HOST are about HTTP. Throws
// Error that names the variable, its value and what was expected.
FastcgiOptions fastcgi_options(const ReadVariable& get);

// The listening socket that a web server or spawn-fcgi gives as standard input (FastCGI 1.0 section
// 2.2), which is /dev/null from then on; empty if it is something else. Throws std::system_error.
os::Fd take_listening_input();

// As serve_http(); listens on sockets that systemd gave, else on standard input, else on the
// addresses of `options`.
int serve_fastcgi(const std::function<HandlerPtr()>& open, FastcgiOptions options,
                  Observation& observation,
                  const std::function<void(const std::string& address)>& listening = {});

}  // namespace turngate
