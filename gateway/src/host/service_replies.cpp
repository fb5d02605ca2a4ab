#include "host/service_replies.h"

#include <utility>

#include <turngate/http/status.h>

namespace turngate::host {
namespace {

using events::Format;

// The pages of a load balancer.
Response page(int status) {
    const std::string title = std::to_string(status) + ' ' + std::string(reason_phrase(status));
    return {status,
            {{"Content-Type", "text/html"}, {"Server", "awselb/2.0"}},
            "<html>\r\n<head><title>" + title + "</title></head>\r\n<body>\r\n<center><h1>" +
                title + "</h1></center>\r\n</body>\r\n</html>\r\n"};
}

Response message(int status, std::string_view text, std::string_view error_type = {}) {
    Response out{status,
                 {{"Content-Type", "application/json"}},
                 "{\"message\": \"" + std::string(text) + "\"}"};
    if (!error_type.empty()) out.headers.set("x-amzn-ErrorType", error_type);
    return out;
}

Response of_rest_api(ServiceProblem problem) {
    switch (problem) {
        case ServiceProblem::too_slow:
            return message(504, "Endpoint request timed out", "GatewayTimeoutException");
        case ServiceProblem::too_large:
            return message(413, "Request Too Long", "RequestTooLargeException");
        case ServiceProblem::no_head:
            return message(500, "Internal server error", "InternalServerErrorException");
        case ServiceProblem::throttled:  // a failure as any, to a client
        case ServiceProblem::failed:
            break;
    }
    return message(502, "Internal server error", "InternalServerErrorException");
}

Response of_http_api(ServiceProblem problem) {
    switch (problem) {
        case ServiceProblem::too_slow:
        case ServiceProblem::throttled:
            return message(503, "Service Unavailable");
        case ServiceProblem::too_large:
            return message(413, "Request Entity Too Large");
        case ServiceProblem::no_head:
        case ServiceProblem::failed:
            break;
    }
    return message(500, "Internal Server Error");
}

Response of_function_url(ServiceProblem problem) {
    const auto plain = [](int status, std::string body) {
        return Response{status, {{"Content-Type", "application/json"}}, std::move(body)};
    };
    switch (problem) {
        case ServiceProblem::throttled:
            return plain(429, "Too Many Requests");
        case ServiceProblem::too_large:
            return plain(413, "{\"Message\":null}");
        case ServiceProblem::too_slow:
        case ServiceProblem::no_head:
        case ServiceProblem::failed:
            break;
    }
    return plain(502, "Internal Server Error");
}

bool is_load_balancer(Format format) noexcept {
    return format == Format::alb || format == Format::alb_multi_value ||
           format == Format::lattice_v1 || format == Format::lattice_v2;
}

}  // namespace

Response service_reply(ServiceProblem problem, Format format) {
    if (is_load_balancer(format))
        return page(problem == ServiceProblem::too_large   ? 413
                    : problem == ServiceProblem::too_slow  ? 504
                    : problem == ServiceProblem::throttled ? 503
                                                           : 502);
    switch (format) {
        case Format::api_gateway_v1:
            return of_rest_api(problem);
        case Format::api_gateway_http1:
        case Format::api_gateway_v2:
            return of_http_api(problem);
        default:
            return of_function_url(problem);
    }
}

std::string_view default_type(Format format) noexcept {
    if (is_load_balancer(format)) return "application/octet-stream";
    const bool is_http_api =
        format == Format::api_gateway_http1 || format == Format::api_gateway_v2;
    return is_http_api ? "text/plain; charset=utf-8" : "application/json";
}

std::string_view request_id_field(Format format) noexcept {
    if (is_load_balancer(format)) return {};
    const bool is_http_api =
        format == Format::api_gateway_http1 || format == Format::api_gateway_v2;
    return is_http_api ? "Apigw-Requestid" : "x-amzn-RequestId";
}

}  // namespace turngate::host
