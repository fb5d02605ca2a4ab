// What platforms take from their clients, and how long they wait for a reply.
#include <algorithm>

#include "strict/rule_tables.h"

namespace turngate::strict {
namespace {

using enum Platform;
using Measured = std::optional<std::uint64_t>;
using Unit = Rule::Unit;

constexpr std::uint64_t second = 1'000'000'000;

Measured event(const Subject& s) {
    return s.request.event;
}
Measured body(const Subject& s) {
    return s.request.body;
}
Measured body_at_viewer(const Subject& s) {
    return s.request.at_origin ? Measured() : s.request.body;
}
Measured body_at_origin(const Subject& s) {
    return s.request.at_origin ? s.request.body : Measured();
}
// "GET /orders HTTP/1.1"
Measured request_line(const Subject& s) {
    return s.request.method.size() + 1 + s.request.target.size() + sizeof " HTTP/1.1" - 1;
}
Measured head(const Subject& s) {
    return *request_line(s) + s.request.headers;
}
Measured headers(const Subject& s) {
    return s.request.headers;
}
Measured field(const Subject& s) {
    return s.request.longest_field;
}
Measured target(const Subject& s) {
    return s.request.target.size();
}
Measured latency(const Subject& s) {
    return static_cast<std::uint64_t>(s.latency.count());
}
Measured latency_at_viewer(const Subject& s) {
    return s.request.at_origin ? Measured() : latency(s);
}
Measured latency_at_origin(const Subject& s) {
    return s.request.at_origin ? latency(s) : Measured();
}

// The topic of a message is the path of its request.
std::string_view topic(const Subject& s) {
    std::string_view path = s.request.target;
    path = path.substr(0, path.find('?'));
    if (path.starts_with('/')) path.remove_prefix(1);
    return path;
}
Measured topic_size(const Subject& s) {
    return topic(s).size();
}
Measured topic_levels(const Subject& s) {
    const std::string_view name = topic(s);
    return static_cast<std::uint64_t>(std::count(name.begin(), name.end(), '/'));
}
std::string reserved_topic(const Subject& s) {
    return topic(s).starts_with('$') ? "the topic is " + std::string(topic(s).substr(0, 80)) : "";
}

std::string not_carried(const Subject& s) {
    return s.request.cannot_carry;
}

constexpr std::string_view smaller_request =
    "have clients upload large bodies elsewhere, such as to a bucket, and send where they are";
constexpr std::string_view smaller_head =
    "have clients send fewer cookies and headers, or put long values into the body";
constexpr std::string_view sooner =
    "answer sooner and do the work behind the answer, or in a function that is called for it";

constexpr Rule table[] = {
    {.name = "request-carried",
     .platforms = Platforms(apigw_v1, apigw_http1, apigw_v2, function_url, alb, alb_multi,
                            lattice_v1, lattice_v2, websocket, edge, vercel),
     .what = "an event of the platform can say the request",
     .outcome = "the function is never called with it",
     .fix = "leave the event out of this run with --filter or --skip",
     .source = "the shape of the platform's events",
     .fault = not_carried},
    {.name = "lambda-event-size",
     .platforms = Platforms(apigw_v1, apigw_http1, apigw_v2, function_url, alb, alb_multi,
                            lattice_v1, lattice_v2, websocket, edge, lambda),
     .what = "the event as JSON",
     .limit = 6'291'456,
     .unit = Unit::bytes,
     .outcome = "AWS Lambda answers 413 RequestEntityTooLarge",
     .fix = smaller_request,
     .source = "AWS, Lambda quotas",
     .measure = event},
    {.name = "apigw-request-body",
     .platforms = api_gateway,
     .what = "the body of the request",
     .limit = 10 * mebibyte,
     .unit = Unit::bytes,
     .outcome = "API Gateway answers 413",
     .fix = smaller_request,
     .source = "AWS, API Gateway quotas",
     .measure = body},
    {.name = "apigw-request-head",
     .platforms = api_gateway,
     .what = "the request line with the names and values of the headers",
     .limit = 10'240,
     .unit = Unit::bytes,
     .outcome = "API Gateway answers 431 or 400",
     .fix = smaller_head,
     .source = "AWS, API Gateway quotas",
     .measure = head},
    {.name = "websocket-message",
     .platforms = Platforms(websocket),
     .what = "the message",
     .limit = 128 * kibibyte,
     .unit = Unit::bytes,
     .outcome = "API Gateway closes the connection with 1009",
     .fix = "have clients send the message in parts",
     .source = "AWS, API Gateway quotas",
     .measure = body},
    {.name = "alb-request-body",
     .platforms = load_balancer,
     .what = "the body of the request",
     .limit = mebibyte,
     .unit = Unit::bytes,
     .outcome = "the load balancer answers 413",
     .fix = smaller_request,
     .source = "AWS, Lambda functions as targets of a load balancer",
     .measure = body},
    {.name = "alb-request-line",
     .platforms = load_balancer,
     .what = "the request line",
     .limit = 16 * kibibyte,
     .unit = Unit::bytes,
     .outcome = "the load balancer answers 414",
     .fix = "send long parameters in the body",
     .source = "AWS, HTTP header limits of Application Load Balancers",
     .measure = request_line},
    {.name = "alb-request-field",
     .platforms = load_balancer,
     .what = "a header field of the request",
     .limit = 16 * kibibyte,
     .unit = Unit::bytes,
     .outcome = "the load balancer answers 400",
     .fix = smaller_head,
     .source = "AWS, HTTP header limits of Application Load Balancers",
     .measure = field},
    {.name = "alb-request-headers",
     .platforms = load_balancer,
     .what = "the header of the request",
     .limit = 64 * kibibyte,
     .unit = Unit::bytes,
     .outcome = "the load balancer answers 400",
     .fix = smaller_head,
     .source = "AWS, HTTP header limits of Application Load Balancers",
     .measure = headers},
    {.name = "lattice-request-body",
     .platforms = lattice,
     .what = "the body of the request",
     .limit = 6 * mebibyte,
     .unit = Unit::bytes,
     .outcome = "VPC Lattice refuses the request",
     .fix = smaller_request,
     .source = "AWS, Lambda functions as targets in VPC Lattice",
     .measure = body},
    {.name = "edge-viewer-request-body",
     .platforms = Platforms(edge),
     .what = "the body of the request",
     .limit = 40 * kibibyte,
     .unit = Unit::bytes,
     .outcome = "CloudFront cuts it off for a function at the viewer",
     .fix = "have the function run at the origin, which takes 1 MB",
     .source = "AWS, Quotas on Lambda@Edge",
     .measure = body_at_viewer},
    {.name = "edge-origin-request-body",
     .platforms = Platforms(edge),
     .what = "the body of the request",
     .limit = mebibyte,
     .unit = Unit::bytes,
     .outcome = "CloudFront cuts it off for a function at the origin",
     .fix = smaller_request,
     .source = "AWS, Quotas on Lambda@Edge",
     .measure = body_at_origin},
    {.name = "edge-uri",
     .platforms = Platforms(edge),
     .what = "the path with the query",
     .limit = 8'192,
     .unit = Unit::bytes,
     .outcome = "CloudFront answers 414",
     .fix = "send long parameters in the body",
     .source = "AWS, CloudFront quotas",
     .measure = target},
    {.name = "vercel-request-body",
     .platforms = Platforms(vercel),
     .what = "the body of the request",
     .limit = 4'718'592,
     .unit = Unit::bytes,
     .outcome = "Vercel answers 413 FUNCTION_PAYLOAD_TOO_LARGE",
     .fix = smaller_request,
     .source = "Vercel, Functions limits",
     .measure = body},
    {.name = "open-runtimes-request-body",
     .platforms = Platforms(open_runtimes, appwrite),
     .what = "the body of the request",
     .limit = 20 * mebibyte,
     .unit = Unit::bytes,
     .outcome = "the runtime answers 413 or 500",
     .fix = smaller_request,
     .source = "Open Runtimes, the servers of its images",
     .measure = body},
    {.name = "openedge-request-payload",
     .platforms = Platforms(openedge),
     .what = "the payload of the message",
     .limit = 4 * mebibyte,
     .unit = Unit::bytes,
     .outcome = "the function manager answers ResourceExhausted and ends the instance",
     .fix = "send it in parts, or raise message.length.max of the function",
     .source = "OpenEdge, defaults of openedge-function",
     .measure = body},
    {.name = "openedge-hub-request",
     .platforms = Platforms(openedge),
     .what = "the payload of the message",
     .limit = 32'768,
     .unit = Unit::bytes,
     .outcome = "the hub closes the client's connection",
     .fix = "send it in parts, or raise message.length.max of the hub",
     .source = "OpenEdge, defaults of openedge-hub",
     .measure = body},
    {.name = "openedge-topic-size",
     .platforms = Platforms(openedge),
     .what = "the topic of the message",
     .limit = 255,
     .unit = Unit::bytes,
     .outcome = "the hub refuses the message",
     .fix = "use a shorter topic",
     .source = "OpenEdge, topics of openedge-hub",
     .measure = topic_size},
    {.name = "openedge-topic-levels",
     .platforms = Platforms(openedge),
     .what = "the topic below its first level",
     .limit = 8,
     .unit = Unit::levels,
     .outcome = "the hub refuses the message",
     .fix = "use a topic of fewer levels",
     .source = "OpenEdge, topics of openedge-hub",
     .measure = topic_levels},
    {.name = "openedge-topic-reserved",
     .platforms = Platforms(openedge),
     .what = "a topic does not begin with $",
     .outcome = "the hub refuses the message",
     .fix = "use a topic that begins with another character",
     .source = "OpenEdge, topics of openedge-hub",
     .fault = reserved_topic},
    {.name = "apigw-v1-duration",
     .platforms = Platforms(apigw_v1, websocket),
     .what = "the handler",
     .limit = 29 * second,
     .unit = Unit::nanoseconds,
     .outcome = "API Gateway answers 504 Endpoint request timed out",
     .fix = sooner,
     .source = "AWS, API Gateway quotas",
     .measure = latency},
    {.name = "apigw-http-duration",
     .platforms = Platforms(apigw_http1, apigw_v2),
     .what = "the handler",
     .limit = 30 * second,
     .unit = Unit::nanoseconds,
     .outcome = "API Gateway answers 503 Service Unavailable",
     .fix = sooner,
     .source = "AWS, API Gateway quotas",
     .measure = latency},
    {.name = "alb-duration",
     .platforms = load_balancer,
     .what = "the handler",
     .limit = 60 * second,
     .unit = Unit::nanoseconds,
     .outcome = "the load balancer answers 504",
     .fix = "answer sooner, or raise the idle timeout of the load balancer",
     .source = "AWS, idle timeout of Application Load Balancers",
     .measure = latency},
    {.name = "lambda-duration",
     .platforms = Platforms(function_url, lattice_v1, lattice_v2, lambda),
     .what = "the handler",
     .limit = 900 * second,
     .unit = Unit::nanoseconds,
     .outcome = "AWS Lambda ends the invocation",
     .fix = sooner,
     .source = "AWS, Lambda quotas",
     .measure = latency},
    {.name = "edge-viewer-duration",
     .platforms = Platforms(edge),
     .what = "the handler",
     .limit = 5 * second,
     .unit = Unit::nanoseconds,
     .outcome = "CloudFront answers 503",
     .fix = "answer sooner, or have the function run at the origin",
     .source = "AWS, Quotas on Lambda@Edge",
     .measure = latency_at_viewer},
    {.name = "edge-origin-duration",
     .platforms = Platforms(edge),
     .what = "the handler",
     .limit = 30 * second,
     .unit = Unit::nanoseconds,
     .outcome = "CloudFront answers 503",
     .fix = sooner,
     .source = "AWS, Quotas on Lambda@Edge",
     .measure = latency_at_origin},
    {.name = "vercel-duration",
     .platforms = Platforms(vercel),
     .what = "the handler",
     .limit = 1'800 * second,
     .unit = Unit::nanoseconds,
     .outcome = "Vercel answers 504 FUNCTION_INVOCATION_TIMEOUT",
     .fix = sooner,
     .source = "Vercel, the greatest maxDuration",
     .measure = latency},
    {.name = "impuls-duration",
     .platforms = Platforms(impuls),
     .what = "the handler",
     .limit = 30 * second,
     .unit = Unit::nanoseconds,
     .outcome = "the manager answers 500 context deadline exceeded",
     .fix = "answer sooner, or raise timeout_sec of the function",
     .source = "Impuls, the default of timeout_sec",
     .measure = latency},
    {.name = "openedge-duration",
     .platforms = Platforms(openedge),
     .what = "the handler",
     .limit = 300 * second,
     .unit = Unit::nanoseconds,
     .outcome = "the function manager answers DeadlineExceeded and ends the instance",
     .fix = "answer sooner, or raise the timeout of the function's instances",
     .source = "OpenEdge, defaults of openedge-function",
     .measure = latency},
};

}  // namespace

std::span<const Rule> request_rules() {
    return table;
}

}  // namespace turngate::strict
