// Responses that go to Lambda while they are made.
#include <semaphore>
#include <string>

#include <boost/test/unit_test.hpp>

#include "support/lambda_function.h"
#include <turngate/http/encoding.h>

using namespace turngate;
using namespace std::chrono_literals;
using namespace std::string_literals;
using test::FakeRuntimeApi;
using test::http_event;
using test::LambdaFunction;
using test::RuntimeCall;

namespace {

void function(Request& request, ResponseWriter& response) {
    const std::string& path = request.url.path;
    response.header("Content-Type", "text/plain").header("X-Multi", "a");
    response.headers().add("Set-Cookie", "a=1");
    response.headers().add("Set-Cookie", "b=2");
    if (path == "/fails") {
        response.status(503).write("not now");
        response.flush();
        return response.write(", later");
    }
    if (path == "/empty") return;
    if (path == "/throw") throw std::runtime_error("out of luck");
    if (path == "/large-head") response.header("X-Large", std::string(20'000, 'x'));
    response.write("one");
    if (path == "/large-head") return response.flush();
    if (path == "/small") return;
    response.flush();
    if (path == "/break") throw std::runtime_error("out of luck");
    if (path == "/until-late") {
        while (!request.context.cancelled())
            std::this_thread::yield();
        response.write("two");
        response.flush();
    }
    response.write("two");
    if (path == "/much") response.write(std::string(20u << 20, 'x'));
}

const LambdaOptions streams{.streams = true};

const std::string prelude = R"({"statusCode":200,"headers":{"content-type":"text/plain",)"
                            R"("x-multi":"a"},"cookies":["a=1","b=2"]})" +
                            std::string(8, '\0');

std::string rest_event(const std::string& path) {
    return R"({"resource":"/","path":")" + path +
           R"(","httpMethod":"GET","headers":{},"requestContext":{"stage":"prod"}})";
}

// A function whose Lambda does to each connection what a test writes down; it is stopped in the
// end.
class ScriptedLambda {
  public:
    template <class F>
    ScriptedLambda(test::FakeUpstream::Script script, F handler) : server_(std::move(script)) {
        LambdaOptions options = streams;
        options.runtime_api = "127.0.0.1:" + std::to_string(server_.port());
        options.wants_sigterm = false;
        options.drain_timeout = 10ms;
        door_ = lambda_door(std::move(options));
        thread_ = std::jthread([this, h = to_handler(std::move(handler))] { door_->serve(h); });
    }
    ScriptedLambda(const ScriptedLambda&) = delete;
    ScriptedLambda& operator=(const ScriptedLambda&) = delete;
    ~ScriptedLambda() { stop(); }

    void stop() {
        door_->stop();
        if (thread_.joinable()) thread_.join();
    }

