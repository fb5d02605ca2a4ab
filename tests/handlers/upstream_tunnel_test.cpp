// Switched protocols: what a client and an upstream say to each other behind a 101.
#include <fcntl.h>
#include <semaphore>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "support/fake_upstream.h"
#include "support/switched_door.h"
#include <turngate/handlers/upstream.h>
#include <turngate/http/serve.h>

using namespace turngate;
using namespace turngate::test;
using namespace std::chrono_literals;

namespace {

Request wants(std::string_view protocol) {
    return Request::make("GET", "/chat", {},
                         {{"Host", "h"},
                          {"Connection", "Upgrade"},
                          {"Upgrade", protocol},
                          {"Sec-WebSocket-Key", "a"}});
}

constexpr std::string_view switched =
    "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: WebSocket\r\n"
    "Sec-WebSocket-Accept: b\r\n\r\n";

Outcome serve_at(SwitchedDoor& door, const HandlerPtr& handler, Request request) {
    ResponseWriter response(door);
    return serve(*handler, request, response);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(upstream_tunnel)

BOOST_AUTO_TEST_CASE(a_switched_connection_passes_on_both_ways_until_both_have_ended) {
    const std::string much(3'000'000, 'x');
    FakeUpstream server([&](FakePeer& peer) {
        peer.read_request();
        peer.write(std::string(switched) + "early");  // in one piece with the head
        const std::string all = peer.read_bytes(much.size());
        peer.write(all);
        const std::string rest = peer.read_until("\n");  // to the end: the client has none
        peer.write("rest " + rest);
    });
    SwitchedDoor door;
    std::vector<std::string> got;
    std::thread client([&] {
        FakePeer peer(door.client(), 1);
        std::thread writer([&] {
            FakePeer other(door.client(), 1);
            other.write(much + "last");
            other.end_output();
        });
        got.push_back(peer.read_bytes(5));
        got.push_back(peer.read_bytes(much.size()));
        got.push_back(peer.read_until("\n"));
        writer.join();
    });
    const Outcome outcome = serve_at(door, upstream({.url = server.url()}), wants("websocket"));
    client.join();
    BOOST_TEST((got == std::vector<std::string>{"early", much, "rest last"}));
    BOOST_TEST(door.head == "101 Sec-WebSocket-Accept=b Connection=Upgrade Upgrade=WebSocket");
    BOOST_TEST(door.outcome == "finished");
    BOOST_TEST(outcome.status == 101);
}

BOOST_AUTO_TEST_CASE(an_end_of_one_side_alone_is_passed_on) {
    std::string upstream_got, client_got = "nothing yet";
    std::binary_semaphore heard(0);
    FakeUpstream server([&](FakePeer& peer) {
        peer.read_request();
        peer.write(switched);
        peer.end_output();
        upstream_got = peer.read_until("\n");
        heard.release();
    });
    SwitchedDoor door;
    std::thread client([&] {
        FakePeer peer(door.client(), 1);
        client_got = peer.read_until("\n");
        peer.write("still here\n");
        peer.end_output();
    });
    serve_at(door, upstream({.url = server.url()}), wants("websocket"));
    client.join();
    heard.acquire();
    BOOST_TEST(upstream_got == "still here\n");
    BOOST_TEST(client_got == "");
    BOOST_TEST(door.outcome == "finished");
}

BOOST_AUTO_TEST_CASE(nothing_is_switched_that_was_not_asked_for) {
    for (const std::string_view reply :
         {"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\nx",
          "HTTP/1.1 101 Switching Protocols\r\n\r\nx",
          "HTTP/1.1 101 Switching Protocols\r\nUpgrade: ,\r\n\r\nx"}) {
        FakeUpstream server([&](FakePeer& peer) {
            peer.read_request();
            peer.write(reply);
            peer.wait_for_end();
        });
        SwitchedDoor asked, unasked;
        const HandlerPtr handler = upstream({.url = server.url()});
        serve_at(asked, handler, wants("websocket"));
        BOOST_TEST(asked.head == "502", reply);
        serve_at(unasked, handler, Request::get("/"));
        BOOST_TEST(unasked.head == "502", reply);
    }
}

BOOST_AUTO_TEST_CASE(a_refusal_to_switch_is_a_reply_like_any_other) {
    FakeUpstream server([](FakePeer& peer) {
        while (!peer.read_request().empty())
            peer.write("HTTP/1.1 426 No\r\nContent-Length: 0\r\n\r\n");
    });
    const HandlerPtr handler = upstream({.url = server.url()});
    for (int i = 0; i < 2; ++i) {
        SwitchedDoor door;
        serve_at(door, handler, wants("websocket"));
        BOOST_TEST(door.head == "426");
    }
    BOOST_TEST(server.connections() == 1u);
}

BOOST_AUTO_TEST_CASE(a_door_that_cannot_switch_says_so) {
    FakeUpstream server([](FakePeer& peer) {
        peer.read_request();
        peer.write(switched);
        peer.wait_for_end();
    });
    BOOST_TEST(record(*upstream({.url = server.url()}), wants("websocket")).status == 501);
}

BOOST_AUTO_TEST_CASE(an_idle_tunnel_ends_and_so_does_one_that_is_cancelled_or_left) {
    std::counting_semaphore<> begun(0), released(0);
    FakeUpstream server([&](FakePeer& peer) {
        peer.read_request();
        peer.write(switched);
        begun.release();
        if (peer.wait_for_end()) released.release();
    });
    SwitchedDoor idle;
    serve_at(idle, upstream({.url = server.url(), .switched_idle_timeout = 30ms}),
             wants("websocket"));
    BOOST_TEST(idle.outcome == "aborted");
    begun.acquire();
    released.acquire();

    const HandlerPtr handler = upstream({.url = server.url()});
    std::stop_source stop;
    std::thread canceller([&] {
        begun.acquire();
        stop.request_stop();
    });
    Request request = wants("websocket");
    request.context.stop = stop.get_token();
    SwitchedDoor cancelled;
    serve_at(cancelled, handler, std::move(request));
    canceller.join();
    BOOST_TEST(cancelled.outcome == "aborted");
    released.acquire();

    SwitchedDoor left;
    std::thread leaver([&] {
        begun.acquire();
        left.client_leaves();
    });
    serve_at(left, handler, wants("websocket"));
    leaver.join();
    released.acquire();
}

BOOST_AUTO_TEST_SUITE_END()
