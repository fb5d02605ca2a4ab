// What `context.res` of an Open Runtimes function makes responses with.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <turngate/http/response.h>
#include <turngate/json/json.h>

namespace turngate::open_runtimes {

// Each of these makes a response and sends nothing: the one that the function returns counts. A
// field may be there more than once (Set-Cookie). A status that is none from 200 to 599 is found
// when the response is sent, and fails the request.
class Response {
  public:
    // Content-Type is text/plain unless it is among `headers`.
    turngate::Response text(std::string body, int status = 200, Headers headers = {}) const;
    // What text() was called before.
    turngate::Response send(std::string body, int status = 200, Headers headers = {}) const {
        return text(std::move(body), status, std::move(headers));
    }
    turngate::Response binary(std::span<const std::byte> bytes, int status = 200,
                              Headers headers = {}) const;
    // Without white space, as application/json.
    turngate::Response json(const Json& value, int status = 200, Headers headers = {}) const;
    turngate::Response empty() const { return text({}, 204); }
    // Throws std::invalid_argument if `url` has a CR, LF or NUL.
    turngate::Response redirect(std::string_view url, int status = 301, Headers headers = {}) const;
};

// `response` as the runtimes send it: a Content-Type that names no charset and is not multipart/*
// is in lower case and has "; charset=utf-8". Absent is a function that has returned nothing, which
// throws Error in the words of the runtimes.
turngate::Response completed(std::optional<turngate::Response> response);

}  // namespace turngate::open_runtimes
