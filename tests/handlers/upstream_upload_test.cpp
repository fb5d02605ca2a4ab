// Bodies that are sent while the reply may come.
#include <future>
#include <semaphore>

#include <boost/test/unit_test.hpp>

#include "support/fake_upstream.h"
#include "support/slow_bodies.h"
#include <turngate/handlers/upstream.h>
#include <turngate/http/serve.h>

using namespace turngate;
using namespace turngate::test;
using namespace std::chrono_literals;

namespace {

// A client's body, as a test hands it out.
class Slow final : public BodySource {
  public:
    explicit Slow(std::function<std::string()> next) : next_(std::move(next)) {}
    std::size_t read(std::span<char> into) override {
        return next_().copy(into.data(), into.size());
    }

  private:
    std::function<std::string()> next_;
};

Request upload(std::function<std::string()> next, std::optional<std::uint64_t> size = {}) {
    Request request = Request::make("POST", "/");
    request.body = Body(std::make_unique<Slow>(std::move(next)), size);
    return request;
}

// Tells when the whole response has been delivered.
class Client final : public ResponseSink {
  public:
    std::string body;
    std::binary_semaphore finished{0};

    void on_head(int, const Headers&) override {}
    void on_body(std::string_view chunk) override { body += chunk; }
    void on_flush() override {}
    void on_finish() override { finished.release(); }
    void on_abort() noexcept override {}
};

}  // namespace

BOOST_AUTO_TEST_SUITE(upstream_upload)

BOOST_AUTO_TEST_CASE(an_upload_arrives_while_it_is_made) {
    std::binary_semaphore arrived(0);
    FakeUpstream server([&](FakePeer& peer) {
        peer.read_until("3\r\none\r\n");
        arrived.release();
        peer.read_until("0\r\n\r\n");
        peer.write("HTTP/1.1 204 No Content\r\n\r\n");
        peer.wait_for_end();
    });
    int piece = 0;
    Request request = upload([&]() -> std::string {
        if (++piece == 1) return "one";
        if (piece == 2) arrived.acquire();  // not before the first is there
        return piece == 2 ? "two" : "";
    });
    BOOST_TEST(record(*upstream({.url = server.url()}), std::move(request)).status == 204);
}

