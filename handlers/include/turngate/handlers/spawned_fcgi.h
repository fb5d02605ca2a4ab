// A FastCGI program that is started by us, as often as requests need it, as a handler.
#pragma once

#include <chrono>
#include <csignal>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <turngate/handlers/fcgi_client.h>
#include <turngate/handlers/program_variable.h>
#include <turngate/http/context.h>
#include <turngate/http/handler.h>

namespace turngate {

struct FcgiSpawnOptions {
    std::string command = {};  // for /bin/sh -c

    // As many children run at least and at most. One more is started when a request finds none
    // free; with a least number of 0 the first request starts the first one.
    std::size_t min_children = 1;
    std::size_t max_children = 8;
    std::size_t load = 1;  // requests a child is given at once

    // A child is replaced, by and by, after so many requests and so much time, each 10 % more or
    // less, so that not all are at once; 0: never.
    std::size_t max_requests = 0;
    std::chrono::milliseconds max_age{0};

    std::chrono::milliseconds idle_timeout{60'000};  // one that is too many ends after it

    // A child that has the whole request and sends nothing of an answer for so long is stuck; 0:
    // only at the request's deadline.
    std::chrono::milliseconds read_timeout{60'000};

    // What a child may still do for a request that nobody waits for any more. Past that it counts
    // as stuck.
    std::chrono::milliseconds abandon_timeout{30'000};

    // Asks a child to end: SIGUSR1 where libfcgi is to finish its request first.
    int stop_signal = SIGTERM;
    std::chrono::milliseconds start_timeout{30'000};  // until it takes a connection
    std::chrono::milliseconds stop_timeout{5'000};    // between stop_signal and SIGKILL

    // Below: not from the environment.
    std::size_t max_waiting = 256;  // requests that wait; one past that is answered with 503

    // A child that ends is started again at once, or after `first_delay` if it has not answered the
    // first request it was given. One that ends before it was given any is a start in vain: the
    // next one comes at once, then after first_delay, which doubles each time. From
    // `start_failures` in a row on requests get 503 at once while no child runs. The first answer
    // of a child ends the row, and so does `steady_after` without a start in vain.
    std::chrono::milliseconds first_delay{100};
    std::chrono::milliseconds longest_delay{30'000};
    std::chrono::milliseconds steady_after{60'000};
    std::size_t start_failures = 3;

    // Hears what happens to children, and what they print, from another thread.
    std::function<void(Level, std::string_view)> log = {};

    bool inherits_output = false;  // what children print is not logged, but goes where ours goes

    // Hears why no child can be asked now, and an empty text when one can: first when
    // spawned_fcgi() returns, then from another thread. Must not ask the handler.
    std::function<void(const std::string& obstacle)> changed = {};

    // How children are asked; backends, connections, read_timeout and repeats follow from the rest.
    FcgiOptions client = {.request_buffer = true};

    // The client of "unix:/tmp/turngate-x/1", which is one child. It is to keep no connection, and
    // to send no request twice. Empty: fcgi_client().
    std::function<HandlerPtr(std::string address)> open = {};
};

using FcgiSpawnVariable = ProgramVariable<FcgiSpawnOptions>;

// Valid for ever, in the order of the documentation.
std::span<const FcgiSpawnVariable> fcgi_spawn_variables();

// `options` as the environment changes them. Throws Error that names the variable and the rule.
FcgiSpawnOptions fcgi_spawn_options(
    const std::function<std::optional<std::string>(const std::string& name)>& get,
    FcgiSpawnOptions options = {});

// Runs options.command as FastCGI applications are run by a web server: a listening socket, which
// is the child's own, is its descriptor 0; it has our environment; what it prints is logged. Each
// child leads a process group.
//
// A body is read before the request gets a child; without client.request_buffer only one of unknown
// length or of 64 KiB at most.
//
// A request goes to the child that has the least to do, and waits while all have options.load
// requests: 504 at its deadline, 503 after start_timeout. If a child dies before a byte of
// its answer has come (the client throws UnansweredRequest), and the request is idempotent and its
// body still whole, another child is asked, once. A child that had the whole request and has sent
// nothing of its answer in time (the client throws OverdueReply) is stuck: it is ended (SIGTERM,
// then SIGKILL) and replaced. So is one that does not take a new connection within abandon_timeout
// after its request was given up otherwise.
//
// The handler's destructor ends all children, as spawned_upstream()'s does its program; to replace
// them open a second handler. Should we be killed they are killed, too; only a process with a
// session of its own (setsid) can escape.
//
// Throws Error, one sentence, if min_children is not 0 and the first child does not take a
// connection.
HandlerPtr spawned_fcgi(FcgiSpawnOptions options);

}  // namespace turngate
