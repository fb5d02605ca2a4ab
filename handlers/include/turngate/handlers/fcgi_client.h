// A FastCGI application as a handler: php-fpm, libfcgi and others (FastCGI 1.0).
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <turngate/cgi/variables.h>
#include <turngate/http/context.h>
#include <turngate/http/handler.h>

namespace turngate {

struct FcgiOptions {
    // Each "unix:/run/app.sock", "127.0.0.1:9000", "[::1]:9000" or "name:9000": one of them gets
    // the request, the least busy of those that work.
    std::vector<std::string> backends = {};

    std::chrono::milliseconds connect_timeout{3'000};  // of a name's look-up; of each address
    std::chrono::milliseconds send_timeout{60'000};    // until 64 KiB of a body are taken
    std::chrono::milliseconds read_timeout{60'000};    // between two pieces of a reply; 0: none

    // The whole exchange, however lively it is, once a body that is read first has been read; 0:
    // none. An event stream has none.
    std::chrono::milliseconds timeout{0};

    // So long before the request's own deadline, or a tenth of what is left if that is less, the
    // answer is 504 while there is still time to give it.
    std::chrono::milliseconds deadline_margin{500};

    // A backend that was reached before and takes no connection is waited for so long, in case it
    // is started again. No longer: once it has been away for that time, the answer is 502 at once.
    std::chrono::milliseconds restart_patience{2'000};

    std::size_t max_connections = 256;  // to each backend; a request past that waits
    std::size_t max_waiting = 1024;     // for each backend; and one past that is answered with 503
    std::chrono::milliseconds queue_timeout{30'000};  // so is one that waits so long, for whichever

    // Connections to each backend that are kept for the next request, behind requests without a
    // body alone: an application that does not read a body could take it for the next request.
    // Each holds one of php-fpm's workers, even while it is idle: keep fewer than pm.max_children.
    std::size_t keep = 0;
    std::chrono::milliseconds keep_alive{10'000};  // how long a connection is kept idle
    std::size_t keep_requests = 1'000;             // and how many requests it carries

    std::uint64_t max_body = std::uint64_t{1} << 30;  // of a request; more is a 413

    // A body whose length is not known beforehand is read first, for an application must be told;
    // with `request_buffer` so is every other, so that no application waits for a slow client. It
    // goes into memory, past `spool_memory` into a file without a name.
    bool request_buffer = false;
    std::size_t spool_memory = 64 * 1024;
    std::string spool_directory = {};  // of all such files; empty: $TMPDIR or /tmp

    // What of a reply a slow client has not taken yet waits here, so that the application can go on
    // to the next request: in memory up to `buffer_memory`, and past that in a file without a name,
    // or not at all: then the application waits for the client.
    enum class Buffer { off, memory, file };
    Buffer buffer = Buffer::off;
    std::size_t buffer_memory = 64 * 1024;
    std::uint64_t buffer_file = std::uint64_t{1} << 30;
    std::uint64_t buffer_total = std::uint64_t{1}
                                 << 30;  // all those files together; no file past it

    // SCRIPT_NAME, where the path begins with it, SCRIPT_FILENAME and DOCUMENT_ROOT; unless there
    // is a cgi::Script in the request's context, whose word counts.
    cgi::Script script = {};

    // Further variables, which replace those of the request.
    std::vector<std::pair<std::string, std::string>> params = {};

    // A path, without a query, that the application answers with 200 when it is well: php-fpm's
    // ping.path. Asked every `ping_interval`; who fails gets no request while others work. Empty:
    // nobody is asked.
    std::string ping = {};
    std::chrono::milliseconds ping_interval{5'000};

    // Reads a reply to its end even if the client has left, so that the application is not told: it
    // notices when its connection is closed, and PHP ends a script then. A stop of the door waits
    // for it, too, as long as `read_timeout` and `timeout` say.
    bool ignore_client_abort = false;

    // Passes on X-Sendfile and X-Accel-Redirect, for a handler in front of this that obeys them.
    bool passes_file_fields = false;

    // Whether a request is sent again where the connection was closed; not where whoever opens this
    // sees to that.
    bool repeats = true;

    // Takes the end of the output for the end of the response, where an application never sends
    // FCGI_END_REQUEST.
    bool tolerate_missing_end = false;

    // Hears which backend fails and works again; called from other threads, too.
    std::function<void(Level, std::string_view)> log = {};
};

// Passes requests on to one of options.backends, as a responder, one request at a time on each
// connection.
//
// Request: the variables of cgi::to_variables(), CONTENT_LENGTH always. The body is sent while the
// reply may come already. If the client breaks off, so does the connection: the application never
// gets half a body for a whole one.
//
// Reply: read strictly (cgi::ResponseHeadReader). What the application sends and then pauses is
// flushed; not of a body whose Content-Length is small before it is whole, unless it is an event
// stream or has "X-Accel-Buffering: no". Its standard error goes to the log of the request, 8 KiB
// of it. A local redirect (RFC 3875 section 6.2.2) goes to the client. X-Sendfile and X-Accel-* are
// dropped, unless `passes_file_fields`.
//
// Buffered or not, the client gets what there is as soon as it takes it. Buffered, all of a reply
// is read as fast as the application writes it, and then its connection given back, which may be
// long before the client has it. Not buffered are event streams and what has "X-Accel-Buffering:
// no".
//
// A reply that breaks off, has less than its Content-Length or no FCGI_END_REQUEST breaks the
// response off, or is a 502 if nothing of that is sent yet: it is never a short whole one.
//
// A request is sent again only if no byte of a reply has come and none of its body is lost: where
// no connection was made and where the application has refused it (FCGI_OVERLOADED,
// FCGI_CANT_MPX_CONN), to the next backend; where the connection was closed, once, if its method is
// idempotent: to another backend, or to the same one 0.2 s later, when one that ends has ended.
//
// Throws ProtocolError (502) if no backend can be reached or one breaks the protocol, which is an
// UnansweredRequest if not a byte of a reply has come; HttpError 503 where too many wait or all are
// overloaded, 504 past the time, an OverdueReply if it was waited for the application, 413 and 507
// for a body that is too large or for which there is no room; Cancelled when the request is
// cancelled.
//
// fcgi_client() itself throws Error, one sentence, for options that are none.
HandlerPtr fcgi_client(FcgiOptions options);

// Connects to a backend and leaves. Waits so long for the resolver, and for each address of its
// name. Throws Error, one sentence, if nobody takes the connection.
void reach_fcgi(std::string_view backend, std::chrono::milliseconds patience);

}  // namespace turngate
