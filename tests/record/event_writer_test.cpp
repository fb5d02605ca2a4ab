// What is written of a call, and what is not.
#include "record/event_writer.h"

#include <string>

#include <boost/test/unit_test.hpp>

#include "replay/replay_all.h"
#include "support/temporary_directory.h"
#include <turngate/events/decode.h>
#include <turngate/events/invocation.h>

using namespace turngate;
using namespace turngate::recording;
using events::Format;
using turngate::test::TemporaryDirectory;

namespace {

Call call_of(Request request, Response reply, std::uint64_t number = 1) {
    Call call(1u << 24);
    call.number = number;
    call.request_id = "0123456789abcdef";
    call.request_body.add(request.body.text());
    request.body = {};
    request.remote_address = "192.0.2.1";
    request.url.host = "h";
    call.request = std::move(request);
    call.reply_body.add(reply.body);
    reply.body.clear();
    call.reply = std::move(reply);
    call.is_head_known = true;
    call.time = std::chrono::system_clock::time_point(std::chrono::seconds(1'800'000'000));
    return call;
}

struct Writing {
    explicit Writing(Format format) : writer(folder, format, rules) {}

    TemporaryDirectory directory;
    Folder folder{directory.path()};
    RedactionRules rules = RedactionRules::defaults();
    EventWriter writer;
};

std::string event_of(Writing& writing, const std::string& name) {
    return writing.directory.read(name);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(event_writer)

BOOST_AUTO_TEST_CASE(an_event_brings_the_request_and_its_reply_is_expected) {
    Writing writing(Format::http);

    const Entry entry =
        writing.writer.write(call_of(Request::post("/cart?x=1", "two"), text("done", 201)));

    BOOST_TEST(entry.path == writing.directory / "0001-post-cart.json");
    BOOST_TEST(entry.target == "/cart?x=1");
    BOOST_TEST(entry.status == 201);
    const Request arrived = events::decode(event_of(writing, "0001-post-cart.json")).request;
    BOOST_TEST(arrived.url.target() == "/cart?x=1");
    BOOST_TEST(arrived.body.buffered() == "two");
    BOOST_TEST(writing.directory.read("0001-post-cart.reply.json") ==
               "{\n  \"status\": 201,\n  \"headers\": [\n    [\"content-type\", \"text/plain; "
               "charset=utf-8\"]\n  ],\n  \"body\": {\"text\": \"done\"}\n}\n");
}

BOOST_AUTO_TEST_CASE(the_moment_and_the_ids_are_those_of_the_call) {
    Writing writing(Format::api_gateway_v2);

    writing.writer.write(call_of(Request::get("/"), text("x")));

    const Json event = Json::parse(event_of(writing, "0001-get.json"));
    BOOST_TEST(event["requestContext"]["timeEpoch"].integer_or(0) == 1'800'000'000'000);
    BOOST_TEST(event["requestContext"]["requestId"].string_or("") == "0123456789abcdef");
    BOOST_TEST(event["requestContext"]["http"]["sourceIp"].string_or("") == "192.0.2.1");
    BOOST_TEST(event["headers"]["x-amzn-trace-id"].string_or("") ==
               "Root=1-6b49d200-0123456789abcdef00000000");
}

BOOST_AUTO_TEST_CASE(an_event_of_shape_http_has_the_moment_too) {
    Writing writing(Format::http);

    writing.writer.write(call_of(Request::post("/", "a}b"), text("x")));

    const std::string event = event_of(writing, "0001-post.json");
    const Json json = Json::parse(event);
    const Request arrived = events::decode(event).request;
    BOOST_TEST(json["timeEpoch"].integer_or(0) == 1'800'000'000'000);
    BOOST_TEST(arrived.body.buffered() == "a}b");
}

BOOST_AUTO_TEST_CASE(headers_of_the_moment_are_not_expected) {
    Writing writing(Format::http);
    Response reply = text("x");
    reply.headers.set("Date", "today");
    reply.headers.set("Server-Timing", "a");
    reply.headers.set("X-Kept", "b");

    writing.writer.write(call_of(Request::get("/"), std::move(reply)));

    const std::string golden = writing.directory.read("0001-get.reply.json");
    BOOST_TEST(golden.find("today") == std::string::npos);
    BOOST_TEST(golden.find("timing") == std::string::npos);
    BOOST_TEST(golden.find("x-kept") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_large_binary_body_has_a_file_of_its_own) {
    Writing writing(Format::http);

    writing.writer.write(call_of(Request::get("/"), {200, {}, std::string(5000, '\xff')}));

    BOOST_TEST(writing.directory.read("0001-get.reply.body") == std::string(5000, '\xff'));
    BOOST_TEST(writing.directory.read("0001-get.reply.json").find("\"0001-get.reply.body\"") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_no_replay_would_take_is_not_written) {
    Writing alb(Format::alb), http(Format::http), raw(Format::raw), edge(Format::edge);
    const auto refused = [](Writing& writing, Request request, Response reply,
                            const std::string& why) {
        const Entry entry = writing.writer.write(call_of(std::move(request), std::move(reply)));
        BOOST_TEST(entry.path == "");
        BOOST_TEST(entry.problem.starts_with(why), entry.problem);
        BOOST_TEST(std::filesystem::is_empty(writing.directory.path()));
    };
    const std::string large(7u << 20, 'x');

    refused(alb, Request::post("/", large), text("x"), "alb cannot carry it: ");
    refused(http, Request::post("/", large), text("x"), "the event has 7");
    refused(raw, Request::post("/events", "{"), text("x"), "raw cannot carry it: ");
    refused(raw, Request::post("/other", "{}"), text("x"),
            "an event of shape raw is a POST /events");
    refused(http, Request::get("/"), {200, {{"X-A", "\xff"}}, ""}, "its reply cannot be written");
    refused(edge, Request::get("/"), text(std::string(50'000, 'x')),
            "its source refuses the reply: ");
}

BOOST_AUTO_TEST_CASE(a_call_with_a_problem_is_told_and_not_written) {
    Writing writing(Format::http);
    Call call = call_of(Request::get("/?access_token=a"), text("x"));
    call.problem = "the response broke off";

    const Entry entry = writing.writer.write(std::move(call));

    BOOST_TEST(entry.problem == "the response broke off");
    BOOST_TEST(entry.target == "/?access_token=REDACTED");
    BOOST_TEST(std::filesystem::is_empty(writing.directory.path()));
}

BOOST_AUTO_TEST_CASE(what_the_shape_loses_is_told_in_full) {
    Writing writing(Format::alb);
    Request request = Request::get("/?a=1&a=2");
    request.headers.add("X-A", "1");
    request.headers.add("X-A", "2");
    request.headers.add("Connection", "close");  // is never about the call

    const Entry entry = writing.writer.write(call_of(std::move(request), text("x")));

    std::string kinds;
    for (const std::string& loss : entry.losses)
        kinds += loss.substr(0, loss.find(':')) + ' ';
    BOOST_TEST(kinds == "query X-A ");
}

BOOST_AUTO_TEST_CASE(a_handler_is_asked_what_a_replay_will_ask) {
    for (const Format format : replay::http_shapes()) {
        Writing writing(format);
        Request request =
            Request::make("POST", "/a%2Fb?q=1&q=2&&r", "body",
                          {{"Host", "h"}, {"X-A", "1"}, {"X-A", "2"}, {"Cookie", "a=1"}});
        Call call = call_of(std::move(request), text("x"));
        Request live;
        live.method = call.request.method;
        live.url = call.request.url;
        live.headers = call.request.headers;
        live.remote_address = call.request.remote_address;
        live.body = Body(std::string("body"));

        writing.writer.pass_through_event(live, call);
        const Entry entry = writing.writer.write(std::move(call));
        std::string event = event_of(writing, entry.path.substr(entry.path.rfind('/') + 1));
        Request later = std::move(events::decode(event).request);

        BOOST_TEST(entry.problem == "", events::name(format) << ' ' << entry.problem);
        BOOST_TEST(later.remote_address == "192.0.2.1", events::name(format));
        BOOST_TEST(live.url.request_uri() == later.url.request_uri());
        BOOST_TEST(later.headers.get("Cookie") == "a=REDACTED");
        BOOST_TEST(live.headers.remove("Cookie") == later.headers.remove("Cookie"));
        BOOST_TEST((live.headers == later.headers), events::name(format));
        BOOST_TEST(live.remote_address == later.remote_address);
        BOOST_TEST(live.body.text() == later.body.text());
        BOOST_TEST((live.context.find<events::Invocation>() != nullptr) ==
                   (later.context.find<events::Invocation>() != nullptr));
    }
}

BOOST_AUTO_TEST_CASE(a_request_that_no_event_can_bring_goes_on_as_it_came) {
    Writing writing(Format::raw);
    Request live = Request::post("/other", "{}");
    const Call call = call_of(Request::post("/other", "{}"), {});

    writing.writer.pass_through_event(live, call);

    BOOST_TEST(live.url.path == "/other");
    BOOST_TEST(live.body.text() == "{}");
}

BOOST_AUTO_TEST_SUITE_END()
