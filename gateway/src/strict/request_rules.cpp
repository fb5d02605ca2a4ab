// What platforms take from their clients, and how long they wait for a reply.
#include <algorithm>

#include "strict/openedge_sizes.h"
#include "strict/rule_tables.h"

namespace turngate::strict {
namespace {

using enum Platform;
using Measured = std::optional<std::uint64_t>;
using Unit = Rule::Unit;

Measured event(const Subject& s) {
    return s.request.event;
}
Measured async_event(const Subject& s) {
    return s.request.is_async ? s.request.event : Measured();
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

std::string_view topic(const Subject& s) {
    return s.request.message.topic;
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
Measured grpc_message(const Subject& s) {
    return grpc_message_size(s.request.message, s.request.body);
}
Measured mqtt_packet(const Subject& s) {
    return mqtt_packet_size(s.request.message, s.request.body);
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
    at_most("lambda-event-size",
            Platforms(apigw_v1, apigw_http1, apigw_v2, function_url, alb, alb_multi, lattice_v1,
                      lattice_v2, websocket, edge, lambda),
            "the event as JSON", 6'291'456, "AWS Lambda answers 413 RequestEntityTooLarge",
            smaller_request, "AWS, Lambda quotas", event),
    at_most("lambda-async-event-size", Platforms(lambda),
            "the event as JSON of a source that waits for no reply", mebibyte,
            "AWS Lambda answers the source with 413, and the function is never called with it",
            "have the event say where the data is, such as in a bucket, in place of the data",
            "AWS, Lambda quotas", async_event),
    at_most("apigw-request-body", api_gateway, "the body of the request", 10 * mebibyte,
            "API Gateway answers 413", smaller_request, "AWS, API Gateway quotas", body),
    at_most("apigw-v1-request-headers", Platforms(apigw_v1), "the header of the request", 10'240,
            "API Gateway answers 431 or 400", smaller_head, "AWS, API Gateway quotas of REST APIs",
            headers),
    at_most("apigw-request-head", Platforms(apigw_http1, apigw_v2),
            "the request line with the names and values of the headers", 10'240,
            "API Gateway answers 431 or 400", smaller_head, "AWS, API Gateway quotas of HTTP APIs",
            head),
    at_most("websocket-message", Platforms(websocket), "the message", 128 * kibibyte,
            "API Gateway closes the connection with 1009", "have clients send the message in parts",
            "AWS, API Gateway quotas", body),
    at_most("alb-request-body", load_balancer, "the body of the request", mebibyte,
            "the load balancer answers 413", smaller_request,
            "AWS, Lambda functions as targets of a load balancer", body),
    at_most("alb-request-line", load_balancer, "the request line", 16 * kibibyte,
            "the load balancer answers 414", "send long parameters in the body",
            "AWS, HTTP header limits of Application Load Balancers", request_line),
    at_most("alb-request-field", load_balancer, "a header field of the request", 16 * kibibyte,
            "the load balancer answers 400", smaller_head,
            "AWS, HTTP header limits of Application Load Balancers", field),
    at_most("alb-request-headers", load_balancer, "the header of the request", 64 * kibibyte,
            "the load balancer answers 400", smaller_head,
            "AWS, HTTP header limits of Application Load Balancers", headers),
    at_most("lattice-request-body", lattice, "the body of the request", 6 * mebibyte,
            "VPC Lattice refuses the request", smaller_request,
            "AWS, Lambda functions as targets in VPC Lattice", body),
    at_most("edge-viewer-request-body", Platforms(edge), "the body of the request", 40 * kibibyte,
            "CloudFront cuts it off for a function at the viewer",
            "have the function run at the origin, which takes 1 MB", "AWS, Quotas on Lambda@Edge",
            body_at_viewer),
    at_most("edge-origin-request-body", Platforms(edge), "the body of the request", mebibyte,
            "CloudFront cuts it off for a function at the origin", smaller_request,
            "AWS, Quotas on Lambda@Edge", body_at_origin),
    at_most("edge-uri", Platforms(edge), "the path with the query", 8'192,
            "CloudFront refuses the request", "send long parameters in the body",
            "AWS, CloudFront quotas", target),
    at_most("vercel-request-body", Platforms(vercel), "the body of the request", 4'718'592,
            "Vercel answers 413 FUNCTION_PAYLOAD_TOO_LARGE", smaller_request,
            "Vercel, Functions limits", body),
    at_most("open-runtimes-request-body", Platforms(open_runtimes, appwrite),
            "the body of the request", 20 * mebibyte, "the runtime answers 413 or 500",
            smaller_request, "Open Runtimes, the servers of its images", body),
    at_most("openedge-request-message", Platforms(openedge), "the message to the function",
            4 * mebibyte, "the function manager answers ResourceExhausted and ends the instance",
            "send it in parts, or raise message.length.max of the function",
            "OpenEdge, defaults of openedge-function", grpc_message),
    at_most("openedge-hub-request", Platforms(openedge), "the MQTT packet of the message", 32'768,
            "the hub closes the client's connection",
            "send it in parts, or raise message.length.max of the hub",
            "OpenEdge, defaults of openedge-hub", mqtt_packet),
    at_most("openedge-topic-size", Platforms(openedge), "the topic of the message", 255,
            "the hub refuses the message", "use a shorter topic",
            "OpenEdge, topics of openedge-hub", topic_size),
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
    within("apigw-v1-duration", Platforms(apigw_v1, websocket), 29,
           "API Gateway answers 504 Endpoint request timed out", sooner, "AWS, API Gateway quotas",
           latency),
    within("apigw-http-duration", Platforms(apigw_http1, apigw_v2), 30,
           "API Gateway answers 503 Service Unavailable", sooner, "AWS, API Gateway quotas",
           latency),
    within("alb-duration", load_balancer, 60, "the load balancer answers 504",
           "answer sooner, or raise the idle timeout of the load balancer",
           "AWS, idle timeout of Application Load Balancers", latency),
    within("lambda-duration", Platforms(function_url, lattice_v1, lattice_v2, lambda), 900,
           "AWS Lambda ends the invocation", sooner, "AWS, Lambda quotas", latency),
    within("edge-viewer-duration", Platforms(edge), 5, "CloudFront answers 503",
           "answer sooner, or have the function run at the origin", "AWS, Quotas on Lambda@Edge",
           latency_at_viewer),
    within("edge-origin-duration", Platforms(edge), 30, "CloudFront answers 503", sooner,
           "AWS, Quotas on Lambda@Edge", latency_at_origin),
    within("vercel-duration", Platforms(vercel), 1'800,
           "Vercel answers 504 FUNCTION_INVOCATION_TIMEOUT", sooner,
           "Vercel, the greatest maxDuration", latency),
    within("impuls-duration", Platforms(impuls), 30,
           "the manager answers 500 context deadline exceeded",
           "answer sooner, or raise timeout_sec of the function",
           "Impuls, the default of timeout_sec", latency),
    within("openedge-duration", Platforms(openedge), 300,
           "the function manager answers DeadlineExceeded and ends the instance",
           "answer sooner, or raise the timeout of the function's instances",
           "OpenEdge, defaults of openedge-function", latency),
};

}  // namespace

std::span<const Rule> request_rules() {
    return table;
}

}  // namespace turngate::strict
