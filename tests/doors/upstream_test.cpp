// An upstream behind the HTTP door: what a client on the wire sees.
#include <algorithm>
#include <string>
#include <sys/socket.h>
#include <thread>

#include <boost/test/unit_test.hpp>

#include "support/fake_upstream.h"
#include "support/recorded_cases.h"
#include "support/upstream_attack.h"
#include <turngate/doors/http.h>
#include <turngate/handlers/upstream.h>
#include <turngate/http/serve.h>
#include <turngate/os/socket.h>

using namespace turngate;
using namespace turngate::test;
using namespace std::chrono_literals;

namespace {

class Served {
  public:
    explicit Served(HandlerPtr handler) {
        HttpOptions options;
        options.listen = {"127.0.0.1:0"};
        door_ = http_door(std::move(options));
        thread_ = std::thread([this, handler = std::move(handler)] { door_->serve(handler); });
    }
    ~Served() {
        door_->stop();
        thread_.join();
    }

    os::Fd connect() const {
        return os::connect_to(os::Address::parse(door_->addresses().front()), 5s);
    }

    // All that comes back to these bytes, up to the end or a reset.
    std::string answer(const std::string& request) const {
        const os::Fd fd = connect();
        FakePeer peer(fd.get(), 1);
        peer.write(request);
        return peer.read_until("\n\n\n\n never");
    }

  private:
    std::unique_ptr<HttpDoor> door_;
    std::thread thread_;
};

// True if a client must take `reply` for a whole one; only what it says of its own length counts.
bool looks_whole(const std::string& reply) {
    const std::size_t end = reply.find("\r\n\r\n");
    if (end == std::string::npos) return false;
    const std::string head = lower_case(reply.substr(0, end + 2));
    const std::string body = reply.substr(end + 4);
    if (head.find("transfer-encoding: chunked") != std::string::npos)
        return body == "0\r\n\r\n" || body.ends_with("\r\n0\r\n\r\n");
    const std::size_t length = head.find("content-length: ");
    return length == std::string::npos ||
           body.size() >= std::strtoul(head.c_str() + length + 16, nullptr, 10);
}

constexpr const char* get = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

}  // namespace

BOOST_AUTO_TEST_SUITE(upstream_behind_http)

BOOST_AUTO_TEST_CASE(no_recorded_reply_that_breaks_off_looks_whole) {
    for (const RecordedCase& attack :
         recorded_cases(TURNGATE_FIXTURES "/http/upstream-attacks.jsonl")) {
        UpstreamAttack server(attack);
        const std::string expect = attack.facts["expect"].string_or("");
        if (server.needs_idle_connection() || server.is_while_uploading()) continue;
        const bool is_slow = expect == "504" || server.drips();
        const Served served(upstream({.url = server.url(), .timeout = is_slow ? 300ms : 5000ms}));
        std::string reply = served.answer(get);
        while (reply.starts_with("HTTP/1.1 1"))  // interim ones are passed on
            reply.erase(0, reply.find("\r\n\r\n") + 4);
        const std::string status = reply.substr(0, std::min<std::size_t>(reply.size(), 12));
        BOOST_TEST(reply.find("evil") == std::string::npos, attack.name);
        BOOST_TEST(reply.find("X-Evil") == std::string::npos, attack.name);
        if (expect == "truncated")
            BOOST_TEST((status == "HTTP/1.1 502" || !looks_whole(reply)),
                       attack.name << ": " << reply.substr(0, 300));
        else if (expect[0] >= '2' && expect[0] <= '5')
            BOOST_TEST(status == "HTTP/1.1 " + expect.substr(0, 3), attack.name << ": " << status);
    }
}

BOOST_AUTO_TEST_CASE(a_body_that_breaks_off_behind_its_head_is_visibly_short) {
    const std::string much(100'000, 'x');
    for (const std::string& raw :
         {"HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n" + much,
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n186a0\r\n" + much + "\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n186a0\r\n" + much + "\r\nx\r\n"}) {
        FakeUpstream server([&](FakePeer& peer) {
            peer.read_request();
            peer.write(raw);
        });
        const Served served(upstream({.url = server.url()}));
        const std::string reply = served.answer(get);
        BOOST_TEST(reply.starts_with("HTTP/1.1 200 "));
        BOOST_TEST(!looks_whole(reply), raw.substr(0, 60));
    }
}

BOOST_AUTO_TEST_CASE(a_request_is_not_answered_by_what_belongs_to_another) {
    FakeUpstream server([](FakePeer& peer) {
        for (std::string request; !(request = peer.read_request()).empty();)
            peer.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n" + request.substr(5, 2) +
                       "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
    });
    const Served served(upstream({.url = server.url()}));
    for (int i = 10; i < 30; ++i) {
        const std::string path = std::to_string(i);
        const std::string reply =
            served.answer("GET /" + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        BOOST_TEST(reply.ends_with("\r\n\r\n" + path), reply);
    }
}

BOOST_AUTO_TEST_CASE(an_upload_with_expect_reaches_the_upstream_without_it) {
    FakeUpstream server([](FakePeer& peer) {
        const std::string request = peer.read_request();
        const bool expects = request.find("Expect") != std::string::npos;
        const std::string body =
            (expects ? "Expect!" : "") + request.substr(request.find("\r\n\r\n") + 4);
        peer.write("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) +
                   "\r\n\r\n" + body);
    });
    const Served served(upstream({.url = server.url()}));
    const os::Fd fd = served.connect();
    FakePeer peer(fd.get(), 1);
    peer.write(
        "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 4\r\n"
        "Connection: close\r\n\r\n");
    BOOST_TEST(peer.read_until("\r\n\r\n").starts_with("HTTP/1.1 100 "));
    peer.write("body");
    BOOST_TEST(peer.read_until("\n\n\n\n never").ends_with("\r\n\r\nbody"));
}

BOOST_AUTO_TEST_CASE(a_stream_reaches_the_client_piece_by_piece_and_its_leaving_the_upstream) {
    FakeUpstream server([](FakePeer& peer) {
        peer.read_request();
        peer.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n");
        peer.wait_for_end();
    });
    const Served served(upstream({.url = server.url()}));
    const os::Fd fd = served.connect();
    FakePeer peer(fd.get(), 1);
    peer.write(get);
    BOOST_TEST(peer.read_until("data: 1\n\n").find("text/event-stream") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
