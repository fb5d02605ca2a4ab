// `main(req, res)` of Appwrite's functions before 1.4, on every platform: see
// docs/open-runtimes.md.
#pragma once

#include <concepts>
#include <string>
#include <utility>

#include <turngate/http/handler.h>
#include <turngate/json/json.h>

namespace turngate::appwrite {

// The variables that came with a call, an object of strings. Attached to the context by the
// Appwrite door.
struct Variables {
    Json values;
};

// What a function is asked. On other platforms than Appwrite `env` is empty.
struct Request {
    Json env = Json::object({});  // of strings: the variables of the call
    std::string payload = {};
    Json headers = Json::object({});  // of strings, by lower-case names

    // Reads the body. Throws HttpError(413) as Body::text() does.
    static Request of(turngate::Request& raw);
};

// What it answers: the last call counts, and without any it is an empty text.
class Response {
  public:
    void send(std::string text, int status = 200);
    void json(const Json& value, int status = 200);

    turngate::Response take() { return std::move(response_); }

  private:
    turngate::Response response_ = text({});
};

// Makes a handler of void(const appwrite::Request&, appwrite::Response&).
template <std::invocable<const Request&, Response&> F>
HandlerPtr handler(F f) {
    return to_handler([f = std::move(f)](turngate::Request& raw) {
        const Request request = Request::of(raw);
        Response response;
        f(request, response);
        return response.take();
    });
}

}  // namespace turngate::appwrite
