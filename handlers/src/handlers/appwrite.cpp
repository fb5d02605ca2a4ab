#include <turngate/handlers/appwrite.h>
#include <turngate/handlers/open_runtimes_request.h>

namespace turngate::appwrite {

Request Request::of(turngate::Request& raw) {
    open_runtimes::Request request(raw);
    const Variables* known = raw.context.find<Variables>();
    return {.env = known ? known->values : Json::object({}),
            .payload = request.body_text(),
            .headers = request.headers()};
}

void Response::send(std::string body, int status) {
    response_ = text(std::move(body), status);
}

void Response::json(const Json& value, int status) {
    response_ = turngate::json(value, status);
}

}  // namespace turngate::appwrite
