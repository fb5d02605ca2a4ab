// HTTP in front of programs that want events.
#include "event_caller.h"

#include <ostream>
#include <stdexcept>
#include <string>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "observe/access_log.h"
#include <turngate/events/answer.h>
#include <turngate/http/serve.h>
#include <turngate/json/json.h>

using namespace turngate;
using events::Format;
namespace data = boost::unit_test::data;

namespace {

// A program that answers the event `format` brings with what `inner` makes of its request.
HandlerPtr speaking(HandlerPtr inner) {
    return to_handler([inner](Request& request) {
        if (request.method != "POST" || request.url.target() != "/" ||
            request.headers.get("Content-Type") != "application/json")
            throw std::logic_error("not an event");
        return text(events::answer(*inner, request.body.text()));
    });
}

HandlerPtr replying(std::string reply, int status = 200) {
    return to_handler([=](Request&) { return text(reply, status); });
}

Response echo(Request& request) {
    Response r = text(request.method + ' ' + request.url.target() + ' ' + request.body.text());
    r.headers.add("Set-Cookie", "a=1");
    r.headers.add("Set-Cookie", "b=2");
    return r;
}

Response ask(const HandlerPtr& program, Format format, Request request) {
    if (!request.headers.contains("Host")) request.headers.add("Host", "example.com");
    return record(*event_caller(program, format), std::move(request));
}

struct Bad {
    const char* reply;
    Format format;
};
std::ostream& operator<<(std::ostream& out, const Bad& bad) {
    return out << bad.reply;
}

const Bad bad_replies[] = {
    {"", Format::api_gateway_v1},
    {"hello", Format::api_gateway_v2},
    {"null", Format::api_gateway_v1},
    {"{}", Format::alb},
    {"{\"statusCode\":\"many\"}", Format::api_gateway_v1},
    {"{\"statusCode\":101}", Format::api_gateway_v2},
    {"{\"statusCode\":999}", Format::api_gateway_v2},
    {"{\"statusCode\":200,\"body\":\"%\",\"isBase64Encoded\":true}", Format::api_gateway_v2},
    {"{\"statusCode\":200,\"headers\":{\"a\":\"b\\r\\nc\"}}", Format::alb},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(event_caller_asks)

BOOST_AUTO_TEST_CASE(a_request_reaches_the_program_as_an_event_of_every_shape) {
    for (Format format : events::formats()) {
        if (format == Format::raw || format == Format::websocket) continue;
        const Response r = ask(speaking(to_handler(echo)), format,
                               Request::post("/orders/7?x=1", "hello", "text/plain"));
        BOOST_TEST(r.status == 200, events::name(format));
        BOOST_TEST(r.body == "POST /orders/7?x=1 hello", events::name(format));
    }
}

BOOST_AUTO_TEST_CASE(the_log_is_told_which_shape_a_request_became) {
    Request request = Request::make("GET", "/", {}, {{"Host", "a"}});
    Recorder recorder("GET");
    serve(*event_caller(replying("{}"), Format::lattice_v2), request, recorder);
    BOOST_REQUIRE(request.context.find<EventShape>());
    BOOST_TEST(request.context.find<EventShape>()->name == "lattice-v2");
}

BOOST_AUTO_TEST_CASE(cookies_come_back_one_by_one) {
    const Response r = ask(speaking(to_handler(echo)), Format::api_gateway_v2, Request::get("/"));
    BOOST_TEST(r.headers.values("Set-Cookie") == (std::vector<std::string>{"a=1", "b=2"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_event_says_who_asks_and_when) {
    std::string event;
    const auto program = to_handler([&](Request& request) {
        event = request.body.text();
        return text(R"({"statusCode":204})");
    });
    Request request = Request::get("/");
    request.remote_address = "192.0.2.9";
    BOOST_TEST(ask(program, Format::api_gateway_v2, std::move(request)).status == 204);
    const Json parsed = Json::parse(event);
    const Json& context = parsed["requestContext"];
    BOOST_TEST(context["http"]["sourceIp"].string_or("") == "192.0.2.9");
    BOOST_TEST(context["requestId"].string_or("").size() == 36u);
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    BOOST_TEST(context["timeEpoch"].integer_or(0) / 1000 >=
               std::chrono::duration_cast<std::chrono::seconds>(now).count() - 60);
    const std::string trace = parsed["headers"]["x-amzn-trace-id"].string_or("");
    BOOST_TEST(trace.starts_with("Root=1-"));
    BOOST_TEST(trace.size() == 40u);
}

BOOST_AUTO_TEST_CASE(a_trace_that_comes_with_the_request_goes_on) {
    std::string event;
    const auto program = to_handler([&](Request& request) {
        event = request.body.text();
        return text("{\"statusCode\":204}");
    });
    const std::string trace = "Root=1-5759e988-bd862e3fe1be46a994272793";
    ask(program, Format::api_gateway_v1,
        Request::make("GET", "/", {}, {{"Host", "a"}, {"X-Amzn-Trace-Id", trace}}));
    BOOST_TEST(event.find(trace) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_http_api_takes_what_is_no_reply_for_the_body) {
    const Response r = ask(replying(R"({"id":7})"), Format::api_gateway_v2, Request::get("/"));
    BOOST_TEST(r.status == 200);
    BOOST_TEST(r.body == R"({"id":7})");
}

BOOST_AUTO_TEST_CASE(a_reply_without_a_type_is_what_its_source_takes_it_for) {
    const auto type_of = [](const char* reply, Format format) {
        const Response r = ask(replying(reply), format, Request::get("/"));
        return std::string(r.headers.get("Content-Type"));
    };
    const char* reply = R"({"statusCode":200,"body":"{}"})";
    BOOST_TEST(type_of(reply, Format::api_gateway_v1) == "application/json");
    BOOST_TEST(type_of(reply, Format::api_gateway_v2) == "text/plain; charset=utf-8");
    BOOST_TEST(type_of(R"({"statusCode":200,"body":""})", Format::api_gateway_v1) == "");
    BOOST_TEST(type_of(R"({"statusCode":200,"headers":{"content-type":"a/b"},"body":"x"})",
                       Format::api_gateway_v1) == "a/b");
}

BOOST_AUTO_TEST_CASE(a_raw_program_gets_the_body_and_answers_with_json) {
    const auto program = to_handler([](Request& request) { return text(request.body.text()); });
    BOOST_TEST(ask(program, Format::raw, Request::post("/x", "[1]")).body == "[1]");
    BOOST_TEST(ask(program, Format::raw, Request::post("/x", "nope")).status == 400);
}

BOOST_DATA_TEST_CASE(what_is_no_reply_is_the_fault_of_the_program, data::make(bad_replies), bad) {
    const Response r = ask(replying(bad.reply), bad.format, Request::get("/"));
    BOOST_TEST(r.status == 502);
    BOOST_TEST(r.body.size() > 20u);
}

BOOST_AUTO_TEST_CASE(a_program_that_fails_is_a_bad_gateway) {
    const auto throws =
        to_handler([](Request&) -> Response { throw std::runtime_error("out of luck"); });
    const Response thrown = ask(throws, Format::api_gateway_v1, Request::get("/"));
    BOOST_TEST(thrown.status == 502);
    BOOST_TEST(thrown.body == "the program failed: out of luck\n");
    const Response status = ask(replying("oops", 500), Format::alb, Request::get("/"));
    BOOST_TEST(status.status == 502);
    BOOST_TEST(status.body.find("status 500") != std::string::npos);
    const Response large =
        ask(replying(std::string(7'000'000, ' ')), Format::alb, Request::get("/"));
    BOOST_TEST(large.status == 502);
    BOOST_TEST(large.body.find("6291556") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_the_source_would_not_send_is_too_large) {
    const Response r =
        ask(replying("{}"), Format::alb, Request::post("/", std::string((1 << 20) + 1, 'x')));
    BOOST_TEST(r.status == 413);
}

BOOST_AUTO_TEST_CASE(the_program_does_not_frame_the_response) {
    const Response r = ask(
        replying(
            R"({"statusCode":200,"headers":{"content-length":"99","connection":"x","x":"1","transfer-encoding":"chunked"},"body":"hi"})"),
        Format::api_gateway_v2, Request::get("/"));
    BOOST_TEST(r.status == 200);
    BOOST_TEST(r.body == "hi");
    BOOST_TEST(r.headers.get("Content-Length") == "2");
    BOOST_TEST(!r.headers.contains("x"));
}

BOOST_AUTO_TEST_CASE(the_request_is_as_it_was_when_the_response_is_there) {
    Request request = Request::post("/a?b", "body");
    request.headers.add("Host", "example.com");
    Recorder response("POST");
    serve(*event_caller(replying("{\"statusCode\":200}"), Format::alb), request, response);
    BOOST_TEST(request.method == "POST");
    BOOST_TEST(request.url.target() == "/a?b");
    BOOST_TEST(request.headers.get("Host") == "example.com");
    BOOST_TEST(request.body.text() == "body");
}

BOOST_AUTO_TEST_SUITE_END()
