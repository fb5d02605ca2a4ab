// The makers of responses.
#include <utility>

#include <turngate/http/response.h>

namespace turngate {

Response text(std::string body, int status) {
    return {status, {{"Content-Type", "text/plain; charset=utf-8"}}, std::move(body)};
}

Response redirect(std::string_view location, int status) {
    return {status, {{"Location", location}}, {}};
}

}  // namespace turngate
