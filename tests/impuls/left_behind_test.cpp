// Invocations that nobody waits for any more.
#include <atomic>
#include <functional>
#include <latch>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "impuls/runtime.h"
#include "support/recording_reporter.h"
#include <turngate/handlers/event_function.h>
#include <turngate/http/serve.h>
#include <turngate/json/json.h>

using namespace turngate;

namespace {

struct Counted {
    std::atomic<int> exhausted = 0;
    impuls::Runtime runtime;

    explicit Counted(std::size_t most_late)
        : runtime({.limits = {.most_late = most_late, .exhausted = [this] { ++exhausted; }}}) {}
};

const HandlerPtr at_once = event_function([](const Json&, Context&) { return Json("at once"); });

}  // namespace

BOOST_AUTO_TEST_SUITE(impuls_left_behind)

BOOST_AUTO_TEST_CASE(who_has_been_left_by_its_client_is_at_work_until_it_ends) {
    impuls::Runtime runtime({.limits = {.most = 1}});
    const auto end = std::make_shared<std::latch>(1);
    std::stop_source client;
    const HandlerPtr stuck = runtime.serving(event_function([&client, end](const Json&, Context&) {
        client.request_stop();
        end->wait();
        return Json("done");
    }));
    Request request = Request::post("/invoke", "{}");
    request.context.stop = client.get_token();
    record(*stuck, std::move(request));
    const auto invoke = [&] {
        return record(*runtime.serving(at_once), Request::post("/invoke", "{}")).status;
    };
    BOOST_TEST(invoke() == 503);

    end->count_down();
    while (runtime.stuck().count() > 0)
        std::this_thread::yield();
    BOOST_TEST(invoke() == 200);
}

BOOST_AUTO_TEST_CASE(a_context_that_is_left_behind_is_abandoned) {
    test::RecordingReporter log;
    impuls::LogsReporter reporter(log, Level::info);
    std::vector<std::string> abandoned;
    impuls::Runtime runtime({.reporter = &reporter, .abandon = [&](const Context& context) {
                                 abandoned.push_back(context.request_id);
                                 reporter.printed(context, Stream::out,
                                                  "half a line");  // as a capture does
                             }});
    const auto end = std::make_shared<std::latch>(1);
    std::stop_source client;  // that leaves once the handler has begun
    const HandlerPtr stuck = runtime.serving(event_function([&client, end](const Json&, Context&) {
        client.request_stop();
        end->wait();
        return Json("done");
    }));
    Request request = Request::post("/invoke", "{}");
    request.context.request_id = "id-7";
    request.context.stop = client.get_token();
    const std::string reply = record(*stuck, std::move(request)).body;
    BOOST_TEST(reply.find(R"("logs":"half a line")") != std::string::npos);
    BOOST_TEST(abandoned == std::vector<std::string>{"id-7"}, boost::test_tools::per_element());

    end->count_down();
    while (runtime.stuck().count() > 0)
        std::this_thread::yield();
}

BOOST_AUTO_TEST_CASE(a_handler_that_ignores_its_timeout_is_left_behind_and_counted) {
    Counted counted(2);
    impuls::Runtime& runtime = counted.runtime;
    const auto end = std::make_shared<std::latch>(1);
    const HandlerPtr stuck = event_function([end](const Json& event, Context&) {
        if (!event["wait"].bool_or(false)) return Json("at once");
        end->wait();
        return Json("late");
    });
    const std::string waits = R"({"timeout_ms":1,"event":{"wait":true}})";

    const auto invoke = [&](const std::string& body) {
        return Json::parse(record(*runtime.serving(stuck), Request::post("/invoke", body)).body);
    };
    const Json reply = invoke(waits);
    BOOST_TEST(reply["error"].string_or("") == "Function execution timed out");
    BOOST_TEST(runtime.stuck().count() == 1u);
    BOOST_TEST(counted.exhausted == 0);
    const Json other = invoke("{}");
    BOOST_TEST(other["body"].string_or("") == "at once");
    invoke(waits);
    BOOST_TEST(counted.exhausted == 1);

    end->count_down();
    while (runtime.stuck().count() > 0)
        std::this_thread::yield();
}

// Else those whose clients leave could take all threads there are.
BOOST_AUTO_TEST_CASE(who_is_left_behind_counts_though_the_answer_cannot_be_sent) {
    Counted counted(1);
    impuls::Runtime& runtime = counted.runtime;
    const auto end = std::make_shared<std::latch>(1);
    const HandlerPtr stuck = event_function([end](const Json&, Context&) {
        end->wait();
        return Json("late");
    });
    Request request = Request::post("/invoke", R"({"timeout_ms":1})");
    Recorder recorder("POST");
    recorder.flush();  // so that it takes no answer any more
    BOOST_CHECK_THROW(runtime.invoke(stuck, request, recorder), std::logic_error);
    BOOST_TEST(counted.exhausted == 1);

    end->count_down();
    while (runtime.stuck().count() > 0)
        std::this_thread::yield();
}

// What a handler has registered for its end is run where nobody else is held up.
BOOST_AUTO_TEST_CASE(who_does_not_take_its_end_well_holds_up_nobody) {
    impuls::Runtime runtime({});
    const auto end = std::make_shared<std::latch>(1);
    const HandlerPtr handler = runtime.serving(event_function([end](const Json& event, Context& c) {
        std::optional<std::stop_callback<std::function<void()>>> block;
        if (event["block"].bool_or(false)) block.emplace(c.stop, [end] { end->wait(); });
        while (!c.stop.stop_requested())
            std::this_thread::yield();
        return Json("stopped");
    }));
    for (const char* event : {R"({"block":true})", "{}"})
        record(*handler,
               Request::post("/invoke", std::string(R"({"timeout_ms":1,"event":)") + event + '}'));
    while (runtime.stuck().count() > 1)  // a hang here is the failure
        std::this_thread::yield();
    end->count_down();
    while (runtime.stuck().count() > 0)
        std::this_thread::yield();
}

// Whoever has the last of them runs what they have left for after the answer.
BOOST_AUTO_TEST_CASE(tasks_of_who_ends_as_it_is_given_up_do_not_hold_up_the_answer) {
    const auto end = std::make_shared<std::latch>(1);
    const auto ran = std::make_shared<std::atomic<bool>>(false);
    test::RecordingReporter log;
    impuls::LogsReporter reporter(log, Level::info);
    impuls::Runtime* serving = nullptr;
    impuls::Runtime runtime({.reporter = &reporter, .abandon = [&](const Context&) {
                                 end->count_down();
                                 while (serving->stuck().count() > 0)
                                     std::this_thread::yield();
                             }});
    serving = &runtime;
    std::stop_source client;  // that leaves once the handler has begun
    const HandlerPtr later = to_handler([&client, end, ran](Request& request) {
        request.context.wait_until([ran] { *ran = true; });
        client.request_stop();
        end->wait();
        return text("late");
    });
    Request request = Request::post("/invoke", "{}");
    request.context.stop = client.get_token();
    Recorder recorder("POST");
    const Outcome outcome = serve(*runtime.serving(later), request, recorder);
    BOOST_TEST(recorder.response().body.find("Function execution timed out") != std::string::npos);
    BOOST_TEST(!*ran);
    settle(request.context, outcome);
    BOOST_TEST(*ran);
}

BOOST_AUTO_TEST_SUITE_END()
