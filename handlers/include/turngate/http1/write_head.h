// Writes the heads of HTTP/1.1 messages.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include <turngate/http/headers.h>

namespace turngate::http1 {

// Appends "200 OK" and the end of the line. REQUIRES: the status has three digits.
void append_status(std::string& out, int status);

// Appends one field line. REQUIRES: nothing in it could end a line; Headers let no such thing in.
void append_field(std::string& out, std::string_view name, std::string_view value);

// Appends a status line, the fields in order, a Date if one is given and `headers` has none, and
// the empty line. Framing is the caller's: nothing else is added or left out. Throws
// std::invalid_argument if the status is not between 100 and 999.
void write_reply_head(std::string& out, int status, const Headers& headers,
                      std::optional<std::chrono::sys_seconds> date = {});

// Appends a request line, the fields in order and the empty line. Throws std::invalid_argument if
// the method is not a token, or if the target is empty or has a byte that is not visible ASCII.
void write_request_head(std::string& out, std::string_view method, std::string_view target,
                        const Headers& headers);

}  // namespace turngate::http1
