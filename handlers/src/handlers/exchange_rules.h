// What exchanges with servers have in common, whatever is spoken.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>

#include <turngate/http/context.h>
#include <turngate/http/headers.h>

namespace turngate {

// A body of this size at most is read before the server is troubled with it: no thread has to wait
// for the client, no connection has to wait for a slow one, and it can be sent again.
inline constexpr std::uint64_t small_body = 64 * 1024;

// RFC 9110 section 9.2.2.
bool is_idempotent(std::string_view method) noexcept;

// When an answer must be given: `margin` before the request's deadline, or a tenth of what is left
// if that is less. Far off if there is no deadline.
Context::Clock::time_point answer_by(const Context& context, Context::Clock::time_point now,
                                     std::chrono::milliseconds margin);

// `limit` from `now`, far off if it is 0, but never later than `latest`.
Context::Clock::time_point sooner(Context::Clock::time_point latest, Context::Clock::time_point now,
                                  std::chrono::milliseconds limit);

bool is_event_stream(const Headers& headers);

// An application says of its answer that each piece is to be sent at once.
bool is_streamed(const Headers& headers);

// Takes out what an application says to servers and not to clients. Orders of files are logged by
// the name `who`, or kept for who obeys them.
void remove_server_fields(Headers& headers, const Context& context, const std::string& who,
                          bool keeps_orders = false);

// The peer has closed the connection.
bool is_gone(const std::system_error& error) noexcept;

}  // namespace turngate
