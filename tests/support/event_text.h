// Small events for tests, with the members under test put in.
#pragma once

#include <string>
#include <string_view>

#include <turngate/events/decode.h>

namespace turngate::testing {

// Each takes further members, as JSON with a leading comma, or nothing.
inline std::string rest_event(std::string_view members = {}, std::string_view context = {},
                              std::string_view path = "\"/x\"") {
    return R"({"resource":"/{proxy+}","httpMethod":"GET","path":)" + std::string(path) +
           R"(,"requestContext":{"stage":"prod")" + std::string(context) + "}" +
           std::string(members) + "}";
}

inline std::string http_api_event(std::string_view members = {}, std::string_view context = {},
                                  std::string_view path = "\"/x\"") {
    return R"({"version":"2.0","routeKey":"$default","rawPath":)" + std::string(path) +
           R"(,"requestContext":{"http":{"method":"GET","path":"/x","protocol":"HTTP/1.1",)"
           R"("sourceIp":"203.0.113.9"})" +
           std::string(context) + "}" + std::string(members) + "}";
}

inline std::string alb_event(std::string_view members = {}, std::string_view path = "\"/x\"") {
    return R"({"requestContext":{"elb":{"targetGroupArn":"arn:x"}},"httpMethod":"GET","path":)" +
           std::string(path) + std::string(members) + "}";
}

// `element` so many times, as the elements of a list.
inline std::string repeated(std::string_view element, std::size_t times) {
    std::string list = "[";
    for (std::size_t i = 0; i < times; ++i)
        list.append(i ? "," : "").append(element);
    return list + ']';
}

// What the error says; empty if there is none.
inline std::string refusal(std::string_view json, const events::DecodeOptions& options = {}) {
    try {
        events::decode(json, options);
        return {};
    } catch (const Error& e) {
        return e.what();
    }
}

inline events::Event decode_leniently(std::string_view json) {
    events::DecodeOptions options;
    options.lenient = true;
    return events::decode(json, options);
}

}  // namespace turngate::testing
