// The client of the Runtime API, against peers that fail in every way.
#include "lambda/runtime_api.h"

#include <atomic>
#include <future>
#include <semaphore>
#include <string>

#include <boost/test/unit_test.hpp>

#include "support/fake_runtime_api.h"

using namespace turngate;
using test::FakePeer;
using test::FakeRuntimeApi;
using test::FakeUpstream;

namespace {

const std::string event = FakeRuntimeApi::event_reply({"id-1", "{}"});
const std::string taken = FakeRuntimeApi::reply("202 Accepted", "{\"status\":\"OK\"}");

std::string address(const FakeUpstream& server) {
    return "127.0.0.1:" + std::to_string(server.port());
}

// What came of next() and, if that was an event, of answering it: "id-1 taken".
std::string one_invocation(const FakeUpstream& server) {
    RuntimeApi api(address(server), {}, {.first_pause = std::chrono::milliseconds(1)});
    try {
        const auto invocation = api.next();
        if (!invocation) return "stopped";
        const Delivery delivery = api.respond(invocation->context.request_id, "\"done\"");
        return invocation->context.request_id + ' ' + (delivery.taken ? "taken" : delivery.problem);
    } catch (const RuntimeFailure& e) {
        return std::string("failed: ") + e.what();
    }
}

// The same where the answer to the POST is `bytes`.
std::string answered_with(const std::string& bytes) {
    FakeUpstream server([&](FakePeer& peer) {
        if (peer.read_request().empty()) return;
        peer.write(event);
        peer.read_request();
        peer.write(bytes);
        peer.wait_for_end();
    });
    return one_invocation(server);
}

// What comes of the end of a stream whose function has no time left, at a peer that does not answer
// it, or does not even read it; and whether there is an event on another connection then.
std::string ended_late(bool is_read, std::string_view bytes) {
    std::stop_source over;
    std::binary_semaphore comes_again{0};
    FakeUpstream server([&](FakePeer& peer) {
        if (peer.number > 1) {
            comes_again.release();
            peer.read_request();
            peer.write(event);
            return;
        }
        peer.read_until("begin\r\n");
        if (is_read) peer.read_until("0\r\n\r\n");
        if (!comes_again.try_acquire_for(std::chrono::seconds(20))) peer.write(taken);
    });
    RuntimeApi api(address(server), {}, {.stream_end = std::chrono::milliseconds(0)});
    api.begin_stream("id-1", "begin", over.get_token());
    over.request_stop();
    const Delivery delivery = api.end_stream(bytes, nullptr, over.get_token());
    return (api.next() ? "event; " : "none; ") + delivery.problem;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(runtime_api)

BOOST_AUTO_TEST_CASE(an_exchange_is_two_requests_on_one_connection) {
    std::string asked, answered;
    FakeUpstream server([&](FakePeer& peer) {
        asked = peer.read_request();
        peer.write(event);
        answered = peer.read_request();
        peer.write(taken);
        peer.wait_for_end();
    });

    BOOST_TEST(one_invocation(server) == "id-1 taken");

    BOOST_TEST(asked.starts_with("GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: " +
                                 address(server) + "\r\nUser-Agent: aws-lambda-cpp/"));
    BOOST_TEST(asked.find("Content-Length") == std::string::npos);
    BOOST_TEST(answered.starts_with("POST /2018-06-01/runtime/invocation/id-1/response HTTP/1.1"));
    BOOST_TEST(answered.ends_with("Content-Length: 6\r\n\r\n\"done\""));
    BOOST_TEST(server.connections() == 1u);
}

BOOST_AUTO_TEST_CASE(all_that_lambda_says_of_an_invocation_is_kept) {
    RuntimeReply reply{.status = 200};
    reply.headers = {{"lambda-runtime-aws-request-id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd"},
                     {"Lambda-Runtime-Deadline-Ms", "1542409706888"},
                     {"Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-2:1:f:x"},
                     {"Lambda-Runtime-Trace-Id", "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700"},
                     {"Lambda-Runtime-Client-Context", R"({"client":{}})"},
                     {"Lambda-Runtime-Cognito-Identity", R"({"cognitoIdentityId":"i"})"},
                     {"Lambda-Runtime-Aws-Tenant-Id", "blue"}};

    const events::LambdaContext context = LambdaInvocation::of(std::move(reply)).context;

    BOOST_TEST(context.request_id == "8476a536-e9f4-11e8-9739-2dfe598c3fcd");
    BOOST_TEST(context.deadline.time_since_epoch() / std::chrono::milliseconds(1) == 1542409706888);
    BOOST_TEST(context.function_arn == "arn:aws:lambda:us-east-2:1:f:x");
    BOOST_TEST(context.trace_id == "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700");
    BOOST_TEST(context.client_context == R"({"client":{}})");
    BOOST_TEST(context.cognito_identity == R"({"cognitoIdentityId":"i"})");
    BOOST_TEST(context.tenant_id == "blue");
}

BOOST_AUTO_TEST_CASE(a_request_id_that_would_break_a_request_is_refused) {
    for (const char* id : {"", "a b", "../next", "a/b", "x\x7f"})
        BOOST_CHECK_THROW(LambdaInvocation::of(
                              {.status = 200, .headers = {{"Lambda-Runtime-Aws-Request-Id", id}}}),
                          ProtocolError);
}

BOOST_AUTO_TEST_CASE(a_deadline_that_is_no_time_is_none) {
    for (const char* time : {"", "soon", "-1"})
        BOOST_TEST((LambdaInvocation::of({.status = 200,
                                          .headers = {{"Lambda-Runtime-Aws-Request-Id", "a"},
                                                      {"Lambda-Runtime-Deadline-Ms", time}}})
                        .context.deadline == std::chrono::system_clock::time_point()));
    BOOST_CHECK_NO_THROW(
        LambdaInvocation::of({.status = 200,
                              .headers = {{"Lambda-Runtime-Aws-Request-Id", "a"},
                                          {"Lambda-Runtime-Deadline-Ms", "9999999999999999999"}}}));
}

BOOST_AUTO_TEST_CASE(a_connection_that_died_in_the_freezer_is_made_anew) {
    std::string first, second;
    FakeUpstream server([&](FakePeer& peer) {
        std::string& asked = peer.number == 1 ? first : second;
        asked = peer.read_request();
        if (peer.number == 1) return peer.reset();
        peer.write(event);
        peer.read_request();
        peer.write(taken);
        peer.wait_for_end();
    });

    BOOST_TEST(one_invocation(server) == "id-1 taken");

    BOOST_TEST(first == second);
    BOOST_TEST(server.connections() == 2u);
}

BOOST_AUTO_TEST_CASE(an_answer_whose_connection_broke_is_sent_once_more) {
    std::atomic<int> answers = 0;
    FakeUpstream server([&](FakePeer& peer) {
        if (peer.number == 1) {
            peer.read_request();
            peer.write(event);
        }
        peer.read_request();
        ++answers;
        if (peer.number == 1) return peer.reset();
        peer.write(taken);
        peer.wait_for_end();
    });

    BOOST_TEST(one_invocation(server) == "id-1 taken");

    BOOST_TEST(answers == 2);
}

BOOST_AUTO_TEST_CASE(what_was_done_twice_and_is_refused_the_second_time_has_been_taken) {
    FakeUpstream server([&](FakePeer& peer) {
        if (peer.number == 1) {
            peer.read_request();
            peer.write(event);
        }
        peer.read_request();
        if (peer.number == 1) return;
        peer.write(FakeRuntimeApi::reply("403 Forbidden", "{}"));
        peer.wait_for_end();
    });

    BOOST_TEST(one_invocation(server) == "id-1 taken");
}

BOOST_AUTO_TEST_CASE(what_lambda_does_not_take_is_told_and_not_repeated) {
    BOOST_TEST(answered_with(FakeRuntimeApi::reply("403 Forbidden")) ==
               "id-1 the Runtime API answered with status 403: the invocation is over, or has been "
               "answered");
    BOOST_TEST(answered_with(FakeRuntimeApi::reply("400 Bad Request")) ==
               "id-1 the Runtime API answered with status 400: the invocation is over, or has been "
               "answered");
    BOOST_TEST(answered_with(FakeRuntimeApi::reply("413 Too Large")) ==
               "id-1 the Runtime API answered with status 413: the result is too large");
    BOOST_TEST(answered_with(FakeRuntimeApi::reply("410 Gone")) ==
               "id-1 the Runtime API answered with status 410: the invocation has timed out");
    BOOST_TEST(answered_with(FakeRuntimeApi::reply("404 Not Found")) ==
               "id-1 the Runtime API answered with status 404");
}

BOOST_AUTO_TEST_CASE(an_answer_with_500_is_the_end) {
    BOOST_TEST(answered_with(FakeRuntimeApi::reply("500 Internal Server Error")) ==
               "failed: the Runtime API answered with status 500, which is past recovery");
    FakeUpstream server([&](FakePeer& peer) {
        peer.read_request();
        peer.write(FakeRuntimeApi::reply("503 Service Unavailable"));
        peer.wait_for_end();
    });
    BOOST_TEST(one_invocation(server) ==
               "failed: the Runtime API answered with status 503, which is past recovery");
}

BOOST_AUTO_TEST_CASE(half_an_answer_is_not_repeated) {
    FakeUpstream server([&](FakePeer& peer) {
        peer.read_request();
        peer.write(event);
        peer.read_request();
        peer.write("HTTP/1.1 202 Acc");
    });
    BOOST_TEST(one_invocation(server) ==
               "id-1 the Runtime API's reply cannot be read: the connection ended before the end "
               "of its head");
    BOOST_TEST(server.connections() == 1u);
}

BOOST_AUTO_TEST_CASE(a_reply_may_come_byte_by_byte) {
    FakeUpstream server([&](FakePeer& peer) {
        peer.read_request();
        for (const char c : event)
            peer.write({&c, 1});
        peer.read_request();
        for (const char c : taken)
            peer.write({&c, 1});
        peer.wait_for_end();
    });
    BOOST_TEST(one_invocation(server) == "id-1 taken");
}

BOOST_AUTO_TEST_CASE(a_no_from_next_is_asked_again_and_in_the_end_believed) {
    std::atomic<int> asked = 0;
    FakeUpstream server([&](FakePeer& peer) {
        while (!peer.read_request().empty()) {
            ++asked;
            peer.write(FakeRuntimeApi::reply("403 Forbidden"));
        }
    });
    BOOST_TEST(one_invocation(server) ==
               "failed: the Runtime API answered with status 403 when asked for an event");
    BOOST_TEST(asked == RuntimeApi::attempts);
}

BOOST_AUTO_TEST_CASE(garbage_is_asked_again_on_a_new_connection) {
    FakeUpstream server([&](FakePeer& peer) {
        peer.read_request();
        if (peer.number == 1) {
            peer.write("SSH-2.0-OpenSSH_9.2\r\n");
        } else {
            peer.write(event);
            peer.read_request();
            peer.write(taken);
        }
        peer.wait_for_end();
    });
    BOOST_TEST(one_invocation(server) == "id-1 taken");
}

BOOST_AUTO_TEST_CASE(a_413_that_comes_before_all_is_sent_ends_the_sending) {
    FakeUpstream server([&](FakePeer& peer) {
        peer.read_request();
        peer.write(event);
        peer.read_until("\r\n\r\n");
        peer.write(FakeRuntimeApi::reply("413 Too Large"));
        peer.wait_for_end();
    });
    RuntimeApi api(address(server), {});
    const auto invocation = api.next();
    BOOST_TEST_REQUIRE(invocation.has_value());

    const Delivery delivery = api.respond("id-1", std::string(32u << 20, 'x'));

    BOOST_TEST(delivery.problem ==
               "the Runtime API answered with status 413: the result is too large");
}

BOOST_AUTO_TEST_CASE(the_end_of_a_stream_is_waited_for_only_in_the_time_of_the_function) {
    BOOST_TEST(ended_late(true, "end") ==
               "event; the end of the stream: the Runtime API did not answer, and the function's "
               "time is over");
    BOOST_TEST(ended_late(false, std::string(64u << 20, 'x')) ==
               "event; the end of the stream: the Runtime API did not take all of it, and the "
               "function's time is over");
}

BOOST_AUTO_TEST_CASE(the_end_of_a_stream_may_be_answered_behind_the_time_of_the_function) {
    std::stop_source over;
    FakeUpstream server([&](FakePeer& peer) {
        peer.read_until("0\r\n\r\n");
        peer.write(taken);
        peer.wait_for_end();
    });
    RuntimeApi api(address(server), {}, {.stream_end = std::chrono::hours(1)});
    api.begin_stream("id-1", "begin", over.get_token());
    over.request_stop();
    BOOST_TEST(api.end_stream("end", nullptr, over.get_token()).taken);
}

BOOST_AUTO_TEST_CASE(stop_ends_the_wait_for_an_event) {
    std::stop_source stop;
    std::promise<void> asked;
    FakeUpstream server([&](FakePeer& peer) {
        peer.read_request();
        asked.set_value();
        peer.wait_for_end();
    });
    RuntimeApi api(address(server), stop.get_token());
    auto next = std::async(std::launch::async, [&] { return api.next().has_value(); });
    asked.get_future().wait();

    stop.request_stop();

    BOOST_TEST(next.get() == false);
}

BOOST_AUTO_TEST_CASE(an_address_is_a_host_and_a_port) {
    BOOST_TEST(runtime_address("127.0.0.1:9001").port == 9001);
    BOOST_TEST(runtime_address("localhost:9001").host == "localhost");
    for (const char* wrong : {"", "http://127.0.0.1:9001", "127.0.0.1:0", "127.0.0.1:x", "a b:1"})
        BOOST_CHECK_THROW(runtime_address(wrong), Error);
}

BOOST_AUTO_TEST_CASE(where_nobody_listens_is_told_after_some_attempts) {
    std::string nobody;
    {
        const FakeUpstream gone([](FakePeer&) {});
        nobody = address(gone);
    }
    RuntimeApi api(nobody, {}, {.first_pause = std::chrono::milliseconds(1)});
    BOOST_CHECK_EXCEPTION(api.next(), RuntimeFailure, [&](const RuntimeFailure& e) {
        return std::string(e.what()) == "cannot connect to " + nobody + ": Connection refused";
    });
}

BOOST_AUTO_TEST_CASE(a_runtime_api_that_was_there_is_waited_for) {
    std::atomic<int> asked = 0;
    FakeUpstream server([&](FakePeer& peer) {
        while (!peer.read_request().empty()) {
            const int count = ++asked;
            if (count % 2 == 0) return peer.reset();
            const bool has_event = count == 1 || count > 4 * RuntimeApi::attempts;
            peer.write(has_event ? event : FakeRuntimeApi::reply("429 Too Many Requests"));
        }
    });
    RuntimeApi api(address(server), {}, {.first_pause = std::chrono::milliseconds(1)});
    BOOST_TEST(api.next().has_value());
    BOOST_TEST(api.next().has_value());
    BOOST_TEST(asked > 4 * RuntimeApi::attempts);
}

BOOST_AUTO_TEST_CASE(errors_go_out_with_their_category_and_what_x_ray_shows) {
    FakeRuntimeApi server;
    RuntimeApi api(server.address(), {});

    api.fail("id-1", {"Function.Unhandled", "std::runtime_error", "out of luck"});

    const test::RuntimeCall call = server.take();
    BOOST_TEST(call.target() == "/2018-06-01/runtime/invocation/id-1/error");
    BOOST_TEST(call.field("Content-Type") == "application/json");
    BOOST_TEST(call.field("Lambda-Runtime-Function-Error-Type") == "Function.Unhandled");
    BOOST_TEST(call.field("Lambda-Runtime-Function-XRay-Error-Cause") ==
               R"({"working_directory":"/var/task","exceptions":[{"type":"std::runtime_error",)"
               R"("message":"out of luck","stack":[]}],"paths":[]})");
    BOOST_TEST(call.body() == R"({"errorMessage":"out of luck","errorType":"std::runtime_error"})");

    api.fail("id-2", {"Function.Unhandled", "std::runtime_error", std::string(5000, 'x')});

    BOOST_TEST(server.take().field("Lambda-Runtime-Function-XRay-Error-Cause") == "none");
}

BOOST_AUTO_TEST_CASE(a_failed_start_is_told_where_that_belongs) {
    FakeRuntimeApi server;
    RuntimeApi api(server.address(), {});

    api.fail_init({"Runtime.InitError", "Runtime.InitError", "no such file"});
    api.fail_restore({"Runtime.AfterRestoreError", "turngate::Error", "no such host"});

    BOOST_TEST(server.take().target() == "/2018-06-01/runtime/init/error");
    BOOST_TEST(server.take().target() == "/2018-06-01/runtime/restore/error");
}

BOOST_AUTO_TEST_CASE(an_extension_without_events_is_registered_and_asks_for_one) {
    std::promise<std::string> registered, asked;
    FakeUpstream server([&](FakePeer& peer) {
        registered.set_value(peer.read_request());
        peer.write(
            "HTTP/1.1 200 OK\r\nLambda-Extension-Identifier: e-1\r\nContent-Length: 2"
            "\r\n\r\n{}");
        asked.set_value(peer.read_request());
        peer.wait_for_end();
    });

    const os::Fd kept = RuntimeApi(address(server), {}).register_extension("turngate");

    const std::string first = registered.get_future().get();
    BOOST_TEST(first.starts_with("POST /2020-01-01/extension/register HTTP/1.1\r\n"));
    BOOST_TEST(first.find("\r\nLambda-Extension-Name: turngate\r\n") != std::string::npos);
    BOOST_TEST(first.ends_with("\r\n\r\n{\"events\":[]}"));
    const std::string second = asked.get_future().get();
    BOOST_TEST(second.starts_with("GET /2020-01-01/extension/event/next HTTP/1.1\r\n"));
    BOOST_TEST(second.find("\r\nLambda-Extension-Identifier: e-1\r\n") != std::string::npos);
    BOOST_TEST(kept.get() >= 0);
}

BOOST_AUTO_TEST_CASE(where_there_are_no_extensions_there_is_none) {
    FakeRuntimeApi server;
    server.answer = [](const test::RuntimeCall&) { return FakeRuntimeApi::reply("404 Not Found"); };
    BOOST_TEST(RuntimeApi(server.address(), {}).register_extension("turngate").get() == -1);
}

BOOST_AUTO_TEST_SUITE_END()
