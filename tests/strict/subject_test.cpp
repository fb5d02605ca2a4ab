// What of an event and of a reply is held to the rules, and that the codec keeps them.
#include "strict/subject.h"

#include <string>

#include <boost/test/unit_test.hpp>

#include "host/mqtt_packet.h"
#include "openedge/message.h"
#include "strict/openedge_sizes.h"
#include "strict/rule.h"
#include <turngate/events/make_event.h>

using namespace turngate;
using namespace turngate::strict;

namespace {

events::Event decoded(const std::string& text) {
    return events::decode(text);
}

Request order() {
    return Request::make("POST", "/orders?page=2", R"({"sku":"A-7"})",
                         {{"Host", "shop.example"},
                          {"Content-Type", "application/json"},
                          {"Accept", "image/png, */*"}});
}

std::string rules_broken(const Subject& subject) {
    std::string out;
    for (const Violation& one : check(subject))
        out += std::string(one.rule) + ' ';
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(subject)

BOOST_AUTO_TEST_CASE(an_event_of_the_platform_is_measured_as_it_stands) {
    Request request = order();
    std::string text = events::make_event(request, events::Format::api_gateway_v2);
    text += std::string(1000, ' ');
    events::Event event = decoded(text);
    const RequestFacts facts = facts_of(event, text, Platform::apigw_v2);
    BOOST_TEST(facts.event.value() == text.size());
    BOOST_TEST(facts.method == "POST");
    BOOST_TEST(facts.target == "/orders?page=2");
    BOOST_TEST(facts.accept == "image/png, */*");
    BOOST_TEST(facts.body == 13u);
    const std::string_view trace = event.request.headers.get("X-Amzn-Trace-Id");
    BOOST_TEST(facts.longest_field == sizeof "X-Amzn-Trace-Id" - 1 + trace.size());
    BOOST_TEST(facts.headers > facts.longest_field);
    BOOST_TEST(facts_of(event, text, Platform::lambda).event.value() == text.size());
    BOOST_TEST(event.request.body.text() == R"({"sku":"A-7"})");  // still there for the handler
}

BOOST_AUTO_TEST_CASE(one_of_another_shape_is_measured_as_the_platform_would_send_it) {
    Request request = order();
    const std::string text = events::make_event(request, events::Format::http);
    events::Event event = decoded(text);
    for (const std::string_view name : platform_names()) {
        const Platform platform = *platform_named(name);
        const auto shape = format_of(platform);
        if (!shape) continue;
        const RequestFacts facts = facts_of(event, text, platform);
        BOOST_TEST(facts.event.value() == events::make_event(event.request, *shape).size(), name);
        BOOST_TEST(facts.cannot_carry.empty(), name);
    }
    BOOST_TEST(!facts_of(event, text, Platform::impuls).event);
    // What has been converted has no text any more.
    BOOST_TEST(facts_of(event, "", Platform::lambda).event.value() > 0u);
}

BOOST_AUTO_TEST_CASE(aws_lambda_takes_less_of_who_waits_for_no_reply) {
    const auto broken_by = [](const std::string& head, std::size_t size) {
        const std::string begin = head + R"(,"x":")", end = "\"}";
        const std::string text =
            '{' + begin + std::string(size - begin.size() - end.size() - 1, 'a') + end;
        events::Event event = decoded(text);
        return rules_broken(
            {.platform = Platform::lambda, .request = facts_of(event, text, Platform::lambda)});
    };
    const auto records = [](const std::string& name, const std::string& source) {
        return R"("Records":[{")" + name + R"(":")" + source + "\"}]";
    };
    for (const std::string& head :
         {records("eventSource", "aws:s3"), records("EventSource", "aws:sns"),
          records("eventSource", "aws:ses"), records("eventSource", "aws:codecommit"),
          std::string(R"("detail-type":"a","source":"b","detail":{})"),
          std::string(R"("awslogs":{"data":"H4sI"})"),
          std::string(R"("configRuleName":"a","invokingEvent":"{}")"),
          std::string(R"("CodePipeline.job":{"id":"a"})"),
          std::string(R"("RequestType":"Create","LogicalResourceId":"a","StackId":"b")")}) {
        BOOST_TEST(broken_by(head, 1'048'576) == "", head);
        BOOST_TEST(broken_by(head, 1'048'577) == "lambda-async-event-size ", head);
    }
    for (const std::string& head :
         {records("eventSource", "aws:sqs"), records("eventSource", "aws:kinesis"),
          std::string(R"("a":1)"), std::string(R"("triggerSource":"a","userPoolId":"b")")})
        BOOST_TEST(broken_by(head, 1'048'577) == "", head);
}

BOOST_AUTO_TEST_CASE(what_the_platform_would_not_send_is_measured_all_the_same) {
    events::Event event{.format = events::Format::http,
                        .request = Request::post("/", std::string(5'000'000, '\xff'))};
    const RequestFacts facts = facts_of(event, "", Platform::apigw_v2);
    BOOST_TEST(facts.event.value() > 6'291'456u);
    Subject subject{.platform = Platform::apigw_v2, .request = facts};
    BOOST_TEST(rules_broken(subject) == "lambda-event-size ");

    subject = {.platform = Platform::alb, .request = facts_of(event, "", Platform::alb)};
    BOOST_TEST(rules_broken(subject) == "alb-request-body ");
}

