// A whole response as a value: what a recorder yields and what an event encodes.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include <turngate/http/headers.h>

namespace turngate {

enum class Encoding { text, base64 };

struct Response {
    int status = 200;
    Headers headers;
    std::string body;
    // How an event carried the body, or must: base64 or text. Absent: whoever encodes decides.
    std::optional<Encoding> encoding = {};
};

inline Response text(std::string body, int status = 200) {
    return {status, {{"Content-Type", "text/plain; charset=utf-8"}}, std::move(body)};
}

inline Response redirect(const std::string& location, int status = 302) {
    return {status, {{"Location", location}}, {}};
}

}  // namespace turngate
