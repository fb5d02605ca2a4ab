// The Invoke operation: a service in front of a function.
#include "lambda_api.h"

#include <stdexcept>
#include <string>

#include <boost/test/unit_test.hpp>

#include "observe/access_log.h"
#include "support/recording_reporter.h"
#include <turngate/events/make_event.h>
#include <turngate/http/encoding.h>
#include <turngate/json/json.h>

using namespace turngate;

namespace {

const std::string invocations = "/2015-03-31/functions/f/invocations";

// Echoes an HTTP event; of other events it does what the member "do" says.
Response function(Request& request) {
    if (request.url.path != "/events")
        return text(request.method + ' ' + request.url.target() + ' ' + request.body.text());
    const Json event = Json::parse(request.body.text());
    const std::string what = event["do"].string_or("");
    if (what == "throw") throw std::runtime_error("out of luck");
    if (what == "refuse") throw HttpError(422, "no name");
    if (what == "late") throw Cancelled("the deadline has passed");
    if (what == "large") return json(std::string(7'000'000, 'x'));
    if (what == "log") request.context.log(Level::warn, "looked odd");
    if (what == "print") request.context.print(Stream::out, std::string(10'000, '-') + "end");
    return json(Json::object({{"event", event}}));
}

HandlerPtr api() {
    return lambda_api(to_handler(function),
                      to_handler([](Request& r) { return text("next " + r.url.path); }));
}

Response call(std::string event, Headers headers = {}, const std::string& path = invocations) {
    return record(*api(), Request::make("POST", path, std::move(event), std::move(headers)));
}

std::string field(const Response& response, std::string_view name) {
    return std::string(response.headers.get(name));
}

// What the log and the metrics are told of `event`.
std::string shape_of(std::string event, Headers headers = {}) {
    Request request = Request::make("POST", invocations, std::move(event), std::move(headers));
    Recorder recorder("POST");
    settle(request.context, serve(*api(), request, recorder));
    const EventShape* shape = request.context.find<EventShape>();
    return std::string(shape ? shape->name : "none");
}

std::string error_type(const Response& response) {
    const Json body = Json::parse(response.body);
    return body["errorType"].string_or("");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lambda_invoke_api)

BOOST_AUTO_TEST_CASE(an_event_is_answered_with_what_the_function_returns) {
    const Response r = call(R"({"id": 7})");
    BOOST_TEST(r.status == 200);
    BOOST_TEST(r.body == R"({"event":{"id":7}})");
    BOOST_TEST(field(r, "Content-Type") == "application/json");
    BOOST_TEST(field(r, "X-Amz-Executed-Version") == "$LATEST");
    BOOST_TEST(field(r, "x-amzn-RequestId").size() == 36u);
    BOOST_TEST(!r.headers.contains("X-Amz-Function-Error"));
    BOOST_TEST(!r.headers.contains("X-Amz-Log-Result"));
}

BOOST_AUTO_TEST_CASE(an_event_with_a_shape_is_answered_in_it) {
    const Response r =
        call(R"({"version":"2.0","routeKey":"$default","rawPath":"/a","rawQueryString":"b=1",
        "headers":{"host":"x"},"requestContext":{"stage":"$default","http":{"method":"GET","path":"/a"}},
        "isBase64Encoded":false})");
    const Json reply = Json::parse(r.body);
    BOOST_TEST(reply["statusCode"].integer_or(0) == 200);
    BOOST_TEST(reply["body"].string_or("") == "GET /a?b=1 ");
}

BOOST_AUTO_TEST_CASE(the_log_is_told_which_shape_has_come) {
    Request request = Request::get("/");
    const std::string event = events::make_event(request, events::Format::alb);
    BOOST_TEST(shape_of(event) == "alb");
    BOOST_TEST(shape_of(event, {{"X-Amz-Invocation-Type", "Event"}}) == "alb");
    BOOST_TEST(shape_of(R"({"id": 7})") == "raw");
    BOOST_TEST(shape_of("no json") == "none");
}

BOOST_AUTO_TEST_CASE(every_name_of_a_function_is_known) {
    for (const char* name : {"f", "f:1", "f:$LATEST", "my-function_2", "123456789012:function:f",
                             "arn:aws:lambda:us-east-1:123456789012:function:f:prod",
                             "arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3Af"})
        BOOST_TEST(call("{}", {},
                        "/2015-03-31/functions/" + std::string(name) + "/invocations?Qualifier=1")
                       .status == 200);
}

BOOST_AUTO_TEST_CASE(every_other_path_is_for_the_next_handler) {
    for (const char* path :
         {"/", "/2015-03-31/functions/f", "/2015-03-31/functions//invocations",
          "/2015-03-31/functions/invocations", "/2015-03-31/functions/a/b/invocations",
          "/2015-03-31/functions/f/invocations/"})
        BOOST_TEST(call("{}", {}, path).body == std::string("next ") + path);
}

BOOST_AUTO_TEST_CASE(a_function_is_only_invoked_with_post) {
    const Response r = record(*api(), Request::get(invocations));
    BOOST_TEST(r.status == 405);
    BOOST_TEST(field(r, "Allow") == "POST");
}

BOOST_AUTO_TEST_CASE(no_payload_is_an_empty_object) {
    BOOST_TEST(call("").body == R"({"event":{}})");
}

BOOST_AUTO_TEST_CASE(any_json_is_an_event) {
    const auto echo =
        lambda_api(to_handler([](Request& r) { return text(r.body.text()); }), nullptr);
    for (const char* event : {"[1,2]", "\"text\"", "7", "null", "true"})
        BOOST_TEST(record(*echo, Request::post(invocations, event)).body == event);
}

BOOST_AUTO_TEST_CASE(what_is_no_json_is_refused) {
    const Response r = call("{oops");
    BOOST_TEST(r.status == 400);
    BOOST_TEST(field(r, "x-amzn-ErrorType") == "InvalidRequestContentException");
    const Json body = Json::parse(r.body);
    BOOST_TEST(body["Type"].string_or("") == "User");
    BOOST_TEST(
        body["message"].string_or("").starts_with("Could not parse request body into json: "));
}

BOOST_AUTO_TEST_CASE(a_function_that_throws_has_failed) {
    const Response r = call(R"({"do":"throw"})");
    BOOST_TEST(r.status == 200);
    BOOST_TEST(field(r, "X-Amz-Function-Error") == "Unhandled");
    BOOST_TEST(r.body == R"({"errorMessage":"out of luck","errorType":"std::runtime_error"})");
}

BOOST_AUTO_TEST_CASE(a_refusal_that_no_reply_can_carry_is_a_failure) {
    const Response r = call(R"({"do":"refuse"})");
    BOOST_TEST(field(r, "X-Amz-Function-Error") == "Unhandled");
    BOOST_TEST(r.body.find(R"({\"statusCode\":422,)") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_event_of_a_shape_with_wrong_members_fails_in_the_function) {
    const Response r = call(R"({"version":"2.0","routeKey":"x","rawPath":7,
        "requestContext":{"http":{"method":"GET","path":"/"}}})");
    BOOST_TEST(r.status == 200);
    BOOST_TEST(error_type(r) == "Runtime.UnmarshalError");
}

BOOST_AUTO_TEST_CASE(a_function_past_its_deadline_has_timed_out) {
    Request request = Request::post(invocations, R"({"do":"late"})");
    request.context.deadline = Context::Clock::now();
    const Response r = record(*api(), std::move(request));
    BOOST_TEST(error_type(r) == "Sandbox.Timedout");
}

BOOST_AUTO_TEST_CASE(limits_are_those_of_the_service) {
    const Response request = call('"' + std::string(6'291'456, 'x') + '"');
    BOOST_TEST(request.status == 413);
    BOOST_TEST(field(request, "x-amzn-ErrorType") == "RequestEntityTooLargeException");
    BOOST_TEST(call('"' + std::string(6'291'454, 'x') + '"').status == 200);
    const Response queued =
        call('"' + std::string(1'048'576, 'x') + '"', {{"X-Amz-Invocation-Type", "Event"}});
    BOOST_TEST(queued.status == 413);
    const Response reply = call(R"({"do":"large"})");
    BOOST_TEST(reply.status == 200);
    BOOST_TEST(error_type(reply) == "Function.ResponseSizeTooLarge");
}

BOOST_AUTO_TEST_CASE(a_dry_run_calls_nothing) {
    const Response r = call(R"({"do":"throw"})", {{"X-Amz-Invocation-Type", "DryRun"}});
    BOOST_TEST(r.status == 204);
    BOOST_TEST(r.body == "");
    BOOST_TEST(!r.headers.contains("X-Amz-Function-Error"));
}

BOOST_AUTO_TEST_CASE(a_queued_event_runs_when_it_has_been_accepted) {
    test::RecordingReporter reporter;
    Request request =
        Request::make("POST", invocations, R"({"do":"log"})", {{"X-Amz-Invocation-Type", "Event"}});
    request.context.reporter = &reporter;
    Recorder response("POST");
    const HandlerPtr handler = api();
    const Outcome outcome = serve(*handler, request, response);
    BOOST_TEST(response.response().status == 202);
    BOOST_TEST(response.response().body == "");
    const auto said = [&](std::string_view what) {
        for (const std::string& line : reporter.lines())
            if (line.ends_with(what)) return true;
        return false;
    };
    BOOST_TEST(!said("warn looked odd"));
    settle(request.context, outcome);
    BOOST_TEST(said("warn looked odd"));
}

BOOST_AUTO_TEST_CASE(a_queued_event_that_fails_is_logged) {
    test::RecordingReporter reporter;
    Request request = Request::make("POST", invocations, R"({"do":"throw"})",
                                    {{"X-Amz-Invocation-Type", "Event"}});
    request.context.reporter = &reporter;
    BOOST_TEST(record(*api(), std::move(request)).status == 202);
    bool is_told = false;
    for (const std::string& line : reporter.lines())
        is_told = is_told || line.find("errorMessage") != std::string::npos;
    BOOST_TEST(is_told);
}

BOOST_AUTO_TEST_CASE(the_end_of_the_log_comes_with_the_reply) {
    const Response r = call(R"({"do":"log"})", {{"X-Amz-Log-Type", "Tail"}});
    const std::string log = base64_decode(field(r, "X-Amz-Log-Result")).value_or("");
    BOOST_TEST(log.starts_with("START RequestId: " + field(r, "x-amzn-RequestId")));
    BOOST_TEST(log.find("\nlooked odd\n") != std::string::npos);
    BOOST_TEST(log.find("\nREPORT RequestId: ") != std::string::npos);
    const Response much = call(R"({"do":"print"})", {{"X-Amz-Log-Type", "Tail"}});
    const std::string tail = base64_decode(field(much, "X-Amz-Log-Result")).value_or("");
    BOOST_TEST(tail.size() == 4096u);
    BOOST_TEST(tail.find("-end\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_platform_is_told_of_one_request_only) {
    test::RecordingReporter reporter;
    Request request = Request::post(invocations, "{}");
    request.context.reporter = &reporter;
    request.context.request_id = "outer";
    record(*api(), std::move(request));
    BOOST_TEST(reporter.lines() == (std::vector<std::string>{"outer began", "outer ended 200"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(deferred_tasks_run_behind_the_reply) {
    bool has_run = false;
    const auto handler = lambda_api(to_handler([&](Request& r) {
                                        r.context.wait_until([&has_run] { has_run = true; });
                                        return text("{}");
                                    }),
                                    nullptr);
    Request request = Request::post(invocations, "{}");
    Recorder response("POST");
    const Outcome outcome = serve(*handler, request, response);
    BOOST_TEST(!has_run);
    settle(request.context, outcome);
    BOOST_TEST(has_run);
}

BOOST_AUTO_TEST_CASE(values_the_service_does_not_know_are_refused) {
    BOOST_TEST(call("{}", {{"X-Amz-Invocation-Type", "Later"}}).status == 400);
    BOOST_TEST(call("{}", {{"X-Amz-Log-Type", "Head"}}).status == 400);
}

BOOST_AUTO_TEST_SUITE_END()
