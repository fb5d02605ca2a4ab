// What a call has of time, and who waits how long for whom.
#include <atomic>
#include <chrono>
#include <latch>
#include <memory>
#include <semaphore>
#include <set>
#include <string>
#include <thread>

#include <boost/test/unit_test.hpp>

#include "openedge/fenced_door.h"
#include "support/grpc_ask.h"
#include "support/served.h"
#include <turngate/http/serve.h>

using namespace turngate;
using namespace turngate::test::grpc;
using namespace turngate::test::http2;
using test::Served;

BOOST_AUTO_TEST_SUITE(openedge_call_time)

BOOST_AUTO_TEST_CASE(an_answer_behind_the_deadline_is_none) {
    Served served(
        [](Request& request) {
            while (Context::Clock::now() < *request.context.deadline)
                std::this_thread::yield();
            return text("late");
        },
        door({.errors_as_payloads = true}));
    Client client(served.connect());
    client.send(ask(1, call("/runtime.Runtime/Handle", {{"grpc-timeout", "50m"}}), message("")));

    const Answer& answer = client.answer(1);

    BOOST_TEST(status(answer) == "4");
    // The second where the message is read so late already.
    const std::set<std::string> texts = {"the deadline has passed",
                                         "the deadline has passed before the message was there"};
    BOOST_TEST(texts.contains(told(answer)), told(answer));
    BOOST_TEST(answer.body == "");
}

BOOST_AUTO_TEST_CASE(a_deadline_bounds_the_wait_for_the_message) {
    Served served([](Request&) { return text("now"); }, door());
    Client client(served.connect());
    const Fields fields = call("/runtime.Runtime/Handle", {{"grpc-timeout", "1m"}});
    client.send(frame(headers, end_headers, 1, block(fields)) +
                frame(data, 0, 1, message("x").substr(0, 3)));

    const Answer& answer = client.answer(1);

    BOOST_TEST(status(answer) == "4");
    BOOST_TEST(told(answer) == "the deadline has passed before the message was there");
}

BOOST_AUTO_TEST_CASE(a_handler_that_ignores_its_deadline_holds_up_nobody) {
    const auto go_on = std::make_shared<std::latch>(1);
    std::atomic<int> exhausted = 0;
    const HttpOptions http = {.listen = {"127.0.0.1:0"}, .max_threads = 1};
    const auto threads =
        std::make_shared<openedge::CallThreads>(http, [&exhausted] { ++exhausted; });
    Served served(
        [go_on](Request& request) {
            if (request.body.text() == "wait") go_on->wait();
            return text("now");
        },
        openedge::fenced_door({.http = http}, threads));
    Client client(served.connect());
    const Fields fields = call("/runtime.Runtime/Handle", {{"grpc-timeout", "100m"}});
    std::uint32_t stream = 1;
    for (; threads->fenced.left_behind() < openedge::most_late_calls;
         stream += 2) {  // some may be late before they begin
        BOOST_TEST(exhausted == 0);
        client.send(ask(stream, fields, message("wait")));
        BOOST_TEST(status(client.answer(stream)) == "4");
    }
    BOOST_TEST(threads->fenced.left_behind() == openedge::most_late_calls);
    BOOST_TEST(exhausted > 0);
    client.send(ask(stream, call(), message("x")));
    BOOST_TEST(reply(client.answer(stream)).payload == "now");
    served.stop();

    go_on->count_down();
    while (threads->fenced.left_behind() > 0)
        std::this_thread::yield();
}

BOOST_AUTO_TEST_CASE(a_handler_without_a_deadline_ends_with_the_door) {
    const auto go_on = std::make_shared<std::latch>(1);
    const HttpOptions http = {.listen = {"127.0.0.1:0"},
                              .drain_timeout = std::chrono::milliseconds(1)};
    const auto threads = std::make_shared<openedge::CallThreads>(http);
    std::counting_semaphore<> began{0};
    Served served(
        [go_on, &began](Request&) {
            began.release();
            go_on->wait();
            return text("");
        },
        openedge::fenced_door({.http = http}, threads));
    Client client(served.connect());
    client.send(ask(1, call(), message("x")));
    began.acquire();
    served.stop();

    BOOST_TEST(threads->fenced.left_behind() == 1u);
    go_on->count_down();
    while (threads->fenced.left_behind() > 0)
        std::this_thread::yield();
}

BOOST_AUTO_TEST_CASE(a_timeout_that_is_none_ends_a_call) {
    Served served([](Request&) { return text("now"); }, door());
    Client client(served.connect());
    client.send(ask(1, call("/runtime.Runtime/Handle", {{"grpc-timeout", "soon"}}), message("")));

    BOOST_TEST(status(client.answer(1)) == "13");
}

BOOST_AUTO_TEST_CASE(a_call_that_is_reset_is_cancelled) {
    std::counting_semaphore<> began{0}, ended{0};
    Served served(
        [&](Request& request) {
            began.release();
            while (!request.context.cancelled())
                std::this_thread::yield();
            ended.release();
            return text("");
        },
        door());
    Client client(served.connect());
    client.send(ask(1, call("/runtime.Runtime/Handle", {{"grpc-timeout", "9H"}}), message("x")));
    began.acquire();
    client.send(frame(rst_stream, 0, 1, number(8)));
    ended.acquire();
}

BOOST_AUTO_TEST_CASE(tasks_run_behind_the_answer) {
    std::counting_semaphore<> answered{0}, ran{0};
    Served served(
        [&](Request& request) {
            request.context.wait_until([&] {
                answered.acquire();
                ran.release();
            });
            return text("now");
        },
        door());
    Client client(served.connect());
    client.send(ask(1, call(), message("x")));

    BOOST_TEST(reply(client.answer(1)).payload == "now");
    answered.release();
    ran.acquire();
}

BOOST_AUTO_TEST_CASE(tasks_have_their_own_time_and_hear_that_the_door_stops) {
    std::counting_semaphore<> begun{0}, ended{0};
    Context::Clock::time_point of_call, of_task;
    bool was_stopped = false;
    Served served(
        [&](Request& request) {
            Context& context = request.context;
            of_call = *context.deadline;
            context.wait_until([&] {
                of_task = *context.deadline;
                begun.release();
                while (!context.cancelled())
                    std::this_thread::yield();
                was_stopped = Context::Clock::now() < of_task;
                ended.release();
            });
            return text("now");
        },
        door({.http = {.drain_timeout = std::chrono::milliseconds(1)}}));
    Client client(served.connect());
    client.send(ask(1, call("/runtime.Runtime/Handle", {{"grpc-timeout", "9S"}}), message("x")));
    BOOST_TEST(status(client.answer(1)) == "0");
    begun.acquire();
    served.door().stop();
    ended.acquire();

    BOOST_TEST((of_task > of_call));
    BOOST_TEST(was_stopped);
}

BOOST_AUTO_TEST_CASE(calls_that_have_begun_are_answered_when_the_door_stops) {
    std::counting_semaphore<> began{0};
    std::latch go_on{1};
    Served served(
        [&](Request&) {
            began.release();
            go_on.wait();
            return text("late");
        },
        door());
    Client client(served.connect());
    client.send(ask(1, call(), message("x")));
    began.acquire();
    served.door().stop();
    while (client.goaways.empty() && client.read()) {
    }
    go_on.count_down();

    BOOST_TEST(reply(client.answer(1)).payload == "late");
    BOOST_TEST(client.goaways.front().second == 0u);  // it is no error
}

BOOST_AUTO_TEST_SUITE_END()
