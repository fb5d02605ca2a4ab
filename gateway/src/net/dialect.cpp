#include "net/dialect.h"

#include <turngate/http1/write_head.h>

namespace turngate::net {

Response Dialect::refuse(const Headers& headers, int status, std::string_view why) const {
    if (refusal)
        if (auto page = refusal(headers, status, why)) return *std::move(page);
    return text(std::string(why) + '\n', status);
}

std::string refusal_reply(const Response& page, bool is_head, bool keeps_alive,
                          std::string_view date) {
    Headers headers;
    if (page.status == 503) headers.add("Retry-After", "1");
    if (!date.empty()) headers.add("Date", date);
    headers.add("Connection", keeps_alive ? "keep-alive" : "close");
    for (const auto& [name, value] : page.headers)
        headers.add(name, value);
    headers.add("Content-Length", std::to_string(page.body.size()));
    std::string reply;
    http1::write_reply_head(reply, page.status, headers);
    if (!is_head) reply += page.body;
    return reply;
}

}  // namespace turngate::net