  private:
    test::FakeUpstream server_;
    std::unique_ptr<LambdaDoor> door_;
    std::jthread thread_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(lambda_streams)

BOOST_AUTO_TEST_CASE(a_response_is_chunks_behind_a_prelude) {
    LambdaFunction lambda(function, streams);

    const RuntimeCall call = lambda.answer(http_event("GET", "/"));

    BOOST_TEST(call.target() == "/2018-06-01/runtime/invocation/id-1/response");
    BOOST_TEST(call.field("Lambda-Runtime-Function-Response-Mode") == "streaming");
    BOOST_TEST(call.field("Content-Type") == "application/vnd.awslambda.http-integration-response");
    BOOST_TEST(call.field("Trailer") ==
               "Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body");
    BOOST_TEST(call.field("Transfer-Encoding") == "chunked");
    BOOST_TEST((call.chunks() == std::vector<std::string>{prelude + "one", "two", "\r\n"}));
}

BOOST_AUTO_TEST_CASE(without_a_flush_it_is_one_chunk) {
    LambdaFunction lambda(function, streams);

    BOOST_TEST((lambda.answer(http_event("GET", "/small")).chunks() ==
                std::vector<std::string>{prelude + "one", "\r\n"}));
    BOOST_TEST((lambda.answer(http_event("GET", "/empty")).chunks() ==
                std::vector<std::string>{prelude, "\r\n"}));
}

BOOST_AUTO_TEST_CASE(a_rest_api_gets_its_fields_as_lists) {
    LambdaFunction lambda(function, streams);

    const auto chunks = lambda.answer(rest_event("/small")).chunks();

    BOOST_TEST(chunks.at(0) ==
               R"({"statusCode":200,"multiValueHeaders":{"Content-Type":["text/plain"],)"
               R"("X-Multi":["a"],"Set-Cookie":["a=1","b=2"],"Content-Length":["3"]}})" +
                   std::string(8, '\0') + "one");
}

BOOST_AUTO_TEST_CASE(each_flush_is_delivered_at_once) {
    std::binary_semaphore received{0}, over{0};
    ScriptedLambda lambda(
        [&](test::FakePeer& peer) {
            peer.read_request();
            peer.write(FakeRuntimeApi::event_reply({"id-1", http_event("GET", "/")}));
            peer.read_until("one\r\n");
            received.release();
            peer.read_until("two\r\n0\r\n\r\n");
            peer.write(FakeRuntimeApi::reply("202 Accepted"));
            over.release();
            peer.wait_for_end();
        },
        [&](Request&, ResponseWriter& response) {
            response.write("one");
            response.flush();
            received.acquire();  // or this waits for ever
            response.write("two");
        });
    over.acquire();
}

BOOST_AUTO_TEST_CASE(what_fails_before_anything_is_sent_fails_the_invocation) {
    LambdaFunction lambda(function, streams);

    const RuntimeCall call = lambda.answer(http_event("GET", "/throw"));

    BOOST_TEST(call.target() == "/2018-06-01/runtime/invocation/id-1/error");
    BOOST_TEST(call.field("Lambda-Runtime-Function-Error-Type") == "Function.Unhandled");
}

BOOST_AUTO_TEST_CASE(what_fails_in_the_middle_is_told_in_the_trailers) {
    LambdaFunction lambda(function, streams);

    const auto chunks = lambda.answer(http_event("GET", "/break")).chunks();

    BOOST_TEST((chunks ==
                std::vector<std::string>{
                    prelude + "one",
                    "Lambda-Runtime-Function-Error-Type: Function.Unhandled\r\n"
                    "Lambda-Runtime-Function-Error-Body: " +
                        base64_encode(
                            R"({"errorMessage":"out of luck","errorType":"std::runtime_error"})") +
                        "\r\n\r\n"}));
    BOOST_TEST((lambda.answer(http_event("GET", "/small")).chunks().size() == 2u));
}

BOOST_AUTO_TEST_CASE(who_is_late_in_the_middle_is_ended_there) {
    LambdaFunction lambda(function, streams);

    const auto chunks = lambda.answer(http_event("GET", "/until-late"), 40ms).chunks();

    BOOST_TEST(chunks.at(0) == prelude + "one");
    BOOST_TEST(chunks.back().starts_with("Lambda-Runtime-Function-Error-Type: Function.Timeout"));
}

BOOST_AUTO_TEST_CASE(a_head_that_is_too_large_becomes_an_answer_that_says_so) {
    LambdaFunction lambda(function, streams);

    const auto chunks = lambda.answer(http_event("GET", "/large-head")).chunks();

    BOOST_TEST(chunks.at(0).starts_with(R"({"statusCode":413,)"));
    BOOST_TEST(chunks.at(0).find("a streamed reply can have at most 16376") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_response_may_be_larger_than_what_lambda_buffers) {
    LambdaFunction lambda(function, streams);

    const auto chunks = lambda.answer(http_event("GET", "/much")).chunks();

    std::size_t size = 0;
    for (const std::string& chunk : chunks)
        size += chunk.size();
    BOOST_TEST(size == prelude.size() + 6 + (20u << 20) + 2);
}

BOOST_AUTO_TEST_CASE(where_nothing_can_stream_the_reply_is_json) {
    LambdaFunction lambda(function, streams);
    const RuntimeCall call =
        lambda.answer(http_event("GET", "/", "abc.execute-api.us-east-1.amazonaws.com"));
    BOOST_TEST(call.field("Lambda-Runtime-Function-Response-Mode") == "none");
    BOOST_TEST(call.body().starts_with(R"({"statusCode":200,)"));
    BOOST_TEST(lambda.answer("{}").body() == "null");
}

BOOST_AUTO_TEST_CASE(a_status_that_fails_the_invocation_is_not_streamed) {
    LambdaOptions options = streams;
    options.answer.error_statuses = {{500, 599}};
    LambdaFunction lambda(function, options);
    const RuntimeCall call = lambda.answer(http_event("GET", "/fails"));
    BOOST_TEST(call.target().ends_with("/error"));
    BOOST_TEST(call.body().find(R"({\"statusCode\":503,\"body\":\"not now, later\"})") !=
               std::string::npos);
    BOOST_TEST(lambda.answer(http_event("GET", "/small")).target().ends_with("/response"));
}

BOOST_AUTO_TEST_CASE(the_connection_is_closed_behind_a_stream) {
    LambdaFunction lambda(function, streams);
    lambda.answer(http_event("GET", "/"));
    lambda.answer(http_event("GET", "/"));
    lambda.lambda.wait_for_polls(1);
    BOOST_TEST(lambda.lambda.connections() == 3u);
}

BOOST_AUTO_TEST_CASE(a_handler_hears_that_lambda_takes_no_more) {
    std::binary_semaphore over{0};
    ScriptedLambda lambda(
        [&](test::FakePeer& peer) {
            if (peer.read_request().empty() || peer.number > 1) return;
            peer.write(FakeRuntimeApi::event_reply({"id-1", http_event("GET", "/")}));
            peer.read_until("\r\n\r\n");
            peer.reset();
        },
        [&](Request&, ResponseWriter& response) {
            try {
                for (;;) {
                    response.write(std::string(1000, 'x'));
                    response.flush();
                }
            } catch (const Cancelled&) {
                over.release();
                throw;
            }
        });
    over.acquire();
}

BOOST_AUTO_TEST_CASE(who_takes_nothing_of_a_stream_holds_up_no_end) {
    std::binary_semaphore begun{0}, over{0};
    ScriptedLambda lambda(
        [&](test::FakePeer& peer) {
            if (peer.read_request().empty() || peer.number > 1) return;
            peer.write(FakeRuntimeApi::event_reply({"id-1", http_event("GET", "/")}));
            peer.read_until("\r\n\r\n");
            begun.release();
            over.acquire();
        },
        [](Request&, ResponseWriter& response) {
            response.write(std::string(64u << 20, 'x'));  // more than sockets hold
            response.flush();
        });
    begun.acquire();
    lambda.stop();
    over.release();
}

// Nothing of the next event may become a part of the stream.
BOOST_AUTO_TEST_CASE(behind_an_answer_before_the_end_the_next_event_is_served) {
    std::binary_semaphore served{0}, comes_again{0};
    ScriptedLambda lambda(
        [&](test::FakePeer& peer) {
            if (peer.read_request().empty()) return;
            if (peer.number == 1) {
                peer.write(FakeRuntimeApi::event_reply({"id-1", http_event("GET", "/")}));
                peer.read_until("\r\n\r\n");
                peer.write("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\n{}");
                comes_again.acquire();
            } else if (peer.number == 2) {
                comes_again.release();
                peer.write(FakeRuntimeApi::event_reply({"id-2", http_event("GET", "/next")}));
                peer.read_until("\r\n\r\n");
                peer.write("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n");
                served.release();
            }
            peer.wait_for_end();
        },
        [&](Request& request, ResponseWriter& response) {
            while (request.url.path == "/") {
                response.write(std::string(100'000, 'x'));
                response.flush();
            }
        });
    served.acquire();
}

BOOST_AUTO_TEST_SUITE_END()
