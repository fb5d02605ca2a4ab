// Everything a handler's author needs.
#pragma once

#include <utility>

#include <turngate/handlers/cgi_program.h>
#include <turngate/handlers/event_function.h>
#include <turngate/handlers/load_plugin.h>
#include <turngate/handlers/mux.h>
#include <turngate/handlers/open_handler.h>
#include <turngate/handlers/openedge.h>
#include <turngate/handlers/vercel.h>
#include <turngate/handlers/vercel_system.h>
#include <turngate/http/functions.h>
#include <turngate/http/serve.h>
#include <turngate/json/json.h>

namespace turngate {

// Serves `handler` the way this process was started: as a Lambda, on Vercel, under Appwrite, as a
// CGI program, as a FastCGI responder, ... or on port 8080. Returns an exit status.
int run(int argc, char** argv, HandlerPtr handler);

// Several handlers in one program, chosen by the name the platform gives: Lambda's _HANDLER,
// Impuls' and OpenEdge's `handler`, a path prefix elsewhere.
int run(int argc, char** argv, Functions functions);

// A handler that is still to be made, such as turngate_exported_handler() of exports.h: what `make`
// throws is told on standard error in one sentence, and the exit status is 2.
int run(int argc, char** argv, HandlerPtr (*make)());

// The same without a command line: a static program that calls these alone has no commands, opens
// no handlers but its own, and is a third smaller.
int run(HandlerPtr handler);
int run(Functions functions);

// Serves on AWS Lambda alone: a static program that calls this and not run() has no other door
// either, is half as large, and starts sooner. Returns an exit status.
int run_lambda(HandlerPtr handler);
int run_lambda(Functions functions);

template <HandlerLike F>
requires(!std::convertible_to<F, HandlerPtr>) int run(int argc, char** argv, F handler) {
    return run(argc, argv, to_handler(std::move(handler)));
}

// A function of a JSON event: Json(const Json& event, Context& context).
template <EventFunctionLike F>
int run(int argc, char** argv, F function) {
    return run(argc, argv, event_function(std::move(function)));
}

template <HandlerLike F>
requires(!std::convertible_to<F, HandlerPtr>) int run(F handler) {
    return run(to_handler(std::move(handler)));
}

template <HandlerLike F>
requires(!std::convertible_to<F, HandlerPtr>) int run_lambda(F handler) {
    return run_lambda(to_handler(std::move(handler)));
}

}  // namespace turngate
