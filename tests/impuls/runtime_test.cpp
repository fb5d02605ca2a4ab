// Invocations through handlers, without a door.
#include "impuls/runtime.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <latch>
#include <memory>
#include <span>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "function_choice.h"
#include "impuls/invoke_reply.h"
#include "observe/trace_context.h"
#include "support/recording_reporter.h"
#include <turngate/events/make_event.h>
#include <turngate/handlers/event_function.h>
#include <turngate/handlers/impuls.h>
#include <turngate/http/environment.h>
#include <turngate/http/serve.h>
#include <turngate/json/json.h>

using namespace turngate;
using namespace std::chrono_literals;

namespace {

struct Manager {
    test::RecordingReporter log;
    impuls::LogsReporter reporter{log, Level::info};
    std::atomic<int> exhausted = 0;
    impuls::Runtime runtime;

    explicit Manager(std::optional<impuls::LogsForm> form = {}, std::size_t most = 16)
        : runtime({.logs = form,
                   .reporter = &reporter,
                   .limits = {.most_late = most, .exhausted = [this] { ++exhausted; }}}) {}

    Response send(const HandlerPtr& handler, Request request) {
        return record(*runtime.serving(handler), std::move(request));
    }
    // What is answered, in JSON, and the status of HTTP.
    std::pair<Json, int> invoke(const HandlerPtr& handler, std::string body) {
        const Response response = send(handler, Request::post("/invoke", std::move(body)));
        BOOST_TEST(response.headers.get("Content-Type") == "application/json");
        return {Json::parse(response.body), response.status};
    }
};

// A member of what is answered.
Json member(const std::pair<Json, int>& answer, std::string_view name) {
    return answer.first[name];
}

// A body of two bytes, which come after that.
class Later final : public BodySource {
  public:
    explicit Later(std::function<void()> first) : first_(std::move(first)) {}

    std::size_t read(std::span<char> into) override {
        if (std::exchange(has_come_, true)) return 0;
        first_();
        std::ranges::copy(std::string_view("{}"), into.begin());
        return 2;
    }