BOOST_AUTO_TEST_CASE(a_body_and_its_echo_pass_each_other) {
    FakeUpstream server([](FakePeer& peer) {
        peer.read_until("\r\n\r\n");
        peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        for (std::string chunk; (chunk = peer.read_until("\r\n")) != "0\r\n";) {
            const std::string data = peer.read_bytes(std::strtoul(chunk.c_str(), nullptr, 16) + 2);
            if (!peer.write(chunk + data)) return;
        }
        peer.read_until("\r\n");
        peer.write("0\r\n\r\n");
        peer.wait_for_end();
    });
    std::size_t left = 400;
    Request request =
        upload([&] { return left-- == 0 ? std::string() : std::string(60'000, 'x'); });
    const HandlerPtr handler = upstream({.url = server.url()});
    BOOST_TEST(record(*handler, std::move(request)).body.size() == 24'000'000u);
}

BOOST_AUTO_TEST_CASE(a_large_body_that_is_here_and_its_echo_pass_each_other) {
    FakeUpstream server([](FakePeer& peer) {
        peer.read_until("\r\n\r\n");
        peer.write("HTTP/1.1 200 OK\r\nContent-Length: 30000000\r\n\r\n");
        for (std::size_t left = 30'000'000; left > 0; left -= 10'000)
            if (!peer.write(peer.read_bytes(10'000))) return;
        peer.wait_for_end();
    });
    const HandlerPtr handler = upstream({.url = server.url()});
    const Response response = record(*handler, Request::post("/", std::string(30'000'000, 'x')));
    BOOST_TEST(response.body.size() == 30'000'000u);
}

BOOST_AUTO_TEST_CASE(an_early_reply_reaches_a_client_that_still_waits_to_send) {
    FakeUpstream server([](FakePeer& peer) {
        peer.read_until("\r\n\r\n");
        peer.write("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno");
    });
    Client client;
    Request request = upload([&]() -> std::string {
        client.finished.acquire();  // sends nothing before it has its answer
        return "late";
    });
    ResponseWriter response(client);
    const Outcome outcome = serve(*upstream({.url = server.url()}), request, response);
    BOOST_TEST(outcome.status == 413);
    BOOST_TEST(outcome.complete);
    BOOST_TEST(client.body == "no");
}

BOOST_AUTO_TEST_CASE(a_client_that_leaves_during_its_upload_lets_go_of_the_upstream) {
    std::binary_semaphore reached(0), released(0);
    FakeUpstream server([&](FakePeer& peer) {
        peer.read_until("\r\n\r\n");
        reached.release();
        if (peer.wait_for_end() && peer.was_reset()) released.release();
    });
    Request request = upload([&]() -> std::string {
        reached.acquire();
        throw Cancelled("the client has gone");
    });
    Recorder recorder;
    BOOST_CHECK_THROW(upstream({.url = server.url()})->serve(request, recorder), Cancelled);
    released.acquire();
}

BOOST_AUTO_TEST_CASE(a_request_that_is_cancelled_half_way_is_reset) {
    std::stop_source stop;
    std::promise<bool> was_reset;
    std::binary_semaphore gone(0);
    FakeUpstream server([&](FakePeer& peer) {
        peer.read_until("half");
        stop.request_stop();
        was_reset.set_value(peer.wait_for_end() && peer.was_reset());
        gone.release();
    });
    int piece = 0;
    Request request = upload([&]() -> std::string {
        if (++piece == 1) return "half";
        gone.acquire();  // the connection is let go of first
        return "";
    });
    request.context.stop = stop.get_token();
    Recorder recorder;
    BOOST_CHECK_THROW(upstream({.url = server.url()})->serve(request, recorder), Cancelled);
    BOOST_TEST(was_reset.get_future().get());
}

BOOST_AUTO_TEST_CASE(a_cancelled_request_ends_at_once_where_nobody_reads) {
    std::stop_source stop;
    std::binary_semaphore ended(0);
    FakeUpstream deaf([&](FakePeer& peer) {
        peer.read_until("\r\n\r\n");
        peer.end_output();
        stop.request_stop();
        ended.acquire();
    });
    Request request = Request::post("/", std::string(30'000'000, 'x'));
    request.context.stop = stop.get_token();
    Recorder recorder;
    BOOST_CHECK_THROW(upstream({.url = deaf.url()})->serve(request, recorder), Cancelled);
    ended.release();
}

BOOST_AUTO_TEST_CASE(an_upstream_that_does_not_read_has_its_time) {
    FakeUpstream server([](FakePeer& peer) {
        peer.read_until("\r\n\r\n");
        peer.read_bytes(1);
    });
    std::binary_semaphore hold(0);
    FakeUpstream deaf([&](FakePeer&) { hold.acquire(); });
    const HandlerPtr handler = upstream({.url = deaf.url(), .timeout = 100ms});
    BOOST_TEST(record(*handler, Request::post("/", std::string(30'000'000, 'x'))).status == 504);
    hold.release();
    BOOST_TEST(
        record(*upstream({.url = server.url()}), Request::post("/", std::string(30'000'000, 'x')))
            .status == 502);
}

// Who answers the client must not wait for the rest of its request.
BOOST_AUTO_TEST_CASE(a_client_that_does_not_send_gets_its_answer_in_time) {
    std::binary_semaphore hold(0);
    FakeUpstream deaf([&](FakePeer& peer) {
        peer.read_until("\r\n\r\n");
        hold.acquire();
    });
    Request request = Request::make("POST", "/");
    request.body = Body(std::make_unique<SilentBody>(), 100'000);
    const HandlerPtr handler = upstream({.url = deaf.url(), .timeout = 100ms});
    BOOST_TEST(record(*handler, std::move(request)).status == 504);
    hold.release();
}

BOOST_AUTO_TEST_SUITE_END()
