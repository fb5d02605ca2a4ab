// Ids of requests.
#include "observe/request_ids.h"

#include <algorithm>

#include "observe/trace_context.h"

namespace turngate {
namespace {

bool is_local(std::string_view address) noexcept {
    return address.empty() || address.starts_with("127.") || address == "::1" ||
           address.starts_with("::ffff:127.");
}

}  // namespace

bool is_request_id(std::string_view id) noexcept {
    return !id.empty() && id.size() <= 128 && std::all_of(id.begin(), id.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               c == '.' || c == '_' || c == '-';
    });
}

void RequestIds::began(Request& request) noexcept try {
    const bool trusts =
        trust_ == TrustIds::all || (trust_ == TrustIds::local && is_local(request.remote_address));
    if (trusts) {
        const std::string_view id = request.headers.get("X-Request-Id");
        if (is_request_id(id)) request.context.request_id = id;
    }
    if (auto trace = trace_of(request.headers)) request.context.put(std::move(*trace));
} catch (...) {  // no memory: the request goes on under the door's id
}

}  // namespace turngate
