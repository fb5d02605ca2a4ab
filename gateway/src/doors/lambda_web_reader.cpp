#include "doors/lambda_web_reader.h"

#include "observe/request_ids.h"

namespace turngate {

void LambdaWebReader::read(Request& request) noexcept try {
    const std::string_view id = request.headers.get("lambda-web-request-id");
    if (is_request_id(id)) request.context.request_id = id;
} catch (...) {  // no memory: the request goes on under the door's id
}

}  // namespace turngate
