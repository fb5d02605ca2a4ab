// What a door says and heeds that speaks something of its own on top of HTTP.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <turngate/http/response.h>

namespace turngate::net {

// Its functions are called from any thread, and must not block.
struct Dialect {
    // What is said to who is refused before a handler is asked, in place of a line of plain text;
    // `headers` are those that were read. Absent: that line.
    std::function<std::optional<Response>(const Headers& headers, int status, std::string_view why)>
        refusal = {};

    // How long the client waits, from the end of the request's head on; absent: it does not say. Of
    // HTTP/2. A request that has no thread then is refused with 504.
    std::function<std::optional<std::chrono::nanoseconds>(const Headers& headers)> patience = {};

    Response refuse(const Headers& headers, int status, std::string_view why) const;
};

// Attached to the context of a request, if Dialect::patience says so.
struct ClientDeadline {
    std::chrono::steady_clock::time_point time;
};

inline constexpr std::string_view busy_text = "the server is busy, try again later";

// `page` as a whole reply of HTTP/1, without its body in answer to HEAD, and without Date if that
// is empty.
std::string refusal_reply(const Response& page, bool is_head, bool keeps_alive,
                          std::string_view date);

}  // namespace turngate::net
