// A whole response as a value: what a recorder yields and what an event encodes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <turngate/http/headers.h>

namespace turngate {

enum class Encoding { text, base64 };

struct Response {
    int status = 200;
    Headers headers = {};
    std::string body = {};
    // How an event carried the body, or must: base64 or text. Absent: whoever encodes decides.
    std::optional<Encoding> encoding = {};
};

// A response of plain text in UTF-8.
Response text(std::string body, int status = 200);

// Sends the client elsewhere. Throws std::invalid_argument if `location` has a CR, LF or NUL.
Response redirect(std::string_view location, int status = 302);

}  // namespace turngate