BOOST_AUTO_TEST_CASE(the_codec_writes_what_every_platform_takes) {
    const Response replies[] = {
        {200, {{"Content-Type", "application/json"}}, R"({"id":1})"},
        {201, {{"Set-Cookie", "a=1"}, {"Set-Cookie", "b=2"}, {"X-N", "1"}, {"X-N", "2"}}, "text"},
        {204, {}, ""},
        {304, {{"ETag", "\"1\""}}, "dropped"},
        {404, {{"Connection", "close"}, {"X-Cache", "hit"}, {"Content-Length", "4"}}, "none"},
        {500, {{"Content-Type", "text/html"}}, "<h1>\xc3\xa9</h1>"},
        {200, {{"Content-Type", "image/png"}}, "\x89PNG\xff"},
    };
    for (const std::string_view name : platform_names())
        for (const Response& reply : replies) {
            Subject subject{.platform = *platform_named(name), .binary_types = {"*/*"}};
            take_reply(subject, reply, events::Format::api_gateway_v2, {});
            BOOST_TEST(rules_broken(subject).empty(),
                       name << ": " << rules_broken(subject) << subject.reply.value_or(""));
        }
}

BOOST_AUTO_TEST_CASE(a_reply_that_the_codec_refuses_is_checked_as_it_would_have_been) {
    Subject subject{.platform = Platform::apigw_v1};
    const Response large{200, {}, std::string(6'400'000, 'a')};
    take_reply(subject, large, events::Format::http, {});
    BOOST_TEST(rules_broken(subject) == "lambda-reply-size ");

    subject = {.platform = Platform::alb};
    Response cookies{200};
    for (int i = 0; i < 513; ++i)
        cookies.headers.add("Set-Cookie", "a");
    take_reply(subject, cookies, events::Format::http, {});
    BOOST_TEST(rules_broken(subject) == "reply-carried ");
}

BOOST_AUTO_TEST_CASE(at_the_origin_lambda_edge_takes_more) {
    const Response reply{200, {}, std::string(50'000, 'a')};
    for (const bool at_origin : {false, true}) {
        Subject subject{.platform = Platform::edge};
        subject.request.at_origin = at_origin;
        take_reply(subject, reply, events::Format::edge, {});
        BOOST_TEST(rules_broken(subject) == (at_origin ? "" : "edge-viewer-reply "));
    }
}

BOOST_AUTO_TEST_CASE(a_body_may_be_larger_than_handlers_take) {
    events::Event event{.format = events::Format::http,
                        .request = Request::post("/", std::string(12u << 20, 'a'))};
    BOOST_TEST(facts_of(event, "", Platform::apigw_v2).body == 12u << 20);
}

// OpenEdge told of 5,000,053 bytes where the payload had five million.
BOOST_AUTO_TEST_CASE(a_message_counts_with_all_that_gRPC_and_MQTT_carry) {
    openedge::Message about{.qos = 1,
                            .topic = "t",
                            .function_name = "big",
                            .invoke_id = "f07e4dd8-9de9-4bb0-9d1c-5b3c0a7a7d7a"};
    BOOST_TEST(grpc_message_size(about, 5'000'000) == 5'000'053u);
    openedge::FunctionMessage message{.id = 0, .payload = std::string(300, 'p'), .about = about};
    const auto runtime = openedge::Generation::runtime;
    for (const std::size_t payload : {0u, 1u, 127u, 128u, 16'383u, 16'384u, 2'097'152u}) {
        message.payload = std::string(payload, 'p');
        BOOST_TEST(grpc_message_size(about, payload) ==
                   openedge::write_message(message, runtime).size());
        host::MqttMessage published{
            .topic = about.topic, .payload = message.payload, .qos = 1, .id = 9};
        BOOST_TEST(mqtt_packet_size(about, payload) ==
                   host::write_packet(host::mqtt_publish(published)).size());
        published.qos = 0;
        openedge::Message once = about;
        once.qos = 0;
        BOOST_TEST(mqtt_packet_size(once, payload) ==
                   host::write_packet(host::mqtt_publish(published)).size());
    }
}

BOOST_AUTO_TEST_CASE(a_request_is_the_message_that_it_was_or_would_be) {
    const Request recorded = Request::make("POST", "/a/b", "x",
                                           {{"X-OpenEdge-Topic", "/a/b"},
                                            {"X-OpenEdge-QoS", "1"},
                                            {"X-OpenEdge-Function-Name", "sayhi"},
                                            {"X-OpenEdge-Invoke-Id", "7"}});
    const openedge::Message was = openedge_message(recorded);
    BOOST_TEST(was.topic == "/a/b");
    BOOST_TEST(was.qos == 1u);
    BOOST_TEST(was.function_name == "sayhi");
    BOOST_TEST(was.invoke_id == "7");
    const openedge::Message made = openedge_message(Request::get("/%24SYS/b?q=1"));
    BOOST_TEST(made.topic == "$SYS/b");
    BOOST_TEST(made.qos == 0u);
    BOOST_TEST(made.invoke_id.size() == 36u);
    Request nowhere = Request::get("/");
    nowhere.url.path.clear();
    BOOST_TEST(openedge_message(nowhere).topic.empty());
}

// The payload alone would fit.
BOOST_AUTO_TEST_CASE(what_is_around_a_payload_takes_room_too) {
    events::Event event{.format = events::Format::http,
                        .request = Request::post("/topic", std::string(32'760, 'a'))};
    Subject subject{.platform = Platform::openedge,
                    .request = facts_of(event, "", Platform::openedge)};
    subject.body = 32'760;
    BOOST_TEST(rules_broken(subject) == "openedge-hub-request openedge-hub-reply ");
    subject.request.body = subject.body = 32'700;
    BOOST_TEST(rules_broken(subject).empty());
}

BOOST_AUTO_TEST_SUITE_END()
