#include <atomic>
#include <csignal>
#include <semaphore>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <vector>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "support/served.h"
#include "support/temporary_directory.h"
#include <turngate/doors/http.h>
#include <turngate/http/serve.h>
#include <turngate/os/socket.h>
#include <turngate/os/subprocess.h>

using namespace turngate;
using namespace turngate::test;
using std::chrono::milliseconds;

namespace {

Response hello(Request& request) {
    return text(request.method + ' ' + request.url.target() + ' ' + request.url.host + ' ' +
                request.remote_address + ' ' + request.body.text() + '\n');
}

struct Refusal {
    const char* name;
    const char* request;
    const char* status;
};
std::ostream& operator<<(std::ostream& out, const Refusal& r) {
    return out << r.name;
}
const Refusal refusals[] = {
    {"a_chunk_without_size",
     "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\r\n0\r\n\r\n", "400"},
    {"chunks_past_the_limit",
     "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n99999999\r\n", "413"},
    {"another_coding", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
     "400"},
    {"both_lengths",
     "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
     "400"},
    {"no_host", "GET / HTTP/1.1\r\n\r\n", "400"},
    {"a_bare_lf", "GET / HTTP/1.1\nHost: a\n\n", "400"},
    {"a_folded_line", "GET / HTTP/1.1\r\nHost: a\r\nA: b\r\n c\r\n\r\n", "400"},
    {"a_body_past_the_limit", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n",
     "413"},
    {"another_version", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", "505"},
    {"no_http", "hello\r\n\r\n", "400"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(http_door_answers)

BOOST_AUTO_TEST_CASE(a_request_is_served_and_the_connection_closed_if_so_wished) {
    Served served(hello);
    os::Fd fd = served.connect();
    os::write_whole(fd.get(),
                    "GET /a%20b?x HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\n\r\n");
    const std::string reply = read_all(fd);
    BOOST_TEST(reply.starts_with("HTTP/1.1 200 OK\r\n"));
    BOOST_TEST(reply.find("\r\nConnection: close\r\n") != std::string::npos);
    BOOST_TEST(reply.find("\r\nDate: ") != std::string::npos);
    BOOST_TEST(reply.ends_with("\r\n\r\nGET /a%20b?x example.com 127.0.0.1 \n"));
}

BOOST_AUTO_TEST_CASE(a_body_may_come_in_pieces) {
    Served served(hello);
    os::Fd fd = served.connect();
    for (const char* piece :
         {"POST / HT", "TP/1.1\r\nHost: a\r\nContent-Length: 10\r", "\n\r\nhello", "", "world"})
        os::write_whole(fd.get(), piece);
    ::shutdown(fd.get(), SHUT_WR);
    BOOST_TEST(read_all(fd).ends_with("POST / a 127.0.0.1 helloworld\n"));
}

BOOST_AUTO_TEST_CASE(a_body_may_come_in_chunks) {
    Served served([](Request& request) {
        const bool is_decoded = !request.headers.contains("Transfer-Encoding");
        return text(request.body.text() + (is_decoded ? " decoded\n" : " coded\n"));
    });
    os::Fd fd = served.connect();
    for (const char* piece : {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r",
                              "\nhel", "lo\r\n5;x=y\r\nworld\r\n0\r\nA: b\r\n", "\r\n"})
        os::write_whole(fd.get(), piece);
    ::shutdown(fd.get(), SHUT_WR);
    BOOST_TEST(read_all(fd).ends_with("\r\n\r\nhelloworld decoded\n"));
}

BOOST_AUTO_TEST_CASE(chunks_that_break_off_are_no_body) {
    Served served(hello);
    os::Fd fd = served.connect();
    os::write_whole(fd.get(),
                    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel");
    ::shutdown(fd.get(), SHUT_WR);
    BOOST_TEST(read_all(fd).starts_with("HTTP/1.1 400 "));
}

BOOST_AUTO_TEST_CASE(a_client_that_asks_is_told_to_continue) {
    Served served(hello);
    os::Fd fd = served.connect();
    os::write_whole(
        fd.get(),
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    std::string interim(25, '\0');
    os::read_whole(fd.get(), interim);
    BOOST_TEST(interim == "HTTP/1.1 100 Continue\r\n\r\n");
    os::write_whole(fd.get(), "ok");
    ::shutdown(fd.get(), SHUT_WR);
    BOOST_TEST(read_all(fd).ends_with("ok\n"));
}

BOOST_AUTO_TEST_CASE(a_body_without_a_length_is_sent_in_chunks) {
    Served served([](Request&, ResponseWriter& w) {
        w.write("hello");
        w.flush();
        w.write(std::string(16, 'x'));
    });
    BOOST_TEST(ask(served, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                   .ends_with("\r\n\r\n5\r\nhello\r\n10\r\nxxxxxxxxxxxxxxxx\r\n0\r\n\r\n"));
    const std::string old = ask(served, "GET / HTTP/1.0\r\n\r\n");
    BOOST_TEST(old.ends_with("\r\n\r\nhelloxxxxxxxxxxxxxxxx"));
    BOOST_TEST(old.find("Transfer-Encoding") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(head_has_no_body) {
    Served served(hello);
    const std::string reply = ask(served, "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
    BOOST_TEST(reply.starts_with("HTTP/1.1 200 OK\r\n"));
    BOOST_TEST(reply.ends_with("\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(a_response_that_breaks_off_looks_it) {
    Served served([](Request& request, ResponseWriter& w) {
        if (request.url.path == "/length") w.header("Content-Length", "100");
        w.write("some");
        w.flush();
        throw std::runtime_error("broken");
    });
    for (const char* request : {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.0\r\n\r\n",
                                "GET /length HTTP/1.1\r\nHost: a\r\n\r\n"}) {
        const std::string reply = ask(served, request);
        BOOST_TEST(reply.ends_with("<reset>"));
        BOOST_TEST(reply.find("\r\n0\r\n\r\n") == std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(an_answer_survives_a_body_that_nobody_reads) {
    Served served([](Request&) { return text("early", 403); });
    os::Fd fd = served.connect();
    os::write_whole(fd.get(), "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n" +
                                  std::string(100'000, 'x'));
    ::shutdown(fd.get(), SHUT_WR);
    BOOST_TEST(read_all(fd).ends_with("\r\n\r\nearly"));
}

BOOST_AUTO_TEST_CASE(many_clients_are_served_at_once) {
    Served served(hello);
    std::atomic<int> good = 0;
    std::vector<std::thread> clients;
    for (int c = 0; c < 8; ++c)
        clients.emplace_back([&] {
            for (int i = 0; i < 20; ++i)
                good +=
                    ask(served, "GET / HTTP/1.1\r\nHost: a\r\n\r\n").starts_with("HTTP/1.1 200");
        });
    for (std::thread& client : clients)
        client.join();
    BOOST_TEST(good == 160);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(http_door_refuses)

BOOST_DATA_TEST_CASE(what_rfc_9112_forbids, refusals) {
    Served served(hello);
    const std::string reply = ask(served, sample.request);
    BOOST_TEST(reply.starts_with(std::string("HTTP/1.1 ") + sample.status + ' '), reply);
    BOOST_TEST(reply.find("\r\nConnection: close\r\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_head_that_does_not_end_in_time) {
    Served served(hello, {.header_timeout = milliseconds(30)});
    os::Fd begun = served.connect();
    os::write_whole(begun.get(), "GET / HTTP/1.1\r\n");
    BOOST_TEST(read_all(begun).starts_with("HTTP/1.1 408 "));
    BOOST_TEST(read_all(served.connect()) == "");
}

BOOST_AUTO_TEST_CASE(a_body_that_does_not_come) {
    Served served(hello, {.body_timeout = milliseconds(30)});
    for (const char* length : {"5", "500000"}) {  // one that is collected, one that is streamed
        os::Fd fd = served.connect();
        os::write_whole(fd.get(), "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " +
                                      std::string(length) + "\r\n\r\nhe");
        BOOST_TEST(read_all(fd).starts_with("HTTP/1.1 408 "));
    }
}

BOOST_AUTO_TEST_CASE(heads_past_the_limits) {
    Served served(hello, {.request_line = 100, .header_size = 200, .header_count = 3});
    BOOST_TEST(ask(served, "GET /" + std::string(200, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n")
                   .starts_with("HTTP/1.1 414 "));
    BOOST_TEST(ask(served, "GET / HTTP/1.1\r\nHost: a\r\nA: " + std::string(300, 'x') + "\r\n\r\n")
                   .starts_with("HTTP/1.1 431 "));
    BOOST_TEST(ask(served, "GET / HTTP/1.1\r\nHost: a\r\nA: b\r\nA: b\r\nA: b\r\n\r\n")
                   .starts_with("HTTP/1.1 431 "));
}

BOOST_AUTO_TEST_CASE(more_connections_than_it_may_have) {
    std::binary_semaphore inside{0}, go_on{0};
    Served served(
        [&](Request&) {
            inside.release();
            go_on.acquire();
            return text("slow");
        },
        {.max_connections = 1});
    os::Fd first = served.connect();
    os::write_whole(first.get(), "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    inside.acquire();
    const std::string busy = read_all(served.connect());
    go_on.release();
    ::shutdown(first.get(), SHUT_WR);
    BOOST_TEST(busy.starts_with("HTTP/1.1 503 "));
    BOOST_TEST(busy.find("\r\nRetry-After: 1\r\n") != std::string::npos);
    BOOST_TEST(
        busy.ends_with("\r\nContent-Length: 36\r\n\r\nthe server is busy, try again later\n"));
    BOOST_TEST(read_all(first).ends_with("slow"));
}

BOOST_AUTO_TEST_CASE(a_handler_that_takes_too_long) {
    Served served(
        [](Request& request) -> Response {
            std::binary_semaphore stopped{0};
            std::stop_callback on_stop(request.context.stop, [&] { stopped.release(); });
            stopped.acquire();
            throw Cancelled("stopped");
        },
        {.request_timeout = milliseconds(30)});
    BOOST_TEST(ask(served, "GET / HTTP/1.1\r\nHost: a\r\n\r\n").starts_with("HTTP/1.1 504 "));
}

BOOST_AUTO_TEST_CASE(addresses_it_cannot_have) {
    BOOST_CHECK_THROW(http_door({.listen = {"example.com:80"}}), std::invalid_argument);
    os::Fd taken = os::listen_on({"", "127.0.0.1", 0});
    BOOST_CHECK_THROW(http_door({.listen = {os::local_address(taken.get()).text()}}),
                      std::system_error);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(http_door_stops)

BOOST_AUTO_TEST_CASE(requests_begun_are_finished_and_no_more_taken) {
    std::binary_semaphore inside{0}, go_on{0};
    Served served([&](Request&) {
        inside.release();
        go_on.acquire();
        return text("finished");
    });
    os::Fd fd = served.connect();
    os::write_whole(fd.get(), "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    inside.acquire();
    served.door().stop();
    go_on.release();
    BOOST_TEST(read_all(fd).ends_with("finished"));
    fd.reset();
    served.stop();
    BOOST_CHECK_THROW(served.connect(), std::system_error);
}

BOOST_AUTO_TEST_CASE(who_has_connected_is_answered_and_who_has_not_is_refused) {
    constexpr int rounds = 5;
    constexpr std::size_t clients = 4;
    const test::TemporaryDirectory directory;
    std::atomic<int> answered{0}, refused{0}, lost{0};
    for (int round = 0; round < rounds; ++round) {
        Served served([](Request&) { return text("ok"); },
                      {.listen = {"127.0.0.1:0", "unix:" + directory / "socket"}});
        std::vector<std::thread> threads;
        for (std::size_t i = 0; i < clients; ++i)
            threads.emplace_back([&, address = i % 2] {
                for (;;) {
                    os::Fd fd;
                    try {
                        fd = served.connect(address);
                    } catch (const std::system_error&) {
                        ++refused;
                        return;
                    }
                    try {
                        os::write_whole(fd.get(), "GET / HTTP/1.0\r\n\r\n");
                        const bool is_whole = read_all(fd).ends_with("\r\n\r\nok");
                        ++(is_whole ? answered : lost);
                    } catch (const std::system_error&) {
                        ++lost;
                    }
                }
            });
        while (answered < 100 * (round + 1))
            std::this_thread::yield();
        served.stop();
        for (std::thread& thread : threads)
            thread.join();
    }
    BOOST_TEST(lost == 0);
    BOOST_TEST(refused == rounds * static_cast<int>(clients));
}

BOOST_AUTO_TEST_CASE(a_request_that_does_not_end_is_cancelled) {
    std::binary_semaphore inside{0};
    Served served(
        [&](Request& request, ResponseWriter&) {
            inside.release();
            std::binary_semaphore stopped{0};
            std::stop_callback on_stop(request.context.stop, [&] { stopped.release(); });
            stopped.acquire();
            request.context.check();
        },
        {.drain_timeout = milliseconds(10)});
    os::Fd fd = served.connect();
    os::write_whole(fd.get(), "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    inside.acquire();
    served.stop();
    BOOST_TEST(read_all(fd) == "<reset>");
}

BOOST_AUTO_TEST_CASE(a_door_that_finishes_gives_those_begun_all_their_time) {
    std::binary_semaphore inside{0}, go_on{0};
    bool was_cancelled = true;
    Served served(
        [&](Request& request) {
            inside.release();
            go_on.acquire();
            was_cancelled = request.context.cancelled();
            return text("whole");
        },
        {.drain_timeout = milliseconds(1)});
    os::Fd fd = served.connect();
    os::write_whole(fd.get(), "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    inside.acquire();
    served.door().finish();
    BOOST_CHECK_THROW(served.connect(), std::system_error);
    std::this_thread::sleep_for(milliseconds(100));  // far longer than it drains when it stops
    go_on.release();
    BOOST_TEST(read_all(fd).ends_with("whole"));
    BOOST_TEST(!was_cancelled);
}

BOOST_AUTO_TEST_CASE(a_door_that_finishes_can_be_stopped_still) {
    std::binary_semaphore inside{0};
    Served served(
        [&](Request& request, ResponseWriter&) {
            inside.release();
            std::binary_semaphore stopped{0};
            std::stop_callback on_stop(request.context.stop, [&] { stopped.release(); });
            stopped.acquire();  // a hang here is the failure
            request.context.check();
        },
        {.drain_timeout = milliseconds(10)});
    os::Fd fd = served.connect();
    os::write_whole(fd.get(), "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    inside.acquire();
    served.door().finish();
    served.stop();
    served.door().finish();  // which is over
    BOOST_TEST(read_all(fd) == "<reset>");
}

BOOST_AUTO_TEST_CASE(a_program_ends_well_on_sigterm) {
    os::Subprocess p({TURNGATE_DOOR_PROGRAM, {}, {"PORT=0", "HOST=127.0.0.1"}});
    std::string log(500, '\0');
    log.resize(os::read_some(p.err.get(), log));
    const std::string before = "listening on ";
    const auto at = log.find(before);
    BOOST_TEST_REQUIRE(at != std::string::npos, log);
    const std::string address =
        log.substr(at + before.size(), log.find('"', at) - at - before.size());
    os::Fd fd = os::connect_to(os::Address::parse(address), milliseconds(5000));
    os::write_whole(fd.get(), "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe");
    p.kill(SIGTERM);
    os::write_whole(fd.get(), "llo");
    BOOST_TEST(read_all(fd).ends_with("hello"));
    fd.reset();
    BOOST_TEST(p.wait()->success());
}

BOOST_AUTO_TEST_CASE(a_second_signal_ends_it_at_once) {
    os::Subprocess p({TURNGATE_DOOR_PROGRAM, {}, {"PORT=0", "HOST=127.0.0.1"}});
    std::string log(500, '\0');
    log.resize(os::read_some(p.err.get(), log));
    const auto at = log.find("127.0.0.1:");
    BOOST_TEST_REQUIRE(at != std::string::npos, log);
    os::Fd open = os::connect_to(os::Address::parse(log.substr(at, log.find('"', at) - at)),
                                 milliseconds(5000));
    os::write_whole(
        open.get(),
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
    std::string interim(25, '\0');
    os::read_whole(open.get(), interim);  // the request has begun and cannot end
    p.kill(SIGTERM);
    while (!p.wait(milliseconds(1)))
        p.kill(SIGTERM);
    BOOST_TEST(p.wait()->code == 128 + SIGTERM);
}

BOOST_AUTO_TEST_CASE(what_cannot_start_says_so_in_one_sentence) {
    auto run = [](std::vector<std::string> environment) {
        os::Subprocess p({TURNGATE_DOOR_PROGRAM, {}, std::move(environment)});
        std::string err(500, '\0');
        err.resize(os::read_whole(p.err.get(), err));
        return std::to_string(p.wait()->code) + ' ' + err;
    };
    os::Fd taken = os::listen_on({"", "127.0.0.1", 0});
    const std::string port = std::to_string(os::local_address(taken.get()).port);
    BOOST_TEST(run({"HOST=127.0.0.1", "PORT=" + port}) ==
               "1 error: cannot listen on 127.0.0.1:" + port + ": Address already in use\n");
    BOOST_TEST(run({"PORT=http"}) ==
               "2 error: PORT=http is wrong: expected a number from 0 to 65535\n");
    BOOST_TEST(run({"TURNGATE_AS=htp"})
                   .starts_with("2 error: TURNGATE_AS=htp names no platform: did you mean http?"));
    BOOST_TEST(
        run({"LOG_LEVEL=loud"}).starts_with("2 error: LOG_LEVEL=loud is wrong: expected debug"));
    BOOST_TEST(
        run({"TURNGATE_MAX_BODY=much"}).starts_with("2 error: TURNGATE_MAX_BODY=much is wrong"));
}

BOOST_AUTO_TEST_SUITE_END()
