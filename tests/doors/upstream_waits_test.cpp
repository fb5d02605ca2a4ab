// Exchanges with an upstream that wait, behind the HTTP door: without a thread each, and whatever
// ends them.
#include <chrono>
#include <semaphore>
#include <string>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "support/fake_upstream.h"
#include "support/served.h"
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

// Holds every request back until it is told otherwise.
class Patient {
  public:
    Patient() : server_([this](FakePeer& peer) { serve(peer); }) {}
    ~Patient() { let_go(); }

    const std::string& url() const { return server_.url(); }
    bool wait_for(int requests) {
        for (int i = 0; i < requests; ++i)
            if (!arrived_.try_acquire_for(10s)) return false;
        return true;
    }
    void let_go() { go_on_.release(1000); }

  private:
    void serve(FakePeer& peer) {
        while (!peer.read_request().empty()) {
            arrived_.release();
            go_on_.acquire();
            if (!peer.write(reply)) return;
        }
    }

    std::counting_semaphore<> arrived_{0}, go_on_{0};
    FakeUpstream server_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(upstream_waits)

BOOST_AUTO_TEST_CASE(more_requests_wait_than_there_may_be_threads) {
    constexpr int many = 60;
    Patient server;
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
    Patient server;
    const Served served(upstream({.url = server.url(), .timeout = 100ms}), of_threads(1));
    BOOST_TEST(ask(served, last_get).starts_with("HTTP/1.1 504 "));
    const Served behind(timeout(100ms)(upstream({.url = server.url()})), of_threads(1));
    BOOST_TEST(ask(behind, last_get).starts_with("HTTP/1.1 504 "));
}

BOOST_AUTO_TEST_CASE(requests_that_wait_are_answered_before_the_door_stops) {
    Patient server;
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
    Patient server;
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
