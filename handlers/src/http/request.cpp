// The makers of requests.
#include <stdexcept>

#include <turngate/http/request.h>

namespace turngate {

Request Request::make(std::string_view method, std::string_view target, std::string body,
                      Headers headers) {
    if (!is_token(method)) throw std::invalid_argument("the request method is not a token");
    Request request;
    request.method = method;
    request.url = Url::parse(target);
    request.headers = std::move(headers);
    request.body = Body(std::move(body));
    return request;
}

std::string Request::query(std::string_view name, std::string_view fallback) const {
    if (std::optional<std::string> value = url.parameter(name)) return *std::move(value);
    return std::string(fallback);
}

}  // namespace turngate
