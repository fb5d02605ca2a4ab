#include "doors/lambda_web_reader.h"

#include <string>
#include <string_view>

#include "doors/peer_address.h"
#include "observe/request_ids.h"

namespace turngate {
namespace {

// Of the last field: what stands further in front a client may have written.
std::string last_element(const Headers& headers, std::string_view field) {
    std::string_view list;
    for (const auto& [name, value] : headers)
        if (iequals(name, field)) list = value;
    const auto begin = list.find_last_of(", \t");
    return std::string(list.substr(begin == list.npos ? 0 : begin + 1));
}

}  // namespace

void LambdaWebReader::read(Request& request) noexcept try {
    const std::string_view id = request.headers.get("lambda-web-request-id");
    if (is_request_id(id)) request.context.request_id = id;
    if (std::string client = last_element(request.headers, "X-Forwarded-For"); is_address(client))
        request.remote_address = std::move(client);
    if (std::string scheme = last_element(request.headers, "X-Forwarded-Proto");
        scheme == "https" || scheme == "http")
        request.url.scheme = std::move(scheme);
} catch (...) {  // no memory: the request goes on under the door's id
}

}  // namespace turngate
