// Exchanges with an upstream that wait, behind the HTTP door: without a thread each, and whatever
// ends them.
#include <chrono>
#include <semaphore>
#include <string>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "support/fake_upstream.h"
#include "support/patient_upstream.h"
#include "support/served.h"
#include "support/tcp_client.h"
#include <turngate/doors/http.h>
#include <turngate/handlers/middleware.h>
#include <turngate/handlers/upstream.h>
#include <turngate/http/serve.h>

using namespace turngate;
using namespace turngate::test;
using namespace std::chrono_literals;

namespace {

constexpr const char* get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
constexpr const char* last_get = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
constexpr const char* switching_get =
    "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n";
constexpr const char* switched =
    "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n";
constexpr const char* reply = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

void answer_all(FakePeer& peer) {
    while (!peer.read_request().empty())
        peer.write(reply);
}

HttpOptions of_threads(std::size_t most) {
    HttpOptions options;
    options.max_threads = most;
    return options;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(upstream_waits)

BOOST_AUTO_TEST_CASE(more_requests_wait_than_there_may_be_threads) {
    constexpr int many = 60;
    PatientUpstream server;
    const Served served(upstream({.url = server.url()}), of_threads(2));
    std::vector<os::Fd> clients;
    for (int i = 0; i < many; ++i) {
        clients.push_back(served.connect());
        os::write_whole(clients.back().get(), last_get);
        BOOST_TEST(server.wait_for(1));  // not all at once, which might look like an overload
    }
    server.let_go();
    for (const os::Fd& client : clients)
        BOOST_TEST(read_all(client).ends_with("\r\n\r\nok"));
}

BOOST_AUTO_TEST_CASE(more_switched_connections_talk_than_there_may_be_threads) {
    constexpr int many = 60, rounds = 20;
    FakeUpstream server([](FakePeer& peer) {
        peer.read_request();
        peer.write(switched);
        for (std::string line; !(line = peer.read_until("\n")).empty();)
            peer.write("heard " + line);
    });
    const Served served(upstream({.url = server.url()}), of_threads(2));
    std::vector<os::Fd> clients;
    for (int i = 0; i < many; ++i) {
        clients.push_back(served.connect());
        os::write_whole(clients.back().get(), switching_get);
        BOOST_TEST_REQUIRE(read_until(clients.back(), "\r\n\r\n").starts_with("HTTP/1.1 101 "));
    }
    for (int round = 0; round < rounds; ++round) {
        const std::string word = std::to_string(round) + '\n';
        for (const os::Fd& client : clients)
            os::write_whole(client.get(), word);
        for (const os::Fd& client : clients)
            BOOST_TEST_REQUIRE(read_until(client, "\n") == "heard " + word);
    }
    BOOST_TEST(ask(served, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                   .starts_with("HTTP/1.1 502 "));  // for a 101 that it has not asked for
    for (const os::Fd& client : clients) {
        ::shutdown(client.get(), SHUT_WR);
        BOOST_TEST(read_all(client).empty());
    }
}

// Neither side reads for a while, and then each gets what the other has said.
BOOST_AUTO_TEST_CASE(much_goes_both_ways_on_a_switched_connection_that_waits) {
    const std::string much(3'000'000, 'x');
    FakeUpstream server([&](FakePeer& peer) {
        peer.read_request();
        peer.write(switched);
        std::thread writer([&] { peer.write(much); });
        FakePeer reader = peer;
        const std::string all = reader.read_bytes(much.size());
        writer.join();
        peer.write(all == much ? "whole" : "spoilt");
    });
    const Served served(upstream({.url = server.url()}), of_threads(1));
    const os::Fd client = served.connect();
    os::write_whole(client.get(), switching_get);
    BOOST_TEST(read_until(client, "\r\n\r\n").starts_with("HTTP/1.1 101 "));
    std::thread writer([&] { os::write_whole(client.get(), much); });
    const std::string all = read_all(client);
    writer.join();
    BOOST_TEST((all == much + "whole"));
}

BOOST_AUTO_TEST_CASE(a_switched_connection_on_which_nothing_moves_ends) {
    std::binary_semaphore ended{0};
    FakeUpstream server([&](FakePeer& peer) {
        peer.read_request();
        peer.write(switched);
        if (peer.wait_for_end()) ended.release();
    });
    const Served served(upstream({.url = server.url(), .switched_idle_timeout = 50ms}),
                        of_threads(1));
    const os::Fd client = served.connect();
    os::write_whole(client.get(), switching_get);
    BOOST_TEST(read_until(client, "\r\n\r\n").starts_with("HTTP/1.1 101 "));
    BOOST_TEST(ended.try_acquire_for(10s));
    read_all(client);
}

BOOST_AUTO_TEST_CASE(switched_connections_end_with_the_time_to_drain_and_with_their_client) {
    std::counting_semaphore<> ended{0};
    FakeUpstream server([&](FakePeer& peer) {
        peer.read_request();
        peer.write(switched);
        if (peer.wait_for_end()) ended.release();
    });
    HttpOptions options = of_threads(2);
    options.drain_timeout = 50ms;
    Served served(upstream({.url = server.url()}), options);
    std::vector<os::Fd> clients;
    for (int i = 0; i < 10; ++i) {
        clients.push_back(served.connect());
        os::write_whole(clients.back().get(), switching_get);
        BOOST_TEST(read_until(clients.back(), "\r\n\r\n").starts_with("HTTP/1.1 101 "));
    }
    reset(clients.back());
    BOOST_TEST(ended.try_acquire_for(10s));
    served.stop();
    for (int i = 0; i < 9; ++i)
        BOOST_TEST(ended.try_acquire_for(10s));
}

BOOST_AUTO_TEST_CASE(a_client_that_leaves_ends_the_exchange) {
    std::counting_semaphore<> arrived{0}, ended{0};
    FakeUpstream server([&](FakePeer& peer) {
        peer.read_request();
        arrived.release();
        if (peer.wait_for_end()) ended.release();
    });
    const Served served(upstream({.url = server.url()}), of_threads(2));
    {
        const os::Fd client = served.connect();
        os::write_whole(client.get(), get);
        BOOST_TEST(arrived.try_acquire_for(10s));
        const linger now = {1, 0};
        ::setsockopt(client.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
    }
    BOOST_TEST(ended.try_acquire_for(10s));
}

BOOST_AUTO_TEST_CASE(what_takes_too_long_is_a_504) {
    PatientUpstream server;
    const Served served(upstream({.url = server.url(), .timeout = 100ms}), of_threads(1));
    BOOST_TEST(ask(served, last_get).starts_with("HTTP/1.1 504 "));
    const Served behind(timeout(100ms)(upstream({.url = server.url()})), of_threads(1));
    BOOST_TEST(ask(behind, last_get).starts_with("HTTP/1.1 504 "));
}

BOOST_AUTO_TEST_CASE(requests_that_wait_are_answered_before_the_door_stops) {
    PatientUpstream server;
    Served served(upstream({.url = server.url()}), of_threads(2));
    std::vector<os::Fd> clients;
    for (int i = 0; i < 10; ++i) {
        clients.push_back(served.connect());
        os::write_whole(clients.back().get(), get);
        BOOST_TEST(server.wait_for(1));
    }
    std::thread stopper([&] { served.stop(); });
    server.let_go();
    for (const os::Fd& client : clients)
        BOOST_TEST(read_all(client).ends_with("\r\n\r\nok"));
    stopper.join();
}

BOOST_AUTO_TEST_CASE(requests_that_wait_beyond_the_time_to_drain_are_ended) {
    PatientUpstream server;
    HttpOptions options = of_threads(2);
    options.drain_timeout = 100ms;
    Served served(upstream({.url = server.url()}), options);
    const os::Fd client = served.connect();
    os::write_whole(client.get(), get);
    BOOST_TEST(server.wait_for(1));
    served.stop();
    BOOST_TEST(!read_all(client).starts_with("HTTP/1.1 200 "));
}

BOOST_AUTO_TEST_CASE(a_kept_connection_serves_the_next_door) {
    FakeUpstream server(answer_all);
    const HandlerPtr handler = upstream({.url = server.url()});
    for (int i = 0; i < 3; ++i) {
        const Served served(handler, of_threads(2));
        BOOST_TEST(ask(served, last_get).ends_with("\r\n\r\nok"));
        BOOST_TEST(ask(served, last_get).ends_with("\r\n\r\nok"));
    }
    BOOST_TEST(server.connections() == 1u);
}

BOOST_AUTO_TEST_CASE(a_kept_connection_serves_who_has_no_door_and_then_the_door_again) {
    FakeUpstream server(answer_all);
    const HandlerPtr handler = upstream({.url = server.url()});
    const Served served(handler, of_threads(2));
    for (int i = 0; i < 3; ++i) {
        BOOST_TEST(ask(served, last_get).ends_with("\r\n\r\nok"));
        BOOST_TEST(record(*handler, Request::get("/")).body == "ok");
    }
    BOOST_TEST(server.connections() == 1u);
}

BOOST_AUTO_TEST_CASE(pipelined_requests_are_answered_in_their_order) {
    FakeUpstream server([&](FakePeer& peer) {
        for (std::string request; !(request = peer.read_request()).empty();)
            peer.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n" + request.substr(5, 2));
    });
    const Served served(upstream({.url = server.url()}), of_threads(2));
    std::string all;
    for (int i = 10; i < 90; ++i)
        all += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\n\r\n";
    const std::string answers = ask(served, all);
    std::size_t at = 0;
    for (int i = 10; i < 90; ++i) {
        at = answers.find("\r\n\r\n" + std::to_string(i), at);
        BOOST_TEST_REQUIRE(at != std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(an_end_that_comes_with_the_last_bytes_is_seen) {
    FakeUpstream server([](FakePeer& peer) {
        peer.read_request();
        peer.write("HTTP/1.1 200 OK\r\n\r\nuntil the end");
    });
    const Served served(upstream({.url = server.url()}), of_threads(1));
    for (int i = 0; i < 50; ++i)
        BOOST_TEST(ask(served, last_get).find("until the end") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
