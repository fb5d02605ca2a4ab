// Calls that wait for a thread or for their message, and that nobody waits for any more.
#include <algorithm>
#include <atomic>
#include <functional>
#include <latch>
#include <memory>
#include <semaphore>
#include <string>
#include <thread>

#include <boost/test/unit_test.hpp>

#include "openedge/fenced_door.h"
#include "support/grpc_ask.h"
#include "support/recording_reporter.h"
#include "support/served.h"
#include <turngate/http/serve.h>

using namespace turngate;
using namespace turngate::test::grpc;
using namespace turngate::test::http2;
using namespace std::chrono_literals;
using test::Served;

namespace {

constexpr std::string_view path = "/runtime.Runtime/Handle";

// One thread, which a call holds until it is let go.
struct Crowded {
    std::binary_semaphore began{0}, go_on{0};
    std::atomic<int> calls = 0;
    Served served;
    Client client;

    explicit Crowded(std::chrono::milliseconds body_timeout = 24h)
        : served(
              [this](Request&) {
                  if (++calls == 1) {
                      began.release();
                      go_on.acquire();
                  }
                  return text("now");
              },
              door({.http = {.max_threads = 1, .body_timeout = body_timeout}})),
          client(served.connect()) {
        client.send(ask(1, call(), message("first")));
        began.acquire();
    }
    ~Crowded() {
        go_on.release();
        BOOST_TEST(status(client.answer(1)) == "0");
        BOOST_TEST(calls == 1);
    }
};

std::string begun(std::uint32_t stream, const Fields& fields) {
    return frame(headers, end_headers, stream, block(fields)) +
           frame(data, 0, stream, message("x").substr(0, 3));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(openedge_waiting_calls)

BOOST_AUTO_TEST_CASE(a_call_waits_for_a_thread_until_its_deadline) {
    Crowded crowded;
    crowded.client.send(ask(3, call(path, {{"grpc-timeout", "50m"}}), message("x")));

    const Answer& answer = crowded.client.answer(3);

    BOOST_TEST(answer.status() == "200");
    BOOST_TEST(answer.get("content-type") == "application/grpc");
    BOOST_TEST(status(answer) == "4");
    BOOST_TEST(told(answer) == "the deadline has passed");
    BOOST_TEST(answer.body == "");
}

BOOST_AUTO_TEST_CASE(a_message_is_waited_for_until_the_deadline_though_no_thread_waits) {
    Crowded crowded;
    crowded.client.send(begun(3, call(path, {{"grpc-timeout", "50m"}})));

    const Answer& answer = crowded.client.answer(3);

    BOOST_TEST(answer.status() == "200");
    BOOST_TEST(status(answer) == "4");
    BOOST_TEST(told(answer) == "the deadline has passed before the message was there");
}

// As behind an error of HTTP, which a status is not: a reset at once could hide it.
BOOST_AUTO_TEST_CASE(behind_a_refusal_some_of_a_message_is_let_in) {
    Crowded crowded;
    crowded.client.send(
        begun(3, call(path, {{"grpc-timeout", "50m"}, {"content-length", "9000000"}})));
    BOOST_TEST(status(crowded.client.answer(3)) == "4");
    Fields too_many = request("GET", "/");
    too_many.insert(too_many.end(), 200, {"x", "y"});
    crowded.client.send(ask(5, too_many));
    BOOST_TEST(crowded.client.answer(5).status() == "431");  // so that a reset would have come
    BOOST_TEST(!crowded.client.answers[3].reset.has_value());
}

// With a thread that waits for it, and without.
BOOST_AUTO_TEST_CASE(a_message_that_does_not_come_is_a_status) {
    {
        Crowded crowded(50ms);
        crowded.client.send(begun(3, call()));
        const Answer& answer = crowded.client.answer(3);
        BOOST_TEST(status(answer) == "4");
        BOOST_TEST(told(answer) == "the request body did not come in time");
    }
    test::RecordingReporter log;
    Served served([](Request&) { return text("now"); },
                  door({.http = {.body_timeout = 50ms, .reporter = &log}}));
    Client client(served.connect());
    client.send(begun(1, call()));
    const Answer& answer = client.answer(1);
    BOOST_TEST(status(answer) == "4");
    BOOST_TEST(told(answer) == "the request body did not come in time");
    const auto says_so = [&](const std::string& line) {
        return line.ends_with(" info " + told(answer));
    };
    BOOST_TEST(std::ranges::any_of(log.lines(), says_so));
}

BOOST_AUTO_TEST_CASE(who_does_not_call_is_refused_as_http_has_it) {
    Crowded crowded(50ms);
    crowded.client.send(begun(3, request("POST", "/", {{"content-type", "text/plain"}})));
    const Answer& answer = crowded.client.answer(3);
    BOOST_TEST(answer.status() == "408");
    BOOST_TEST(answer.body == "the request body did not come in time\n");
}

BOOST_AUTO_TEST_CASE(the_time_of_a_call_runs_while_it_waits) {
    Context::Clock::time_point deadline;
    std::binary_semaphore began{0}, go_on{0};
    std::atomic<int> calls = 0;
    Served served(
        [&](Request& request) {
            if (++calls == 1) {
                began.release();
                go_on.acquire();
            } else {
                deadline = *request.context.deadline;
            }
            return text("now");
        },
        door({.http = {.max_threads = 1}}));
    Client client(served.connect());
    client.send(ask(1, call(), message("first")));
    began.acquire();
    client.send(ask(3, call(path, {{"grpc-timeout", "1H"}}), message("x")));
    Fields too_many = request("GET", "/");
    too_many.insert(too_many.end(), 200, {"x", "y"});
    client.send(ask(5, too_many));
    BOOST_TEST(client.answer(5).status() == "431");  // so that the head before it has come
    const auto latest = Context::Clock::now() + 1h;
    std::this_thread::sleep_for(50ms);
    go_on.release();
    BOOST_TEST(status(client.answer(3)) == "0");
    BOOST_TEST((deadline <= latest));
}

// However they were left, until they return.
BOOST_AUTO_TEST_CASE(handlers_that_nobody_waits_for_count_among_all) {
    const HttpOptions http = {.listen = {"127.0.0.1:0"}, .max_threads = 1};
    std::atomic<int> exhausted = 0;
    const auto threads =
        std::make_shared<openedge::CallThreads>(http, [&exhausted] { ++exhausted; });
    const auto go_on = std::make_shared<std::latch>(1);
    std::counting_semaphore<> began{0};
    Served served(
        [go_on, &began](Request& request) {
            if (request.body.text() == "wait") {
                began.release();
                go_on->wait();
            }
            return text("now");
        },
        openedge::fenced_door({.http = http}, threads));
    Client client(served.connect());
    const std::size_t most = http.max_threads + openedge::most_late_calls;
    std::uint32_t stream = 1;
    for (std::size_t count = 1; count <= most; ++count, stream += 2) {
        client.send(ask(stream, call(), message("wait")));
        began.acquire();
        client.send(frame(rst_stream, 0, stream, number(8)));
        while (threads->fenced.left_behind() < count)
            std::this_thread::yield();
    }
    client.send(ask(stream, call(), message("x")));
    const Answer& answer = client.answer(stream);
    BOOST_TEST(status(answer) == "14");
    BOOST_TEST(told(answer) == "too many handlers go on that nobody waits for any more");
    BOOST_TEST(exhausted > 0);

    go_on->count_down();
    while (threads->fenced.left_behind() > 0)
        std::this_thread::yield();
    client.send(ask(stream + 2, call(), message("x")));
    BOOST_TEST(reply(client.answer(stream + 2)).payload == "now");
}

// Whoever has the last of them runs what they have left for after the answer.
BOOST_AUTO_TEST_CASE(tasks_of_who_ends_as_it_is_given_up_do_not_hold_up_the_status) {
    struct LettingGo final : Reporter {
        std::function<void()> let_go;
        void began(const Context&) override {}
        void logged(const Context&, Level, std::string_view message) override {
            if (message.starts_with("a handler goes on")) let_go();
        }
        void printed(const Context&, Stream, std::string_view) override {}
        void fetched(const Context&, const FetchMetric&) override {}
        void ended(const Context&, const Outcome&) override {}
    } reporter;
    const HttpOptions http = {.listen = {"127.0.0.1:0"}, .reporter = &reporter};
    const auto threads = std::make_shared<openedge::CallThreads>(http);
    std::binary_semaphore may_end{0}, answered{0}, ran{0};
    reporter.let_go = [&] {
        may_end.release();
        while (threads->fenced.left_behind() > 0)
            std::this_thread::yield();
    };
    Served served(
        [&](Request& request) {
            request.context.wait_until([&] {
                answered.acquire();
                ran.release();
            });
            may_end.acquire();
            return text("late");
        },
        openedge::fenced_door({.http = http}, threads));
    Client client(served.connect());
    client.send(ask(1, call(path, {{"grpc-timeout", "500m"}}), message("x")));
    const std::string said = status(client.answer(1));  // a hang here is the failure
    answered.release();
    BOOST_TEST(said == "4");
}

BOOST_AUTO_TEST_SUITE_END()
