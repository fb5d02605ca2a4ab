// A program as a handler: one process a request, by CGI/1.1 (RFC 3875).
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <turngate/http/handler.h>

namespace turngate {

struct CgiProgramOptions {
    std::string path;
    std::vector<std::string> arguments = {};  // never taken from the request

    // Variables of this process that the program gets, besides those of CGI; nothing else is
    // inherited.
    std::vector<std::string> inherit = {"PATH"};

    // From start to end of the program, or 0; the request's own deadline counts too.
    std::chrono::milliseconds timeout{30'000};

    // As many run at once; a request past that waits, and gets 503 when its time is over.
    std::size_t max_processes = 64;

    std::size_t max_waiting = 1024;                   // a request past that gets 503 at once
    std::chrono::milliseconds queue_timeout{30'000};  // so does one that has waited so long

    std::uint64_t max_body = std::uint64_t{1} << 30;    // of a request; more is a 413
    std::uint64_t max_output = std::uint64_t{1} << 30;  // past it the response is broken off

    // A program must be told the length of a body, so one of unknown length is read up before: into
    // memory, past `spool_memory` into a file without a name.
    std::size_t spool_memory = 64 * 1024;
    std::string spool_directory = {};  // empty: $TMPDIR or /tmp

    // Who is asked for a password checks it, and others need not see it (section 9.2).
    bool pass_authorization = false;

    // Of a request; more are answered with 431. What the variables may have in bytes is set by the
    // system: 128 KiB each (a longer target is answered with 414) and, here, 1 MiB together.
    std::size_t max_fields = 1000;
};

// Runs the program in its own directory and process group, feeds it the body while its answer is
// read, and logs what it writes to its standard error, line by line.
//
// A program whose file name begins with "nph-" writes a reply of HTTP/1.1 (section 5), of which
// each piece is sent on at once.
//
// A response that ends by a signal, or before its Content-Length, is no response: 502, or broken
// off if its head is out; so are a wrong head (see ResponseHeadReader) and none. Past its time the
// program and all of its group get SIGTERM, and SIGKILL if they are there a second later: 504. So
// it is when the request is cancelled; when this process is killed, all of its group is if it has
// run for 20 ms. Streams (text/event-stream, or X-Accel-Buffering: no) are sent on at once,
// everything else in blocks or when the program pauses. A path in Location alone (section 6.2.2) is
// answered by the program itself, if it leads there, else by the client; five of them in a row, or
// one to where it is, is a 502. X-Sendfile and X-Accel-Redirect are left out. A program that has
// closed its output may go on, until its time is over; what it has started may not, unless in a
// session of its own (setsid).
//
// Throws Error if there is no such program or it may not be executed.
HandlerPtr cgi_program(CgiProgramOptions options);

}  // namespace turngate
