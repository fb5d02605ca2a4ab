// The frames by which a function tells Vercel what happens: one JSON object and a NUL each.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <turngate/handlers/vercel_system.h>
#include <turngate/http/context.h>

namespace turngate::vercel {

// Each appends one frame to `out`. An `invocation` that is null means none: the platform then has
// "0" and 0 in its place. All text is UTF-8 in a frame, whatever it was.

// `port` is where HTTP is served, `init` the time that took from the start of the process.
void append_server_started(std::string& out, std::chrono::milliseconds init, std::uint16_t port);

void append_handler_started(std::string& out, const Invocation* invocation,
                            std::chrono::system_clock::time_point at);

// What a handler has logged.
void append_log(std::string& out, const Invocation* invocation, Level level, std::string_view text);

// What a handler has written to its standard output or error.
void append_log(std::string& out, const Invocation* invocation, Stream stream,
                std::string_view text);

// What a frame of append_log() says, in base64; empty if `frame` is another one.
std::optional<std::string_view> log_message(std::string_view frame) noexcept;

// log_message(), decoded.
std::optional<std::string> log_text(std::string_view frame);

void append_fetch(std::string& out, const Invocation* invocation, const FetchMetric& metric);

// True for a frame of append_fetch().
bool is_fetch(std::string_view frame) noexcept;

void append_end(std::string& out, const Invocation* invocation);

// The process is about to end with `exit_code`.
void append_unrecoverable_error(std::string& out, int exit_code, std::string_view message);

}  // namespace turngate::vercel
