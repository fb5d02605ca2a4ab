// The Lambda door: events in, results and errors out.
#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <latch>
#include <mutex>
#include <semaphore>
#include <set>
#include <string>

#include <boost/test/unit_test.hpp>

#include "support/lambda_function.h"
#include <turngate/doors/lambda.h>
#include <turngate/events/lambda_context.h>
#include <turngate/json/json.h>

using namespace turngate;
using namespace std::chrono_literals;
using test::FakeRuntimeApi;
using test::http_event;
using test::LambdaFunction;
using test::RuntimeCall;

namespace {

// Does what the path says; events that are no HTTP requests come to /events.
Response function(Request& request) {
    const std::string& path = request.url.path;
    if (path == "/throw") throw std::runtime_error("out of luck");
    if (path == "/refuse") throw HttpError(422, "no name");
    if (path == "/gateway") throw HttpError(504, "the upstream was late");
    if (path == "/large") return text(std::string(7'000'000, 'x'));
    if (path == "/until-late") {
        while (!request.context.cancelled())
            std::this_thread::yield();
        request.context.check();
    }
    if (path == "/not-found") return text("nothing\n", 404);
    if (path == "/events") {
        const std::string event = request.body.text();
        if (event == R"({"do":"throw"})") throw std::runtime_error("out of luck");
        if (event == R"({"do":"large"})") return json(std::string(7'000'000, 'x'));
        if (event == R"({"do":"404"})") return text("nothing\n", 404);
        return json(Json::object({{"event", Json::parse(event)}}));
    }
    return text("hello " + request.method + ' ' + path + '\n');
}

const std::string invocation = "/2018-06-01/runtime/invocation/";

std::string member(const RuntimeCall& call, const char* name) {
    const Json body = Json::parse(call.body());
    const std::string* text = body[name].string();
    return text ? *text : body[name].dump();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lambda_door_test)

BOOST_AUTO_TEST_CASE(an_http_event_is_answered_in_its_own_shape) {
    LambdaFunction lambda(function);

    const RuntimeCall call = lambda.answer(http_event("GET", "/x"));

    BOOST_TEST(call.target() == invocation + "id-1/response");
    BOOST_TEST(call.field("Content-Type") == "application/json");
    BOOST_TEST(member(call, "statusCode") == "200");
    BOOST_TEST(member(call, "body") == "hello GET /x\n");
}

BOOST_AUTO_TEST_CASE(another_event_is_a_post_whose_body_is_the_result) {
    LambdaFunction lambda(function);

    BOOST_TEST(lambda.answer(R"({"id":7})").body() == R"({"event":{"id":7}})");
}

BOOST_AUTO_TEST_CASE(one_connection_serves_them_all) {
    LambdaFunction lambda(function);
    for (int i = 0; i < 20; ++i)
        BOOST_TEST(member(lambda.answer(http_event("GET", "/x")), "statusCode") == "200");
    BOOST_TEST(lambda.lambda.connections() == 1u);
}

BOOST_AUTO_TEST_CASE(what_a_handler_throws_fails_the_invocation_and_no_more) {
    LambdaFunction lambda(function);

    const RuntimeCall call = lambda.answer(http_event("GET", "/throw"));

    BOOST_TEST(call.target() == invocation + "id-1/error");
    BOOST_TEST(call.field("Lambda-Runtime-Function-Error-Type") == "Function.Unhandled");
    BOOST_TEST(call.body() == R"({"errorMessage":"out of luck","errorType":"std::runtime_error"})");
    BOOST_TEST(lambda.answer(R"({"do":"throw"})").target() == invocation + "id-2/error");
    BOOST_TEST(lambda.answer("{}").target() == invocation + "id-3/response");
}

BOOST_AUTO_TEST_CASE(a_refusal_is_an_answer_to_http_and_a_failure_to_others) {
    LambdaFunction lambda(function);

    BOOST_TEST(member(lambda.answer(http_event("GET", "/refuse")), "statusCode") == "422");
    BOOST_TEST(member(lambda.answer(http_event("GET", "/not-found")), "statusCode") == "404");

    const RuntimeCall call = lambda.answer(R"({"do":"404"})");

    BOOST_TEST(call.field("Lambda-Runtime-Function-Error-Type") == "Function.Refused");
    BOOST_TEST(member(call, "errorMessage").starts_with(R"({"statusCode":404,"body":")"));
}

BOOST_AUTO_TEST_CASE(statuses_can_fail_the_invocation) {
    LambdaOptions options;
    options.answer.error_statuses = {{404, 404}};
    LambdaFunction lambda(function, options);
    BOOST_TEST(lambda.answer(http_event("GET", "/not-found")).target() ==
               invocation + "id-1/error");
}

BOOST_AUTO_TEST_CASE(a_result_that_is_too_large_is_not_sent) {
    LambdaFunction lambda(function);

    const RuntimeCall http = lambda.answer(http_event("GET", "/large"));
    const RuntimeCall raw = lambda.answer(R"({"do":"large"})");

    BOOST_TEST(member(http, "statusCode") == "413");
    BOOST_TEST(member(http, "body").find("6291556") != std::string::npos);
    BOOST_TEST(raw.target() == invocation + "id-2/error");
    BOOST_TEST(raw.field("Lambda-Runtime-Function-Error-Type") == "Function.ResponseSizeTooLarge");
}

BOOST_AUTO_TEST_CASE(an_event_that_is_no_json_fails_with_the_reason) {
    LambdaFunction lambda(function);

    const RuntimeCall call = lambda.answer("{oops");

    BOOST_TEST(call.target() == invocation + "id-1/error");
    BOOST_TEST(call.field("Lambda-Runtime-Function-Error-Type") == "Runtime.UnmarshalError");
    BOOST_TEST(lambda.answer("{}").target() == invocation + "id-2/response");
}

BOOST_AUTO_TEST_CASE(who_stops_at_the_deadline_is_answered_with_504_before_lambda_gives_up) {
    LambdaFunction lambda(function);

    const RuntimeCall call = lambda.answer(http_event("GET", "/until-late"), 40ms);

    BOOST_TEST(member(call, "statusCode") == "504");
    BOOST_TEST(member(call, "body") == "the function's time was over before it had answered\n");
    BOOST_TEST(member(lambda.answer(http_event("GET", "/gateway")), "statusCode") == "504");
}

BOOST_AUTO_TEST_CASE(the_deadline_is_lambdas_less_a_margin) {
    LambdaOptions options{.margin = 10s};
    std::optional<std::chrono::milliseconds> left;
    LambdaFunction lambda(
        [&](Request& request) {
            left = request.context.remaining();
            return text("");
        },
        options);

    lambda.answer("{}", 100s);
    BOOST_TEST((left > 80s && left <= 90s));
    lambda.answer("{}", 20s);
    BOOST_TEST((left > 10s && left <= 15s));
}

BOOST_AUTO_TEST_CASE(a_handler_sees_what_lambda_says_of_the_invocation) {
    events::LambdaContext seen;
    std::string id, trace, variable;
    LambdaFunction lambda([&](Request& request) {
        if (const auto* context = request.context.find<events::LambdaContext>()) seen = *context;
        id = request.context.request_id;
        trace = request.headers.get("X-Amzn-Trace-Id");
        variable = std::getenv("_X_AMZN_TRACE_ID");
        return text("");
    });
    lambda.lambda.push({"i-7", "{}", 60s,
                        "Lambda-Runtime-Trace-Id: Root=1-a;Sampled=1\r\n"
                        "Lambda-Runtime-Aws-Tenant-Id: blue\r\n"
                        "Lambda-Runtime-Client-Context: {\"custom\":{}}\r\n"});
    lambda.lambda.take();

    BOOST_TEST(seen.request_id == "i-7");
    BOOST_TEST(id == "i-7");
    BOOST_TEST(seen.tenant_id == "blue");
    BOOST_TEST(seen.client_context == R"({"custom":{}})");
    BOOST_TEST(trace == "Root=1-a;Sampled=1");
    BOOST_TEST(variable == trace);

    lambda.answer("{}");

    BOOST_TEST(variable.empty());
    BOOST_TEST(seen.tenant_id.empty());
}

BOOST_AUTO_TEST_CASE(programs_see_it_in_headers_that_no_client_can_forge) {
    LambdaOptions options{.context_headers = true};
    std::string context, tenant;
    LambdaFunction lambda(
        [&](Request& request) {
            context = request.headers.get("x-amzn-lambda-context");
            tenant = request.headers.get("x-amz-tenant-id", "none");
            return text("");
        },
        options);
    lambda.lambda.push({"i-7", http_event("GET", "/"), 60s,
                        "Lambda-Runtime-Aws-Tenant-Id: blue\r\n"
                        "Lambda-Runtime-Client-Context: {\"custom\":{}}\r\n"
                        "Lambda-Runtime-Cognito-Identity: {oops\r\n"
                        "Lambda-Runtime-Invoked-Function-Arn: arn:f\r\n"});
    lambda.lambda.take();

    const Json seen = Json::parse(context);
    BOOST_TEST(seen["request_id"].string_or("") == "i-7");
    BOOST_TEST(seen["invoked_function_arn"].string_or("") == "arn:f");
    BOOST_TEST(seen["client_context"].dump() == R"({"custom":{}})");
    BOOST_TEST(seen["identity"].dump() == "null");
    BOOST_TEST(tenant == "blue");
    lambda.answer(R"({"version":"2.0","rawPath":"/","headers":{"x-amz-tenant-id":"red"},)"
                  R"("requestContext":{"http":{"method":"GET"}}})");
    BOOST_TEST(tenant == "none");
}

BOOST_AUTO_TEST_CASE(deferred_work_is_done_behind_the_answer_and_before_the_next_event) {
    std::atomic<bool> done = false;
    std::binary_semaphore answered{0};
    LambdaFunction lambda([&](Request& request) {
        if (request.url.path == "/events") return text(done ? "true" : "false");
        request.context.wait_until([&] {
            answered.acquire();
            done = true;
        });
        return text("");
    });

    lambda.answer(http_event("GET", "/"));
    answered.release();

    BOOST_TEST(lambda.answer("{}").body() == "true");
}

BOOST_AUTO_TEST_CASE(an_answer_that_lambda_does_not_take_is_logged) {
    LambdaFunction lambda(function);
    lambda.lambda.answer = [](const RuntimeCall& call) {
        return FakeRuntimeApi::reply(
            call.target().find("id-1") == std::string::npos ? "202 Accepted" : "403 Forbidden");
    };

    lambda.answer("{}");
    lambda.answer("{}");

    BOOST_TEST(lambda.stop() == 0);
    const auto lines = lambda.reporter.lines();
    BOOST_TEST((std::find(lines.begin(), lines.end(),
                          "id-1 error Lambda did not take the answer: the Runtime API answered "
                          "with status 403: the invocation is over, or has been answered") !=
                lines.end()));
}

BOOST_AUTO_TEST_CASE(stop_lets_what_is_at_work_finish) {
    std::binary_semaphore begun{0}, stopped{0};
    LambdaFunction lambda(
        [&](Request&) {
            begun.release();
            stopped.acquire();
            return text("true");
        },
        {.drain_timeout = 60s});
    lambda.lambda.push({"id-1", "{}", 60s});
    begun.acquire();

    lambda.door().stop();
    stopped.release();

    BOOST_TEST(lambda.lambda.take().body() == "true");
    BOOST_TEST(lambda.stop() == 0);
}

BOOST_AUTO_TEST_CASE(past_the_drain_time_it_is_cancelled) {
    LambdaFunction lambda(
        [&](Request& request) {
            std::binary_semaphore cancelled{0};
            const std::stop_callback stop(request.context.stop, [&] { cancelled.release(); });
            cancelled.acquire();
            return text("cancelled");
        },
        {.drain_timeout = 1ms});
    lambda.lambda.push({"id-1", http_event("GET", "/"), 60s});
    while (lambda.reporter.lines().empty())
        std::this_thread::yield();

    lambda.door().stop();

    BOOST_TEST(member(lambda.lambda.take(), "body") == "cancelled");
    BOOST_TEST(lambda.stop() == 0);
}

BOOST_AUTO_TEST_CASE(a_runtime_api_past_recovery_ends_the_door_with_a_status) {
    LambdaFunction lambda(function);
    lambda.lambda.answer = [](const RuntimeCall&) {
        return FakeRuntimeApi::reply("500 Internal Server Error");
    };

    lambda.answer("{}");

    BOOST_TEST(lambda.wait() == 1);
    BOOST_TEST(lambda.reporter.lines().back() ==
               " fatal the Runtime API answered with status 500, which is past recovery");
}

BOOST_AUTO_TEST_CASE(a_start_that_fails_is_told) {
    FakeRuntimeApi lambda;
    const auto door = lambda_door({.runtime_api = lambda.address()});

    door->fail_init("Runtime.InitError", "no such plug-in");

    const RuntimeCall call = lambda.take();
    BOOST_TEST(call.target() == "/2018-06-01/runtime/init/error");
    BOOST_TEST(call.field("Lambda-Runtime-Function-Error-Type") == "Runtime.InitError");
    BOOST_TEST(member(call, "errorMessage") == "no such plug-in");
}

BOOST_AUTO_TEST_CASE(several_workers_ask_and_answer_in_any_order) {
    constexpr int workers = 4;
    std::latch all(workers);
    LambdaFunction lambda(
        [&](Request&) {
            all.arrive_and_wait();
            return text("true");
        },
        {.concurrency = workers});
    lambda.lambda.wait_for_polls(workers);

    std::set<std::string> targets;
    for (int i = 1; i <= workers; ++i)
        lambda.lambda.push({"id-" + std::to_string(i), "{}", 60s});
    for (int i = 0; i < workers; ++i)
        targets.insert(lambda.lambda.take().target());

    BOOST_TEST(targets.size() == static_cast<std::size_t>(workers));
    BOOST_TEST(lambda.stop() == 0);
    BOOST_TEST(lambda.lambda.connections() == static_cast<std::size_t>(workers));
}

BOOST_AUTO_TEST_CASE(two_workers_whose_answers_fail_and_the_others_stay_at_work) {
    LambdaFunction lambda(function, {.concurrency = 4});
    lambda.lambda.wait_for_polls(4);
    lambda.lambda.answer = [](const RuntimeCall& call) {
        return FakeRuntimeApi::reply(call.target().find("bad") == std::string::npos
                                         ? "202 Accepted"
                                         : "500 Internal Server Error");
    };

    for (const char* id : {"bad-1", "bad-2"}) {
        lambda.lambda.push({id, "{}", 60s});
        lambda.lambda.take();
    }

    for (int i = 0; i < 10; ++i)
        BOOST_TEST(lambda.answer("{}").body() == R"({"event":{}})");
    BOOST_TEST(lambda.stop() == 0);
}

BOOST_AUTO_TEST_CASE(a_worker_of_several_asks_for_the_next_event_before_it_cleans_up) {
    std::binary_semaphore asked{0};
    LambdaFunction lambda(
        [&](Request& request) {
            if (request.url.path != "/events") request.context.wait_until([&] { asked.acquire(); });
            return text("true");
        },
        {.concurrency = 2});
    lambda.lambda.wait_for_polls(2);

    lambda.answer(http_event("GET", "/"));
    lambda.lambda.wait_for_polls(2);
    asked.release();

    BOOST_TEST(lambda.answer("{}").body() == "true");
    BOOST_TEST(lambda.stop() == 0);
}

BOOST_AUTO_TEST_CASE(snap_start_waits_for_the_restore_between_its_hooks) {
    std::vector<std::string> seen;
    std::mutex mutex;
    auto note = [&](const std::string& what) {
        const std::lock_guard lock(mutex);
        seen.push_back(what);
    };
    test::FakeUpstream server([&](test::FakePeer& peer) {
        for (;;) {
            const std::string request = peer.read_request();
            if (request.empty()) return;
            note(request.substr(0, request.find(" HTTP/")));
            if (request.find("/invocation/next") != std::string::npos)
                peer.wait_for_end();
            else
                peer.write(FakeRuntimeApi::reply("200 OK", "{}"));
        }
    });
    const auto door = lambda_door({.runtime_api = "127.0.0.1:" + std::to_string(server.port()),
                                   .wants_sigterm = false,
                                   .snap_start = true,
                                   .before_checkpoint_path = "/before",
                                   .after_restore_path = "/after"});
    std::jthread serving([&] {
        door->serve(to_handler([&](Request& request) {
            note("handler " + request.url.path);
            return text("");
        }));
    });
    for (std::size_t size = 0; size < 4; std::this_thread::yield()) {
        const std::lock_guard lock(mutex);
        size = seen.size();
    }
    door->stop();
    serving.join();

    BOOST_TEST((seen == std::vector<std::string>{
                            "handler /before", "GET /2018-06-01/runtime/restore/next",
                            "handler /after", "GET /2018-06-01/runtime/invocation/next"}));
}

BOOST_AUTO_TEST_CASE(a_hook_that_fails_ends_the_start) {
    FakeRuntimeApi lambda;
    const auto door = lambda_door({.runtime_api = lambda.address(),
                                   .wants_sigterm = false,
                                   .snap_start = true,
                                   .before_checkpoint_path = "/before"});

    BOOST_TEST(door->serve(to_handler([](Request&) { return text("no\n", 500); })) == 1);

    const RuntimeCall call = lambda.take();
    BOOST_TEST(call.target() == "/2018-06-01/runtime/init/error");
    BOOST_TEST(member(call, "errorMessage") == "the handler answered /before with status 500");
}

BOOST_AUTO_TEST_SUITE_END()
