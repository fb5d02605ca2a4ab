// Heads of HTTP/2: what is let through has a method, a target and a host as HTTP/1.1 would take
// them, and no field that is about the connection.
// covers: gateway/src/net/http2_head.cpp gateway/src/net/clean_headers.cpp
// covers: handlers/src/http1/target.cpp handlers/src/http/host.cpp
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "net/http2_head.h"
#include <turngate/http/nominated_fields.h>
#include <turngate/http1/target.h>

using namespace turngate;

namespace {

// What nghttp2 lets through (RFC 9113 section 8.2.1).
bool may_come(std::string_view name, std::string_view value) {
    const std::string_view token = name.starts_with(':') ? name.substr(1) : name;
    return is_token(token) && lower_case(token) == token && is_field_value(value);
}

}  // namespace

// One field a line: name, '=' and value.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view input(reinterpret_cast<const char*>(data), size);
    const http1::Limits limits{
        .start_line = 200, .section = 500, .fields = 8, .name = 40, .body = 1000};
    net::Http2Head head;
    while (!input.empty()) {
        const std::string_view line = input.substr(0, input.find('\n'));
        input.remove_prefix(std::min(input.size(), line.size() + 1));
        const std::size_t end = std::min(line.find('='), line.size());
        const std::string_view name = line.substr(0, end);
        const std::string_view value = line.substr(std::min(line.size(), end + 1));
        if (may_come(name, value)) head.add(name, value, limits);
    }
    if (const auto error = head.finish(limits)) {
        if (error->status < 400 || error->status > 599 || error->message.empty()) std::abort();
        return 0;
    }
    Request request;
    head.fill(request);
    if (!is_token(request.method) || !http1::is_target(request.method, request.url.target()))
        std::abort();
    if (!request.url.host.empty() && !is_host(request.url.host)) std::abort();
    for (const auto& field : request.headers)
        if (is_hop_by_hop(field.name) || field.name.starts_with(':')) std::abort();
    return 0;
}
