// Clients of HTTP/2 that are gone, or mean harm; and doors that stop.
#include <atomic>
#include <latch>
#include <semaphore>
#include <string>

#include <boost/test/unit_test.hpp>

#include "support/http2_client.h"
#include "support/served.h"
#include <turngate/http/serve.h>

using namespace turngate;
using namespace turngate::test::http2;
using std::chrono::milliseconds;
using turngate::test::Served;

namespace {

const auto plain = request("GET", "/");

Response hello_world(Request&) {
    return text("hello");
}

// Waits until it is cancelled.
struct Waiting {
    std::counting_semaphore<>* began;
    std::counting_semaphore<>* ended;
    void operator()(Request& request, ResponseWriter&) const {
        began->release();
        std::binary_semaphore stopped{0};
        std::stop_callback on_stop(request.context.stop, [&] { stopped.release(); });
        stopped.acquire();
        ended->release();
        request.context.check();
    }
};

class Counting final : public DoorObserver {
  public:
    void connected() noexcept override { ++connections; }
    void disconnected() noexcept override { --connections; }
    void refused(int status) noexcept override { last_refused = status; }
    void began(Request&) noexcept override { ++begun; }
    void ended(const Request&, const Outcome&,
               std::chrono::steady_clock::duration) noexcept override {
        ++finished;
    }
    std::atomic<int> connections{0}, begun{0}, finished{0}, last_refused{0};
};

std::string many(int count, const std::string& frame) {
    std::string all;
    for (int i = 0; i < count; ++i)
        all += frame;
    return all;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(http2_limits)

BOOST_AUTO_TEST_CASE(a_stream_that_the_client_resets_is_cancelled) {
    std::counting_semaphore<> began{0}, ended{0};
    Served served(Waiting{&began, &ended});
    Client client(served.connect());
    client.send(ask(1, plain));
    began.acquire();
    client.send(frame(rst_stream, 0, 1, number(8)));
    ended.acquire();
}

BOOST_AUTO_TEST_CASE(streams_of_a_client_that_has_gone_are_cancelled) {
    std::counting_semaphore<> began{0}, ended{0};
    Served served(Waiting{&began, &ended});
    {
        Client client(served.connect());
        client.send(ask(1, plain) + ask(3, plain));
        began.acquire();
        began.acquire();
    }
    ended.acquire();
    ended.acquire();
}

BOOST_AUTO_TEST_CASE(a_read_and_a_write_of_a_stream_that_is_reset_are_cancelled) {
    std::counting_semaphore<> began{0};
    std::atomic<int> cancelled{0};
    Served served([&](Request& request, ResponseWriter& response) {
        try {
            began.release();
            if (request.url.path == "/read") request.body.text();
            for (;;)
                response.write(std::string(10'000, 'x'));
        } catch (const Cancelled&) {
            ++cancelled;
            throw;
        }
    });
    {
        Client client(served.connect());
        client.send(frame(headers, end_headers, 1, block(request("POST", "/read"))) +
                    ask(3, request("GET", "/write")));
        began.acquire();
        began.acquire();
        client.send(frame(rst_stream, 0, 1, number(8)) + frame(rst_stream, 0, 3, number(8)));
    }
    served.stop();
    BOOST_TEST(cancelled == 2);
}

BOOST_AUTO_TEST_CASE(handlers_of_reset_streams_count_against_the_limit_on_streams) {
    std::counting_semaphore<> began{0};
    std::latch go_on{1};
    Served served([&](Request&) {
        began.release();
        go_on.wait();
        return text("slow");
    });
    Client client(served.connect());
    std::uint32_t stream = 1;
    for (int i = 0; i < 100; ++i, stream += 2)
        client.send(ask(stream, plain));
    for (int i = 0; i < 100; ++i)
        began.acquire();
    for (std::uint32_t id = 1; id < stream; id += 2)
        client.send(frame(rst_stream, 0, id, number(8)));
    client.send(ask(stream, plain));
    BOOST_TEST(client.answer(stream).reset.value_or(0) == 7);  // refused
    go_on.count_down();
}

BOOST_AUTO_TEST_CASE(who_resets_most_of_its_requests_is_told_to_calm_down) {
    Served served([](Request& request) {
        request.body.text();
        return text("read");
    });
    Client client(served.connect());
    std::string all;
    for (std::uint32_t stream = 1; stream < 1000; stream += 2)
        all += frame(headers, end_headers, stream, block(request("POST", "/"))) +
               frame(rst_stream, 0, stream, number(8));
    client.try_to_send(all);
    BOOST_TEST(client.error_of_goaway().value_or(0) == enhance_your_calm);
    client.read_to_end();
    BOOST_TEST(!client.has_timed_out);
}

BOOST_AUTO_TEST_CASE(who_makes_the_server_reset_its_requests_is_told_to_calm_down) {
    Served served(hello_world);
    Client client(served.connect());
    std::string all;
    for (std::uint32_t stream = 1; stream < 1000; stream += 2)
        all += frame(headers, end_headers, stream, block(request("POST", "/"))) +
               frame(window_update, 0, stream, number(0x7FFF'FFFF));
    client.try_to_send(all);
    BOOST_TEST(client.error_of_goaway().value_or(0) == enhance_your_calm);
}

BOOST_AUTO_TEST_CASE(frames_that_carry_nothing_are_not_taken_for_ever) {
    Served served([](Request& request) { return text(request.body.text()); });
    const std::string open = frame(headers, end_headers, 1, block(request("POST", "/")));
    for (const std::string& flood :
         {frame(ping, 0, 0, "12345678"), frame(settings, 0, 0), open + frame(data, 0, 1),
          frame(priority, 0, 3, std::string(5, '\0')), frame(window_update, 0, 0, number(1))}) {
        Client client(served.connect());
        const bool opens = flood.size() > open.size();
        if (opens) client.send(open);
        const std::string one = opens ? frame(data, 0, 1) : flood;
        for (int i = 0; i < 20 && client.try_to_send(many(1000, one)); ++i) {
        }
        client.read_to_end();  // there is an end
        BOOST_TEST(!client.has_timed_out);
    }
}

BOOST_AUTO_TEST_CASE(a_field_section_without_end_is_not_read_for_ever) {
    Served served(hello_world);
    Client client(served.connect());
    client.send(frame(headers, end_stream, 1, block(plain)));
    const std::string more = frame(continuation, 0, 1, block({{"a", std::string(1000, 'a')}}));
    for (int i = 0; i < 1000 && client.try_to_send(more); ++i) {
    }
    client.read_to_end();
    BOOST_TEST(!client.has_timed_out);
}

BOOST_AUTO_TEST_CASE(a_compressed_bomb_is_refused) {
    Served served(hello_world);
    Client client(served.connect());
    // A field of 3000 bytes goes into the table, and is named 10,000 times by a byte each.
    const std::string entry = '\x40' + block({{"bomb", std::string(3000, 'x')}}).substr(1);
    client.send(frame(headers, end_headers | end_stream, 1,
                      block(plain) + entry + std::string(10'000, '\xBE')) +
                ask(3, plain));
    BOOST_TEST(client.answer(1).status() == "431");
    BOOST_TEST(client.answer(3).body == "hello");
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_frames_end_the_connection) {
    Served served(hello_world);
    for (const std::string& bytes :
         {std::string(100, '\xff'),
          frame(data, 0, 0, "x"),
          frame(headers, 4, 2, block(plain)),
          frame(settings, 0, 0, "xxx"),
          frame(window_update, 0, 0, number(0x7FFF'FFFF)),
          frame(push_promise, 4, 1, number(2)),
          frame(continuation, 4, 1, "x"),
          frame(headers, 4, 1, "\x80"),
          frame(data, 0, 1, "x"),
          frame(rst_stream, 0, 1, number(8)),
          frame(rst_stream, 0, 0, number(8)),
          frame(window_update, 0, 1, number(1)),
          frame(window_update, 0, 0, number(0)),
          frame(ping, 0, 0, "short"),
          frame(ping, 0, 1, "12345678"),
          frame(goaway, 0, 1, number(0) + number(0)),
          frame(settings, ack, 0, std::string(6, '\0')),
          frame(settings, 0, 0, std::string("\0\x02\0\0\0\x02", 6)),
          frame(settings, 0, 0, std::string("\0\x04\x80\0\0\0", 6)),
          frame(settings, 0, 0, std::string("\0\x05\0\0\0\x01", 6)),
          frame(headers, 4 | 8, 1, '\xFF' + block(plain).substr(0, 100)),
          frame(data, 0, 0, std::string(20'000, 'x')),
          frame(headers, 0, 1, block(plain)) + frame(ping, 0, 0, "12345678"),
          frame(headers, 0, 1, block(plain)) + frame(continuation, 4, 3),
          std::string("GET / HTTP/1.1\r\n\r\n")}) {
        Client client(served.connect());
        client.send(bytes);
        BOOST_TEST(client.error_of_goaway().value_or(1) != 0);
        client.read_to_end();
        BOOST_TEST(!client.has_timed_out, "for frame " << int(bytes[3]) << " of " << bytes.size());
    }
}

BOOST_AUTO_TEST_CASE(the_number_of_a_stream_is_used_once) {
    std::atomic<int> served_streams{0};
    Served served([&](Request&) {
        ++served_streams;
        return text("hello");
    });
    Client client(served.connect());
    client.send(ask(5, plain));
    client.answer(5);
    client.try_to_send(ask(5, plain) + ask(3, plain) + frame(data, 0, 5, "x") + ask(7, plain));
    client.answer(7);
    BOOST_TEST(served_streams <= 2);
    BOOST_TEST(client.answers[3].fields.empty());
}

BOOST_AUTO_TEST_CASE(a_connection_has_so_many_requests) {
    Served served(hello_world, {.max_requests = 2});
    Client client(served.connect());
    client.send(ask(1, plain) + ask(3, plain));
    BOOST_TEST(client.answer(1).body == "hello");
    BOOST_TEST(client.answer(3).body == "hello");
    BOOST_TEST(client.error_of_goaway().value_or(9) == 0);
    BOOST_TEST(client.goaways.back().first == 3);
    client.read_to_end();
    BOOST_TEST(!client.has_timed_out);
}

BOOST_AUTO_TEST_CASE(who_finds_no_thread_is_told_to_come_again_but_operations_are_answered) {
    std::counting_semaphore<> began{0};
    std::latch go_on{1};
    Counting observer;
    Served served(
        [&](Request&) {
            began.release();
            go_on.wait();
            return text("slow");
        },
        {.max_threads = 1,
         .operations = to_handler([](Request&) { return text("alive"); }),
         .observer = &observer});
    Client slow(served.connect());
    slow.send(ask(1, plain));
    began.acquire();
    Client other(served.connect());
    other.send(ask(1, plain) + ask(3, request("GET", "/_turngate/x")));
    BOOST_TEST(other.answer(1).status() == "503");
    BOOST_TEST(other.answer(1).get("retry-after") == "1");
    BOOST_TEST(other.answer(3).body == "alive");
    BOOST_TEST(observer.last_refused == 503);
    go_on.count_down();
    BOOST_TEST(slow.answer(1).body == "slow");
}

BOOST_AUTO_TEST_CASE(an_observer_sees_connections_and_requests) {
    Counting observer;
    Served served(hello_world, {.observer = &observer});
    {
        Client client(served.connect());
        client.send(ask(1, plain) + ask(3, request("GET", "/#")));
        client.answer(1);
        client.answer(3);
        BOOST_TEST(observer.connections == 1);
    }
    served.stop();
    BOOST_TEST(observer.connections == 0);
    BOOST_TEST(observer.begun == 1);
    BOOST_TEST(observer.finished == 1);
    BOOST_TEST(observer.last_refused == 400);
}

BOOST_AUTO_TEST_CASE(deferred_tasks_run_behind_the_answer) {
    std::binary_semaphore go_on{0}, ran{0};
    Served served([&](Request& request) {
        request.context.wait_until([&] {
            go_on.acquire();
            ran.release();
        });
        return text("answered");
    });
    Client client(served.connect());
    client.send(ask(1, plain));
    BOOST_TEST(client.answer(1).body == "answered");
    go_on.release();
    ran.acquire();
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(http2_stops)

BOOST_AUTO_TEST_CASE(requests_on_their_way_are_served_before_the_connection_ends) {
    std::binary_semaphore inside{0}, go_on{0};
    Served served([&](Request& request) {
        if (request.url.path == "/slow") {
            inside.release();
            go_on.acquire();
        }
        return text(request.url.path);
    });
    Client client(served.connect());
    client.send(ask(1, request("GET", "/slow")));
    inside.acquire();
    served.door().stop();
    while (client.goaways.empty())
        BOOST_REQUIRE(client.read());
    BOOST_TEST(client.goaways[0].first == 0x7FFF'FFFFu);
    client.send(ask(3, request("GET", "/late")));
    BOOST_TEST(client.answer(3).body == "/late");
    BOOST_TEST(client.error_of_goaway().value_or(9) == 0);
    BOOST_TEST(client.goaways.back().first == 3);
    go_on.release();
    BOOST_TEST(client.answer(1).body == "/slow");
    client.read_to_end();
    BOOST_TEST(!client.has_timed_out);
    served.stop();
}

BOOST_AUTO_TEST_CASE(a_request_that_does_not_end_is_cancelled_when_the_door_must) {
    std::counting_semaphore<> began{0}, ended{0};
    Served served(Waiting{&began, &ended}, {.drain_timeout = milliseconds(10)});
    Client client(served.connect());
    client.send(ask(1, plain));
    began.acquire();
    served.stop();
    ended.acquire();
    BOOST_TEST(!client.answer(1).is_complete);
}

BOOST_AUTO_TEST_SUITE_END()