  private:
    const std::function<void()> first_;
    bool has_come_ = false;
};

Request invocation(std::function<void()> first) {
    Request request = Request::make("POST", "/invoke");
    request.body = Body(std::make_unique<Later>(std::move(first)), 2);
    return request;
}

Response answer(Request& request) {
    if (request.url.path == "/hello") return text("hello " + request.query("name") + '\n');
    const Json event = Json::parse(request.body.text());
    const std::string what = event["do"].string_or("");
    if (what == "throw") throw std::runtime_error("out of luck");
    if (what == "throw nothing") throw std::runtime_error("");
    if (what == "refuse") throw HttpError(404, "no such order");
    if (what == "fail") throw HttpError(503, "the database is away");
    if (what == "status") return json(Json::object({{"made", true}}), 201);
    if (what == "text") return text("plain\n");
    if (what == "bytes") return {200, {{"Content-Type", "image/png"}}, "\x89PNG"};
    if (what == "wrong") return {200, {{"Content-Type", "application/json"}}, "{no"};
    if (what == "nothing") return {204, {}, ""};
    if (what == "late") {
        while (Context::Clock::now() < *request.context.deadline)
            std::this_thread::yield();
        return text("late");
    }
    if (what == "log") request.context.log(Level::warn, "looked odd");
    if (what == "until-stopped")
        while (true)
            request.context.check();
    return json(Json::object({{"event", event}}));
}

std::string event(const std::string& what) {
    return R"({"event":{"do":")" + what + R"("}})";
}

HandlerPtr web() {
    return to_handler(answer);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(impuls_runtime)

// While another is served, and while another is read.
BOOST_AUTO_TEST_CASE(an_invocation_too_many_is_refused_before_it_is_read) {
    impuls::Runtime runtime({.limits = {.most = 1}});
    const auto send = [&](const HandlerPtr& handler, Request request) {
        return record(*runtime.serving(handler), std::move(request));
    };
    const HandlerPtr none = event_function([](const Json&, Context&) { return Json("served"); });
    Response refused;
    const auto send_another = [&] {
        refused = send(none, invocation([] { BOOST_ERROR("it is read"); }));
    };
    const HandlerPtr outer = event_function([&](const Json&, Context&) {
        send_another();
        return Json("done");
    });
    for (const bool is_served : {true, false}) {
        refused = {};
        const Response response =
            is_served ? send(outer, invocation([] {})) : send(none, invocation(send_another));
        BOOST_TEST(response.status == 200);
        BOOST_TEST(refused.status == 503);
        BOOST_TEST(refused.headers.get("Retry-After") == "1");
    }
}

BOOST_AUTO_TEST_CASE(a_result_comes_with_its_status_by_both_names) {
    const auto [reply, status] = Manager().invoke(web(), event("status"));
    BOOST_TEST(status == 200);
    BOOST_TEST(reply["statusCode"].integer_or(0) == 201);
    BOOST_TEST(reply["status_code"].integer_or(0) == 201);
    BOOST_TEST(reply["body"].dump() == R"({"made":true})");
    BOOST_TEST(reply["duration_ms"].integer_or(-1) >= 0);
    BOOST_TEST(!reply.find("error"));
    BOOST_TEST(!reply.find("logs"));
}

BOOST_AUTO_TEST_CASE(what_is_no_json_is_a_string) {
    Manager manager;
    const auto body = [&](const char* what) {
        return member(manager.invoke(web(), event(what)), "body").dump();
    };
    BOOST_TEST(body("text") == R"("plain\n")");
    BOOST_TEST(body("bytes") == R"("iVBORw==")");
    BOOST_TEST(body("wrong") == R"("{no")");
    BOOST_TEST(body("nothing") == "null");
}

BOOST_AUTO_TEST_CASE(what_a_handler_throws_is_an_error) {
    Manager manager;
    const auto [reply, status] = manager.invoke(web(), event("throw"));
    BOOST_TEST(status == 500);
    BOOST_TEST(reply["status_code"].integer_or(0) == 500);
    BOOST_TEST(reply["body"].is_null());
    BOOST_TEST(reply["error"].string_or("") == "out of luck");
    BOOST_TEST(reply["stack"].string_or("") == "std::runtime_error: out of luck");
    BOOST_TEST(reply["logs"].string_or("") == "[ERROR] out of luck");

    const Json refused = manager.invoke(web(), event("refuse")).first;
    BOOST_TEST(refused["status_code"].integer_or(0) == 404);
    BOOST_TEST(refused["error"].string_or("") == "no such order");
    const Json silent = manager.invoke(web(), event("throw nothing")).first;
    BOOST_TEST(silent["error"].string_or("") == "std::runtime_error");
    const Json failed = manager.invoke(web(), event("fail")).first;
    BOOST_TEST(failed["status_code"].integer_or(0) == 503);
    BOOST_TEST(failed["error"].string_or("") == "the database is away");
}

BOOST_AUTO_TEST_CASE(an_event_that_is_a_request_is_one_and_is_answered_in_its_shape) {
    Request asked = Request::get("/hello?name=Ada");
    asked.headers.set("Host", "x");
    const std::string alb = events::make_event(asked, events::Format::alb);
    const Json reply = Manager().invoke(web(), "{\"event\":" + alb + '}').first;
    BOOST_TEST(reply["status_code"].integer_or(0) == 200);
    BOOST_TEST(reply["body"]["statusCode"].integer_or(0) == 200);
    BOOST_TEST(reply["body"]["body"].string_or("") == "hello Ada\n");
}

BOOST_AUTO_TEST_CASE(an_event_function_gets_every_event_as_it_is) {
    const HandlerPtr function =
        event_function([](const Json& event, Context&) { return Json(event); });
    Request asked = Request::get("/hello?name=Ada");
    asked.headers.set("Host", "x");
    const std::string alb = events::make_event(asked, events::Format::alb);
    for (const std::string& event : {alb, std::string("null"), std::string("[1,2.5,\"x\"]")})
        BOOST_TEST((member(Manager().invoke(function, "{\"event\":" + event + '}'), "body") ==
                    Json::parse(event)));
}

BOOST_AUTO_TEST_CASE(the_context_tells_of_the_invocation) {
    const HandlerPtr function = event_function([](const Json&, Context& context) {
        const auto* invocation = impuls::invocation(context);
        return Json::object({{"name", invocation->function_name},
                             {"handler", invocation->handler},
                             {"code", invocation->code},
                             {"memory", invocation->memory_mb},
                             {"remaining", context.remaining()->count()},
                             {"id", context.request_id},
                             {"tenant", variable(context, "TENANT").value_or("none")}});
    });
    Manager manager;
    const Json body =
        member(manager.invoke(function,
                              R"({"function_name":"f","handler":"a.b","code":"c","memory_mb":256,)"
                              R"("timeout_sec":60,"env":{"TENANT":"alpha"}})"),
               "body");
    BOOST_TEST(body["name"].string_or("") == "f");
    BOOST_TEST(body["handler"].string_or("") == "a.b");
    BOOST_TEST(body["code"].string_or("") == "c");
    BOOST_TEST(body["memory"].integer_or(0) == 256);
    BOOST_TEST(body["remaining"].integer_or(0) > 0);
    BOOST_TEST(body["remaining"].integer_or(0) <= 60'000);
    BOOST_TEST(body["id"].string_or("").size() == 36u);
    BOOST_TEST(body["tenant"].string_or("") == "alpha");

    const Json next = member(manager.invoke(function, "{}"), "body");
    BOOST_TEST(next["tenant"].string_or("") == "none");
}

BOOST_AUTO_TEST_CASE(a_thousand_invocations_at_once_see_their_own_variables_only) {
    const HandlerPtr function = event_function(
        [](const Json&, Context& context) { return Json(*variable(context, "TENANT")); });
    Manager manager;
    std::atomic<int> wrong = 0;
    std::vector<std::jthread> clients;
    for (int client = 0; client < 10; ++client)
        clients.emplace_back([&, client] {
            for (int i = 0; i < 100; ++i) {
                const std::string tenant = std::to_string(client * 1000 + i);
                const Response response = manager.send(
                    function, Request::post("/invoke", R"({"env":{"TENANT":")" + tenant + "\"}}"));
                if (response.body.find("\"body\":\"" + tenant + '"') == std::string::npos) ++wrong;
            }
        });
    clients.clear();
    BOOST_TEST(wrong == 0);
}

BOOST_AUTO_TEST_CASE(a_function_of_several_is_chosen_by_the_last_part_of_its_name) {
    const HandlerPtr both =
        by_path({{"orders", event_function([](const Json&, Context&) { return Json("orders"); })},
                 {"users", event_function([](const Json&, Context&) { return Json("users"); })}});
    Manager manager;
    BOOST_TEST(member(manager.invoke(both, R"({"handler":"index.users"})"), "body").string_or("") ==
               "users");
    for (const char* name : {"system", "../../../lib/x86_64-linux-gnu/libc.so.6", ""}) {
        const auto [reply, status] =
            manager.invoke(both, std::string(R"({"handler":")") + name + "\"}");
        BOOST_TEST(status == 404);
        BOOST_TEST(reply["error"].string_or("").starts_with("there is no function called \""));
    }
}

BOOST_AUTO_TEST_CASE(a_wrong_body_is_answered_in_the_platforms_form) {
    Manager manager;
    for (const char* body : {"", "no JSON", "[]", R"({"timeout_ms":0})"}) {
        const auto [reply, status] = manager.invoke(web(), body);
        BOOST_TEST(status == 400);
        BOOST_TEST(reply["statusCode"].integer_or(0) == 400);
        BOOST_TEST(!reply["error"].string_or("").empty());
    }
}

BOOST_AUTO_TEST_CASE(an_event_with_the_members_of_a_shape_and_not_their_types_is_refused) {
    const Json reply =
        Manager()
            .invoke(web(), R"({"event":{"version":"2.0","requestContext":{"http":7},"rawPath":8}})")
            .first;
    BOOST_TEST(reply["status_code"].integer_or(0) == 400);
    BOOST_TEST(reply["error"].string_or("").starts_with("the event cannot be read: "));
}

BOOST_AUTO_TEST_CASE(logs_are_lists_for_who_has_asked_for_health) {
    Manager early, late, told(impuls::LogsForm::lists);
    const auto logs = [](Manager& manager) {
        return member(manager.invoke(web(), event("log")), "logs").dump();
    };
    BOOST_TEST(logs(early) == R"("[WARN] looked odd")");
    BOOST_TEST(early.send(web(), Request::get("/health")).status == 200);
    BOOST_TEST(logs(early) == R"("[WARN] looked odd")");

    const Response health = late.send(web(), Request::get("/health"));
    BOOST_TEST(health.body.starts_with(R"({"status":"healthy","runtime":"turngate","version":")"));
    BOOST_TEST(logs(late) == R"({"stdout":["looked odd"],"stderr":[]})");
    BOOST_TEST(logs(told) == R"({"stdout":["looked odd"],"stderr":[]})");
}

BOOST_AUTO_TEST_CASE(only_two_targets_are_there) {
    Manager manager;
    for (const char* target : {"/", "/invoke?x=1", "/invoke/", "//invoke", "/health?", "/Health"}) {
        for (const char* method : {"GET", "POST"}) {
            const Response response = manager.send(web(), Request::make(method, target));
            BOOST_TEST(response.status == 404);
            BOOST_TEST(response.body == R"({"error":"Not found"})");
        }
    }
    BOOST_TEST(manager.send(web(), Request::get("/invoke")).status == 404);
    BOOST_TEST(manager.send(web(), Request::post("/health", "{}")).status == 404);
}

BOOST_AUTO_TEST_CASE(a_handler_that_notices_its_timeout_ends_in_the_platforms_words) {
    Manager manager;
    const auto [reply, status] =
        manager.invoke(web(), R"({"timeout_ms":30,"event":{"do":"until-stopped"}})");
    BOOST_TEST(status == 500);
    BOOST_TEST(reply["error"].string_or("") == "Function execution timed out");
}

BOOST_AUTO_TEST_CASE(a_result_behind_the_deadline_is_none) {
    const auto [reply, status] =
        Manager().invoke(web(), R"({"timeout_ms":1,"event":{"do":"late"}})");
    BOOST_TEST(status == 500);
    BOOST_TEST(reply["error"].string_or("") == "Function execution timed out");
    BOOST_TEST(reply["body"].is_null());
}

BOOST_AUTO_TEST_CASE(a_body_that_is_too_large_is_refused_in_the_platforms_form) {
    impuls::Runtime runtime({.max_body = 100});
    const auto invoke = [&](std::size_t size) {
        return record(*runtime.serving(web()),
                      Request::post("/invoke", "{}" + std::string(size - 2, ' ')));
    };
    BOOST_TEST(invoke(100).status == 200);
    const Response refused = invoke(101);
    BOOST_TEST(refused.status == 413);
    BOOST_TEST(refused.headers.get("Content-Type") == "application/json");
    const Json reply = Json::parse(refused.body);
    BOOST_TEST(reply["status_code"].integer_or(0) == 413);
    BOOST_TEST(reply["error"].string_or("") == "the request body is larger than 100 bytes");
}

BOOST_AUTO_TEST_CASE(more_invocations_than_may_be_are_refused_in_the_platforms_form) {
    impuls::Runtime runtime({.limits = {.most = 1}});
    std::latch begun(1), end(1);
    const HandlerPtr waits = runtime.serving(event_function([&](const Json&, Context&) {
        begun.count_down();
        end.wait();
        return Json("done");
    }));
    const auto invoke = [&] { return record(*waits, Request::post("/invoke", "{}")); };
    Response first;
    std::thread other([&] { first = invoke(); });
    begun.wait();
    const Response refused = invoke();
    end.count_down();
    other.join();

    BOOST_TEST(refused.status == 503);
    BOOST_TEST(refused.headers.get("Retry-After") == "1");
    const Json reply = Json::parse(refused.body);
    BOOST_TEST(reply["status_code"].integer_or(0) == 503);
    BOOST_TEST(first.body.find(R"("body":"done")") != std::string::npos);
    BOOST_TEST(record(*runtime.serving(web()), Request::post("/invoke", "{}")).status == 200);
}

BOOST_AUTO_TEST_CASE(what_the_door_refuses_has_the_platforms_form) {
    const Response refused = impuls::refusal(503, "the server is busy");
    BOOST_TEST(refused.status == 503);
    BOOST_TEST(refused.headers.get("Content-Type") == "application/json");
    const Json reply = Json::parse(refused.body);
    BOOST_TEST(reply["status_code"].integer_or(0) == 503);
    BOOST_TEST(reply["statusCode"].integer_or(0) == 503);
    BOOST_TEST(reply["error"].string_or("") == "the server is busy");
}

BOOST_AUTO_TEST_CASE(the_form_of_logs_is_settled_by_the_first_invocation) {
    Manager manager;
    BOOST_TEST(!manager.runtime.settled_form());
    manager.send(web(), Request::get("/health"));
    BOOST_TEST(!manager.runtime.settled_form());
    manager.invoke(web(), "{}");
    BOOST_TEST((manager.runtime.settled_form() == impuls::LogsForm::lists));
    BOOST_TEST((Manager(impuls::LogsForm::text).runtime.settled_form() == impuls::LogsForm::text));
}

// What the door's observer has found out, and an event's own.
BOOST_AUTO_TEST_CASE(a_trace_goes_on_into_the_event) {
    const std::string outer = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const std::string own = "00-11111111111111111111111111111111-2222222222222222-00";
    const auto traced = [&](std::string event) {
        Request request = Request::post("/invoke", "{\"event\":" + event + '}');
        request.headers.set("traceparent", outer);
        request.context.put(*trace_of(request.headers));
        return request;
    };
    std::string id;
    const HandlerPtr handler = to_handler([&](Request& request) {
        id = request.context.find<TraceContext>()->trace_id;
        return text(request.headers.joined("traceparent"));
    });
    Manager manager;
    const Json raw = Json::parse(manager.send(handler, traced("{}")).body);
    BOOST_TEST(raw["body"].string_or("") == outer);
    BOOST_TEST(id == outer.substr(3, 32));
    Request asked = Request::get("/");
    asked.headers.set("Host", "x");
    asked.headers.set("traceparent", own);
    const std::string alb = events::make_event(asked, events::Format::alb);
    const Json reply = Json::parse(manager.send(handler, traced(alb)).body);
    BOOST_TEST(reply["body"]["body"].string_or("") == own);
    BOOST_TEST(id == own.substr(3, 32));
}

BOOST_AUTO_TEST_CASE(tasks_run_behind_the_answer) {
    Manager manager;
    const auto done = std::make_shared<std::atomic<bool>>(false);
    const HandlerPtr later = to_handler([done](Request& request) {
        request.context.wait_until([done] { *done = true; });
        return text("now");
    });
    Request request = Request::post("/invoke", "{}");
    Recorder recorder("POST");
    const Outcome outcome = serve(*manager.runtime.serving(later), request, recorder);
    BOOST_TEST(recorder.response().body.find(R"("body":"now")") != std::string::npos);
    BOOST_TEST(!*done);
    settle(request.context, outcome);
    BOOST_TEST(*done);
}

BOOST_AUTO_TEST_CASE(tasks_hear_that_the_process_stops) {
    Manager manager;
    std::latch begun(1);
    std::atomic<bool> has_heard = false;
    const HandlerPtr later = to_handler([&](Request& request) {
        request.context.wait_until([&, &context = request.context] {
            begun.count_down();
            while (!context.cancelled())
                std::this_thread::yield();
            has_heard = Context::Clock::now() < *context.deadline;
        });
        return text("now");
    });
    std::stop_source process;
    Request request = Request::post("/invoke", "{}");
    request.context.stop = process.get_token();
    Recorder recorder("POST");
    const Outcome outcome = serve(*manager.runtime.serving(later), request, recorder);
    std::jthread stopping([&] {
        begun.wait();
        process.request_stop();
    });
    settle(request.context, outcome);
    BOOST_TEST(has_heard);
}

BOOST_AUTO_TEST_SUITE_END()
