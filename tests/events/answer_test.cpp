// One event through a handler, in every shape.
#include <string>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "format_name.h"
#include <turngate/events/answer.h>
#include <turngate/events/make_event.h>
#include <turngate/http/recorder.h>
#include <turngate/json/json.h>

using namespace turngate;
using namespace turngate::events;
namespace data = boost::unit_test::data;

namespace {

const HandlerPtr echo = to_handler([](Request& request) {
    return text(request.method + " " + request.url.path + " " + request.body.text());
});

std::string post_event(Format format) {
    Request request = Request::post("/orders", R"({"id":5})", "application/json");
    return make_event(request, format);
}

const std::vector<Format> http_formats(formats().begin(), formats().end() - 1);

struct Counter final : Reporter {
    int began_count = 0;
    int ended_count = 0;
    void began(const Context&) override { ++began_count; }
    void logged(const Context&, Level, std::string_view) override {}
    void printed(const Context&, Stream, std::string_view) override {}
    void fetched(const Context&, const FetchMetric&) override {}
    void ended(const Context&, const Outcome&) override { ++ended_count; }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(answering)

BOOST_DATA_TEST_CASE(every_shape_is_answered_in_its_own_form, data::make(http_formats), format) {
    const Response response = decode_reply(answer(*echo, post_event(format)));
    BOOST_TEST(response.status == 200);
    BOOST_TEST(response.body == (format == Format::websocket ? R"(POST /websocket/message {"id":5})"
                                                             : R"(POST /orders {"id":5})"));
}

BOOST_DATA_TEST_CASE(what_a_handler_throws_is_a_reply_of_the_same_form, data::make(http_formats),
                     format) {
    const HandlerPtr broken =
        to_handler([](Request&) -> Response { throw std::runtime_error("secret"); });
    const std::string reply = answer(*broken, post_event(format));
    BOOST_TEST(decode_reply(reply).status == 500);
    BOOST_TEST(reply == encode(decode_reply(reply, format), format));
    BOOST_TEST(reply.find("secret") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_load_balancer_gets_the_headers_of_its_mode_with_errors_too) {
    const HandlerPtr broken = to_handler([](Request&) -> Response { throw HttpError(404, "no"); });
    const std::string single = answer(*broken, post_event(Format::alb));
    BOOST_TEST(single.find(R"("headers":{)") != std::string::npos);
    BOOST_TEST(single.find("multiValueHeaders") == std::string::npos);
    const std::string multi = answer(*broken, post_event(Format::alb_multi_value));
    BOOST_TEST(multi.find(R"("multiValueHeaders":{)") != std::string::npos);
    BOOST_TEST(multi.find(R"("headers")") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_response_that_breaks_off_is_an_error) {
    const HandlerPtr half = to_handler([](Request&, ResponseWriter& w) {
        w.write("half");
        w.flush();
        throw std::runtime_error("late");
    });
    const Response response = decode_reply(answer(*half, post_event(Format::api_gateway_v2)));
    BOOST_TEST(response.status == 500);
    BOOST_TEST(response.body == "internal error\n");
}

BOOST_AUTO_TEST_CASE(a_reply_that_is_too_large_says_so) {
    const HandlerPtr large = to_handler([](Request&) { return text(std::string(2'000'000, 'x')); });
    const Response response = decode_reply(answer(*large, post_event(Format::alb)));
    BOOST_TEST(response.status == 413);
    BOOST_TEST(response.body.find("an Application Load Balancer takes at most 1048576") !=
               std::string::npos);
    AnswerOptions options;
    options.encode.check_size = false;
    BOOST_TEST(decode_reply(answer(*large, post_event(Format::alb), options)).status == 200);
}

BOOST_AUTO_TEST_CASE(a_reply_that_is_too_large_to_be_kept_says_the_limit_of_its_source) {
    const HandlerPtr endless = to_handler([](Request&, ResponseWriter& w) {
        const std::string block(1u << 20, 'x');
        for (int i = 0; i < 65; ++i)
            w.write(block);
    });
    const HandlerPtr stubborn = to_handler([](Request&, ResponseWriter& w) {
        try {
            w.write(std::string((64u << 20) + 1, 'x'));
        } catch (const std::exception&) {  // and goes on as if nothing had been
        }
    });
    for (const HandlerPtr& handler : {endless, stubborn}) {
        const Response response = decode_reply(answer(*handler, post_event(Format::alb)));
        BOOST_TEST(response.status == 413);
        BOOST_TEST(response.body ==
                   "the reply has more than 67108864 bytes, and an Application Load Balancer takes "
                   "at most 1048576 bytes\n");
        BOOST_TEST(decode_reply(answer(*handler, post_event(Format::http))).status == 413);
        BOOST_CHECK_EXCEPTION(answer(*handler, R"({"any":"event"})"), InvocationError,
                              [](const InvocationError& e) { return e.status() == 413; });
    }
}

BOOST_AUTO_TEST_CASE(a_refusal_is_what_the_source_would_get_to_see) {
    for (Format format : formats()) {
        BOOST_TEST(!refusal(text("hello"), format));
        BOOST_TEST(!refusal(text(std::string(20'000, 'x')), format));
        if (format == Format::http) continue;
        const Response large = text('"' + std::string(6'400'000, 'x') + '"');
        if (format == Format::raw)
            BOOST_CHECK_THROW(refusal(large, format), InvocationError);
        else
            BOOST_TEST(refusal(large, format).value().status == 413);
    }
    BOOST_TEST(refusal(text("", 100), Format::alb).value().status == 500);
}

BOOST_AUTO_TEST_CASE(each_request_is_told_of_after_the_handler) {
    AnswerOptions options;
    std::string ended;
    options.served = [&](const Request& request, const Outcome& outcome) {
        ended += request.url.path + (outcome.error ? " failed" : " ended");
    };
    answer(*echo, post_event(Format::http), options);
    BOOST_TEST(ended.ends_with(" ended"));
}

BOOST_AUTO_TEST_CASE(an_event_that_cannot_be_decoded_is_the_callers_to_report) {
    BOOST_CHECK_THROW(answer(*echo, "{"), JsonError);
    BOOST_CHECK_THROW(answer(*echo, R"({"method":"GET","path":5})"), JsonError);
}

BOOST_AUTO_TEST_CASE(a_head_request_has_a_length_and_no_body) {
    Request request = Request::make("HEAD", "/orders");
    const Response response =
        decode_reply(answer(*echo, make_event(request, Format::api_gateway_v1)));
    BOOST_TEST(response.body == "");
    BOOST_TEST(response.headers.get("content-length") == "13");
}

BOOST_AUTO_TEST_CASE(an_origin_may_answer_more_than_a_viewer) {
    const HandlerPtr large = to_handler([](Request&) { return text(std::string(50'000, 'x')); });
    Request request = Request::get("/");
    BOOST_TEST(decode_reply(answer(*large, make_event(request, Format::edge))).status == 413);
    EventSource origin;
    origin.edge_event = "origin-request";
    BOOST_TEST(decode_reply(answer(*large, make_event(request, Format::edge, origin))).status ==
               200);
}

BOOST_AUTO_TEST_CASE(the_result_of_another_event_is_json_or_null) {
    const HandlerPtr body = to_handler([](Request& r) { return text(r.body.text()); });
    BOOST_TEST(answer(*body, R"({"detail-type":"x","source":"y","detail":{}})") ==
               R"({"detail-type":"x","source":"y","detail":{}})");
    BOOST_TEST(answer(*echo, R"({"any":"event"})") == "null");
    BOOST_TEST(answer(*body, "[1,2]") == "[1,2]");
}

BOOST_AUTO_TEST_CASE(chosen_statuses_fail_the_invocation) {
    const HandlerPtr busy = to_handler([](Request&) { return text("busy", 503); });
    AnswerOptions options;
    options.error_statuses = {{500, 500}, {502, 504}};
    BOOST_CHECK_EXCEPTION(answer(*busy, R"({"any":"event"})", options), InvocationError,
                          [](const InvocationError& e) { return e.status() == 503; });
    BOOST_CHECK_THROW(answer(*busy, post_event(Format::alb), options), InvocationError);
    options.error_statuses = {{500, 502}};
    BOOST_TEST(answer(*busy, R"({"any":"event"})", options) == "null");
}

BOOST_AUTO_TEST_CASE(a_result_that_is_too_large_fails_the_invocation) {
    const HandlerPtr large =
        to_handler([](Request&) { return text('"' + std::string(6'300'000, 'x') + '"'); });
    BOOST_CHECK_EXCEPTION(answer(*large, R"({"any":"event"})"), InvocationError,
                          [](const InvocationError& e) { return e.status() == 413; });
}

BOOST_AUTO_TEST_CASE(a_warm_up_ping_reaches_the_handler_unless_asked) {
    const std::string bref = R"({"warmer":true})";
    const std::string plugin = R"({"source":"serverless-plugin-warmup"})";
    const HandlerPtr result = to_handler([](Request&) { return text("1"); });
    BOOST_TEST(answer(*result, bref) == "1");
    AnswerOptions options;
    options.answer_warmers = true;
    BOOST_TEST(answer(*result, bref, options) == R"(["Lambda is warm"])");
    BOOST_TEST(answer(*result, plugin, options) == "{}");
    BOOST_TEST(answer(*result, R"({"warmer":true,"n":1e9999})", options) ==
               R"(["Lambda is warm"])");
}

BOOST_AUTO_TEST_CASE(how_long_a_ping_is_held_back_is_the_doors_to_decide) {
    const HandlerPtr result = to_handler([](Request&) { return text("1"); });
    AnswerOptions options;
    options.answer_warmers = true;
    const Answer ping = answer_event(*result, R"({"warmer":true})", options);
    BOOST_TEST((ping.delay == warmer_delay));
    for (auto other : {R"({"source":"serverless-plugin-warmup"})", R"({"any":"event"})"})
        BOOST_TEST((answer_event(*result, other, options).delay == std::chrono::milliseconds(0)));
}

BOOST_AUTO_TEST_CASE(the_door_prepares_each_request_and_settles_after_delivery) {
    std::string order;
    Counter counter;
    AnswerOptions options;
    options.prepare = [&](Request& request) {
        request.context.reporter = &counter;
        request.context.request_id = "id-1";
    };
    const HandlerPtr deferring = to_handler([&](Request& request) {
        request.context.wait_until([&order, &request] { order += request.context.request_id; });
        return text("x");
    });
    {
        Answer pending = answer_event(*deferring, post_event(Format::http), options);
        BOOST_TEST(decode_reply(pending.reply).body == "x");
        BOOST_TEST(order == "");
        BOOST_TEST(counter.ended_count == 0);
        pending.settle();
        BOOST_TEST(order == "id-1");
        pending.settle();
    }
    BOOST_TEST(counter.began_count == 1);
    BOOST_TEST(counter.ended_count == 1);
}

BOOST_AUTO_TEST_SUITE_END()
