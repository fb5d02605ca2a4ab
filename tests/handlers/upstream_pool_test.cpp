// Which connection carries which request, and what is sent twice.
#include "../../handlers/src/handlers/upstream_pool.h"

#include <atomic>
#include <future>
#include <semaphore>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "support/fake_upstream.h"
#include "support/temporary_directory.h"
#include <turngate/handlers/upstream.h>
#include <turngate/http/serve.h>
#include <turngate/os/socket.h>

using namespace turngate;
using namespace turngate::test;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view hi = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

// Answers one request on each connection; takes a second one, and closes without an answer.
struct Fickle {
    std::atomic<int> requests = 0;
    FakeUpstream server{[this](FakePeer& peer) {
        if (peer.read_request().empty()) return;
        ++requests;
        peer.write(hi);
        if (!peer.read_request().empty()) ++requests;
    }};
};

// A body that still arrives, of more than is read beforehand.
class Endless final : public BodySource {
  public:
    std::size_t read(std::span<char> into) override {
        std::fill(into.begin(), into.end(), 'x');
        return into.size();
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(upstream_pool)

BOOST_AUTO_TEST_CASE(a_connection_is_used_again) {
    FakeUpstream server([](FakePeer& peer) {
        for (std::string request; !(request = peer.read_request()).empty();) {
            if (request.starts_with("HEAD"))
                peer.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
            else if (request.find("POST") == 0)
                peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
            else
                peer.write(hi);
        }
    });
    const HandlerPtr handler = upstream({.url = server.url()});
    for (const char* method : {"GET", "HEAD", "POST", "GET", "PUT", "DELETE"})
        BOOST_TEST(record(*handler, Request::make(method, "/", "body")).status == 200);
    BOOST_TEST(server.connections() == 1u);
}

BOOST_AUTO_TEST_CASE(a_connection_whose_reply_ended_otherwise_is_not) {
    for (const std::string_view reply :
         {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi",
          "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi",
          "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi!",
          "HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\nhi",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n!"}) {
        FakeUpstream server([&](FakePeer& peer) {
            while (!peer.read_request().empty())
                peer.write(reply);
        });
        const HandlerPtr handler = upstream({.url = server.url()});
        for (int i = 0; i < 3; ++i)
            BOOST_TEST(record(*handler, Request::get("/")).status < 300);
        BOOST_TEST(server.connections() == 3u, reply);
    }
}

BOOST_AUTO_TEST_CASE(a_connection_that_was_closed_meanwhile_is_replaced_unnoticed) {
    std::counting_semaphore<> closed(0);
    std::binary_semaphore close(0);
    FakeUpstream server([&](FakePeer& peer) {
        peer.read_request();
        peer.write(hi);
        if (peer.number > 1) return;
        close.acquire();
        peer.end_output();
        closed.release();
        peer.wait_for_end();
    });
    const HandlerPtr handler = upstream({.url = server.url()});
    BOOST_TEST(record(*handler, Request::get("/")).body == "hi");
    close.release();
    closed.acquire();
    BOOST_TEST(record(*handler, Request::post("/", "x")).body == "hi");
    BOOST_TEST(server.connections() == 2u);
}

BOOST_AUTO_TEST_CASE(a_connection_is_not_kept_past_its_time) {
    FakeUpstream server([&](FakePeer& peer) {
        while (!peer.read_request().empty())
            peer.write(hi);
    });
    const HandlerPtr handler = upstream({.url = server.url(), .keep_alive = 0ms});
    record(*handler, Request::get("/"));
    record(*handler, Request::get("/"));
    BOOST_TEST(server.connections() == 2u);
}

BOOST_AUTO_TEST_CASE(what_may_be_sent_twice_is_where_a_kept_connection_ends_without_a_reply) {
    for (const char* method : {"GET", "HEAD", "OPTIONS", "PUT", "DELETE"}) {
        Fickle fickle;
        const HandlerPtr handler = upstream({.url = fickle.server.url()});
        record(*handler, Request::get("/"));
        BOOST_TEST(record(*handler, Request::make(method, "/", "body")).status == 200, method);
        BOOST_TEST(fickle.requests == 3, method);
    }
}

BOOST_AUTO_TEST_CASE(what_may_not_be_sent_twice_is_not) {
    for (const char* method : {"POST", "PATCH", "LOCK"}) {
        Fickle fickle;
        const HandlerPtr handler = upstream({.url = fickle.server.url()});
        record(*handler, Request::get("/"));
        BOOST_TEST(record(*handler, Request::make(method, "/", "body")).status == 502, method);
        BOOST_TEST(fickle.requests == 2, method);
    }
}

BOOST_AUTO_TEST_CASE(a_body_that_has_been_taken_is_not_sent_twice) {
    FakeUpstream server([](FakePeer& peer) {
        peer.read_request();
        peer.write(hi);
        peer.read_until("\r\n\r\n");
    });
    const HandlerPtr handler = upstream({.url = server.url()});
    record(*handler, Request::get("/"));
    Request request = Request::make("PUT", "/");
    request.body = Body(std::make_unique<Endless>(), 1u << 30);
    BOOST_TEST(record(*handler, std::move(request)).status == 502);
    BOOST_TEST(server.connections() == 1u);
}

BOOST_AUTO_TEST_CASE(a_new_connection_that_ends_without_a_reply_is_not_tried_again) {
    FakeUpstream server([](FakePeer& peer) { peer.read_request(); });
    BOOST_TEST(record(*upstream({.url = server.url()}), Request::get("/")).status == 502);
    BOOST_TEST(server.connections() == 1u);
}

BOOST_AUTO_TEST_CASE(a_reply_that_has_begun_is_not_asked_for_again) {
    FakeUpstream server([](FakePeer& peer) {
        peer.read_request();
        peer.write(hi);
        peer.read_request();
        peer.write("H");
    });
    const HandlerPtr handler = upstream({.url = server.url()});
    record(*handler, Request::get("/"));
    BOOST_TEST(record(*handler, Request::get("/")).status == 502);
    BOOST_TEST(server.connections() == 1u);
}

BOOST_AUTO_TEST_CASE(requests_past_the_limit_wait_and_past_that_are_turned_away) {
    std::counting_semaphore<> at_work(0), go_on(0);
    FakeUpstream server([&](FakePeer& peer) {
        while (!peer.read_request().empty()) {
            at_work.release();
            go_on.acquire();
            peer.write(hi);
        }
    });
    const HandlerPtr full =
        upstream({.url = server.url(), .timeout = 10s, .max_connections = 1, .max_waiting = 0});
    auto first = std::async([&] { return record(*full, Request::get("/")).status; });
    at_work.acquire();
    BOOST_TEST(record(*full, Request::get("/")).status == 503);
    go_on.release();
    BOOST_TEST(first.get() == 200);

    const HandlerPtr queue = upstream({.url = server.url(), .max_connections = 1});
    auto second = std::async([&] { return record(*queue, Request::get("/")).status; });
    at_work.acquire();
    Request hurried = Request::get("/");
    hurried.context.deadline = Context::Clock::now() + 30ms;
    BOOST_TEST(record(*queue, std::move(hurried)).status == 504);
    std::stop_source stop;
    stop.request_stop();
    Request cancelled = Request::get("/");
    cancelled.context.stop = stop.get_token();
    BOOST_CHECK_THROW(
        {
            Recorder recorder;
            queue->serve(cancelled, recorder);
        },
        Cancelled);
    auto third = std::async([&] { return record(*queue, Request::get("/")).status; });
    go_on.release(2);
    BOOST_TEST(second.get() == 200);
    BOOST_TEST(third.get() == 200);
    BOOST_TEST(server.connections() == 2u);
}

BOOST_AUTO_TEST_CASE(who_does_not_wait_hears_at_once_that_all_connections_are_in_use) {
    FakeUpstream server([](FakePeer& peer) { peer.wait_for_end(); });
    ServerAddress address;
    BOOST_TEST(!address.set_authority("127.0.0.1:" + std::to_string(server.port())));
    UpstreamPool pool({.connect_timeout = 10s,
                       .keep_alive = 10s,
                       .max_connections = 1,
                       .max_waiting = 1,
                       .max_idle = 0},
                      address);
    const Context context;
    const auto now = UpstreamPool::Clock::now();
    const auto any = UpstreamPool::Choice::any;
    const UpstreamPool::Lease first = pool.take(any, now, now + 10s, context);
    BOOST_CHECK_THROW(pool.take(any, now, now + 10s, context, now), BusyUpstream);
}

BOOST_AUTO_TEST_CASE(a_server_that_takes_no_connection_has_its_time) {
    TemporaryDirectory here;
    const os::Fd listener = os::listen_on({.path = here / "s"}, 0);
    const os::Fd first = os::connect_to({.path = here / "s"}, 1s);
    const std::string url = "http+unix:" + here.path() + "/s";
    BOOST_TEST(record(*upstream({.url = url, .connect_timeout = 30ms}), Request::get("/")).status ==
               503);
    BOOST_TEST(record(*upstream({.url = url, .timeout = 30ms}), Request::get("/")).status == 504);
}

// A listener whose queue is full leaves who comes next without an answer.
BOOST_AUTO_TEST_CASE(a_server_that_is_silent_about_a_connection_is_told_apart) {
    const os::Fd listener = os::listen_on(os::Address::parse("127.0.0.1:0"), 0);
    const os::Address address = os::local_address(listener.get());
    const os::Fd first = os::connect_to(address, 1s);
    const HandlerPtr handler =
        upstream({.url = "http://" + address.text(), .connect_timeout = 30ms});
    Request request = Request::get("/");
    Recorder recorder;
    BOOST_CHECK_EXCEPTION(handler->serve(request, recorder), OverdueConnection,
                          [](const OverdueConnection& e) { return e.status() == 504; });
}

BOOST_AUTO_TEST_CASE(many_requests_at_once_get_their_own_answers) {
    FakeUpstream server([](FakePeer& peer) {
        for (std::string request; !(request = peer.read_request()).empty();) {
            const std::string path = request.substr(4, request.find(' ', 4) - 4);
            peer.write("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(path.size()) +
                       "\r\n\r\n" + path);
        }
    });
    const HandlerPtr handler = upstream({.url = server.url(), .max_connections = 3});
    std::atomic<int> wrong = 0;
    std::vector<std::thread> clients;
    for (int client = 0; client < 8; ++client)
        clients.emplace_back([&, client] {
            for (int i = 0; i < 50; ++i) {
                const std::string path = "/" + std::to_string(client) + "/" + std::to_string(i);
                if (record(*handler, Request::get(path)).body != path) ++wrong;
            }
        });
    for (std::thread& client : clients)
        client.join();
    BOOST_TEST(wrong == 0);
    BOOST_TEST(server.connections() == 3u);
}

BOOST_AUTO_TEST_SUITE_END()
