// Calls of gRPC, by frames that are made by hand.
#include "openedge/service.h"

#include <atomic>
#include <latch>
#include <ostream>
#include <semaphore>
#include <string>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "observe/trace_context.h"
#include "support/grpc_ask.h"
#include "support/served.h"
#include <turngate/handlers/openedge.h>
#include <turngate/http/serve.h>

using namespace turngate;
using namespace turngate::test::grpc;
using namespace turngate::test::http2;
using openedge::FunctionMessage;
using openedge::Generation;
using test::Served;

namespace {

// Does what the payload says.
Response function(Request& request) {
    const std::string payload = request.body.text(64u << 20);
    if (payload == "throw") throw std::runtime_error("boom \xc3\xa9 % done");
    if (payload == "refuse") throw HttpError(400, "no name");
    if (payload == "503") return text("later\n", 503);
    if (payload == "nothing") return {204, {}, {}};
    if (payload == "large") return text(std::string(2000, 'x'));
    if (payload == "until-late") {
        while (!request.context.cancelled())
            std::this_thread::yield();
        request.context.check();
    }
    std::string all = request.method + ' ' + request.url.path + '\n';
    for (const auto& [name, value] : request.headers)
        all.append(name).append(": ").append(value).append("\n");
    return text(all + payload);
}

struct Failure {
    const char* payload;
    const char* status;
    const char* message;
};
std::ostream& operator<<(std::ostream& out, const Failure& f) {
    return out << f.payload;
}
const Failure failures[] = {
    {"throw", "2", "Exception calling application: boom %C3%A9 %25 done"},
    {"refuse", "3", "no name"},
    {"503", "14", "later"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(openedge_door_test)

BOOST_AUTO_TEST_CASE(a_handler_gets_a_request) {
    Served served(function, door());
    Client client(served.connect());
    client.send(ask(1, call(), message("{}")));

    const Answer& answer = client.answer(1);

    BOOST_TEST(answer.status() == "200");
    BOOST_TEST(answer.get("content-type") == "application/grpc");
    BOOST_TEST(answer.get("content-length") == "");
    BOOST_TEST(status(answer) == "0");
    BOOST_TEST(told(answer) == "");
    const FunctionMessage back = reply(answer);
    BOOST_TEST(back.payload ==
               "POST /a%20b/c\n"
               "host: localhost\n"
               "content-type: application/json\n"
               "content-length: 2\n"
               "x-openedge-topic: a b/c\n"
               "x-openedge-qos: 1\n"
               "x-openedge-function-name: sayhi\n"
               "x-openedge-invoke-id: id-1\n{}");
    BOOST_TEST(back.about.topic == "a b/c");
    BOOST_TEST(back.about.qos == 1u);
    BOOST_TEST(back.about.invoke_id == "id-1");
}

BOOST_AUTO_TEST_CASE(a_trace_goes_on_into_the_request) {
    struct Observer final : DoorObserver {
        void began(Request& request) noexcept override {
            if (auto trace = trace_of(request.headers)) request.context.put(std::move(*trace));
        }
    } observer;
    Served served(
        [](Request& request) {
            const auto* trace = request.context.find<TraceContext>();
            return text(request.headers.joined("traceparent") + ' ' +
                        (trace ? trace->trace_id : "none"));
        },
        door({.http = {.observer = &observer}}));
    Client client(served.connect());
    const std::string id = "0af7651916cd43dd8448eb211c80319c";
    const std::string parent = "00-" + id + "-b7ad6b7169203331-01";
    client.send(ask(1, call("/runtime.Runtime/Handle", {{"traceparent", parent}}), message("")) +
                ask(3, call(), message("")));

    BOOST_TEST(reply(client.answer(1)).payload == parent + ' ' + id);
    BOOST_TEST(reply(client.answer(3)).payload == " none");
}

BOOST_AUTO_TEST_CASE(all_services_are_served) {
    Served served([](Request& request) { return text(request.body.text()); }, door());
    Client client(served.connect());
    std::uint32_t stream = 1;
    for (const Generation generation :
         {Generation::runtime, Generation::openedge, Generation::baetyl, Generation::faas}) {
        client.send(ask(stream, call(path_of(generation)), message("hello", generation)));
        const Answer& answer = client.answer(stream);
        BOOST_TEST(status(answer) == "0");
        BOOST_TEST(reply(answer, generation).payload == "hello");
        stream += 2;
    }
}

BOOST_DATA_TEST_CASE(a_failure_is_a_status, failures) {
    Served served(function, door());
    Client client(served.connect());
    client.send(ask(1, call(), message(sample.payload)));

    const Answer& answer = client.answer(1);

    BOOST_TEST(answer.status() == "200");
    BOOST_TEST(status(answer) == sample.status);
    BOOST_TEST(told(answer) == sample.message);
    BOOST_TEST(answer.body == "");
}

BOOST_AUTO_TEST_CASE(a_failure_is_a_payload_if_asked) {
    Served served(function, door({.errors_as_payloads = true}));
    Client client(served.connect());
    client.send(ask(1, call(), message("throw")));

    const Answer& answer = client.answer(1);

    BOOST_TEST(status(answer) == "0");
    BOOST_TEST(reply(answer).payload ==
               R"({"errorMessage":"Exception calling application: boom é % done",)"
               R"("errorType":"std::runtime_error"})");
}

BOOST_AUTO_TEST_CASE(nothing_is_published_of_an_empty_response) {
    Served served(function, door());
    Client client(served.connect());
    client.send(ask(1, call(), message("nothing")));

    const Answer& answer = client.answer(1);

    BOOST_TEST(status(answer) == "0");
    BOOST_TEST(reply(answer).payload == "");
}

BOOST_AUTO_TEST_CASE(a_reply_that_is_too_large_is_a_status) {
    Served served(function, door({.max_message = 1000}));
    Client client(served.connect());
    client.send(ask(1, call(), message("large")));

    const Answer& answer = client.answer(1);

    BOOST_TEST(status(answer) == "8");
    BOOST_TEST(told(answer) == "Sent message larger than max (2025 vs. 1000)");
}

BOOST_AUTO_TEST_CASE(a_reply_that_the_hub_would_not_take_is_a_payload_if_asked) {
    Served served(function, door({.max_reply = 1000}));
    Client client(served.connect());
    client.send(ask(1, call(), message("large")));

    BOOST_TEST(reply(client.answer(1)).payload ==
               R"({"errorMessage":"the reply has 2000 bytes, and at most 1000 are published",)"
               R"("errorType":"ReplyTooLarge"})");
}

// The handler may try again and again: what is not sent is not kept.
BOOST_AUTO_TEST_CASE(of_a_reply_that_is_too_large_no_more_is_kept_than_is_sent) {
    constexpr std::size_t limit = 20'000, piece = 1000;
    const std::pair<OpenEdgeOptions, std::string> ways[] = {
        {{.max_message = limit}, "Sent message larger than max (more than 20000 vs. 20000)"},
        {{.max_reply = limit},
         R"({"errorMessage":"the reply has more than 20000 bytes, and at most 20000 are published",)"
         R"("errorType":"ReplyTooLarge"})"}};
    for (const auto& [options, expected] : ways) {
        std::atomic<std::size_t> taken = 0;
        Served served(
            [&](Request&, ResponseWriter& response) {
                for (int i = 0; i < 1000; ++i) {
                    try {
                        response.write(std::string(piece, 'x'));
                        taken += piece;
                    } catch (const HttpError&) {
                    }
                }
            },
            door(options));
        Client client(served.connect());
        client.send(ask(1, call(), message("")));

        const Answer& answer = client.answer(1);

        BOOST_TEST((options.max_reply == 0 ? told(answer) : reply(answer).payload) == expected);
        BOOST_TEST(status(answer) == (options.max_reply == 0 ? "8" : "0"));
        BOOST_TEST(taken <= limit);
    }
}

// The hub would drop the connection all the same.
BOOST_AUTO_TEST_CASE(a_failure_as_payload_is_cut_to_what_is_published) {
    for (const std::size_t limit : {60u, 200u, 20u}) {
        Served served([](Request&) -> Response { throw std::runtime_error(std::string(500, 'x')); },
                      door({.max_reply = limit, .errors_as_payloads = true}));
        Client client(served.connect());
        client.send(ask(1, call(), message("")));

        const Answer& answer = client.answer(1);

        const bool fits = limit > 52;  // of an error that says nothing
        BOOST_TEST(status(answer) == (fits ? "0" : "8"));
        if (!fits) continue;
        const std::string payload = reply(answer).payload;
        BOOST_TEST(payload.size() <= limit);
        const Json error = Json::parse(payload);
        BOOST_TEST(error["errorType"].string_or("") == "std::runtime_error");
    }
}

BOOST_AUTO_TEST_CASE(a_failure_whose_page_is_not_kept_is_still_that_failure) {
    Served served([](Request&) -> Response { throw HttpError(400, std::string(9000, 'x')); },
                  door({.max_reply = 10}));
    Client client(served.connect());
    client.send(ask(1, call(), message("")));

    BOOST_TEST(status(client.answer(1)) == "3");
}

BOOST_AUTO_TEST_CASE(a_message_that_is_too_large_is_not_waited_for) {
    Served served(function, door({.max_message = 1000}));
    Client client(served.connect());
    client.send(frame(headers, end_headers, 1, block(call())) +
                frame(data, 0, 1, std::string("\0\0\0\3\xe9x", 6)));

    const Answer& answer = client.answer(1);

    BOOST_TEST(status(answer) == "8");
    BOOST_TEST(told(answer) == "Received message larger than max (1001 vs. 1000)");
}

BOOST_AUTO_TEST_CASE(a_large_message_comes_in_many_frames) {
    Served served([](Request& request) { return text(request.body.text(64u << 20)); }, door());
    Client client(served.connect());
    const std::string payload(50'000, 'x');  // within the window that every client has
    const std::string whole = message(payload);
    client.send(frame(headers, end_headers, 1, block(call())));
    for (std::size_t at = 0; at < whole.size(); at += 10'000)
        client.send(frame(data, at + 10'000 >= whole.size() ? end_stream : 0, 1,
                          std::string_view(whole).substr(at, 10'000)));

    BOOST_TEST(reply(client.answer(1)).payload == payload);
}

BOOST_AUTO_TEST_CASE(a_deadline_ends_a_call) {
    Served served(function, door());
    Client client(served.connect());
    client.send(
        ask(1, call("/runtime.Runtime/Handle", {{"grpc-timeout", "1m"}}), message("until-late")));

    const Answer& answer = client.answer(1);

    BOOST_TEST(status(answer) == "4");
    BOOST_TEST(told(answer) == "the deadline has passed");
}

BOOST_AUTO_TEST_CASE(a_method_that_is_not_known_is_not_implemented) {
    Served served(function, door());
    Client client(served.connect());
    client.send(ask(1, call("/runtime.Runtime/Other"), message("")));

    const Answer& answer = client.answer(1);

    BOOST_TEST(status(answer) == "12");
    BOOST_TEST(told(answer) == "unknown method /runtime.Runtime/Other");
}

BOOST_AUTO_TEST_CASE(what_is_no_call_is_answered_as_http) {
    Served served(function, door());
    Client client(served.connect());
    client.send(ask(1, request("GET", "/runtime.Runtime/Handle")) +
                ask(3, request("POST", "/runtime.Runtime/Handle", {{"content-type", "a/grpc"}})) +
                ask(5, call(), framed("\x12")) + ask(7, call(), ""));

    BOOST_TEST(client.answer(1).status() == "405");
    BOOST_TEST(client.answer(3).status() == "415");
    BOOST_TEST(status(client.answer(5)) == "13");
    BOOST_TEST(status(client.answer(7)) == "13");
}

BOOST_AUTO_TEST_CASE(http_1_is_not_spoken) {
    Served served(function, door());
    BOOST_TEST(test::ask(served, "GET / HTTP/1.1\r\nHost: a\r\n\r\n").find("HTTP/1") ==
               std::string::npos);
}

// More than there are threads, and as many as there may be streams.
BOOST_AUTO_TEST_CASE(calls_wait_for_a_thread) {
    std::counting_semaphore<> began{0};
    std::latch go_on{1};
    std::atomic<int> now = 0, most = 0;
    Served served(
        [&](Request& request) {
            const int count = ++now;
            for (int seen = most; seen < count && !most.compare_exchange_weak(seen, count);) {
            }
            began.release();
            go_on.wait();
            --now;
            return text(request.body.text());
        },
        door({.http = {.max_threads = 2}}));
    Client client(served.connect());
    client.send(ask(1, call(), message("1")) + ask(3, call(), message("3")));
    began.acquire();
    began.acquire();
    for (std::uint32_t stream = 5; stream < 200; stream += 2)
        client.send(ask(stream, call(), message(std::to_string(stream))));
    client.send(frame(ping, 0, 0, "12345678"));
    go_on.count_down();

    for (std::uint32_t stream = 1; stream < 200; stream += 2) {
        BOOST_TEST(status(client.answer(stream)) == "0");
        BOOST_TEST(reply(client.answer(stream)).payload == std::to_string(stream));
    }
    BOOST_TEST(most == 2);
}

BOOST_AUTO_TEST_SUITE_END()
