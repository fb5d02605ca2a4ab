// Replies of an upstream: what reaches the client, when, and what becomes of the connection.
#include <atomic>
#include <future>
#include <latch>
#include <semaphore>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "support/fake_upstream.h"
#include "support/recording_reporter.h"
#include <turngate/handlers/middleware.h>
#include <turngate/handlers/upstream.h>
#include <turngate/http/serve.h>

using namespace turngate;
using namespace turngate::test;
using namespace std::chrono_literals;

namespace {

// Answers each request on each connection with these bytes.
FakeUpstream::Script always(std::string reply) {
    return [reply = std::move(reply)](FakePeer& peer) {
        while (!peer.read_request().empty())
            peer.write(reply);
    };
}

// ... once, and closes.
FakeUpstream::Script once(std::string reply) {
    return [reply = std::move(reply)](FakePeer& peer) {
        peer.read_request();
        peer.write(reply);
    };
}

// A client: what it is told, call by call.
class Client final : public ResponseSink {
  public:
    std::string told;
    std::function<void()> on_told = [] {};

    void on_interim(int status, const Headers& headers) override {
        told += "interim " + std::to_string(status) + fields(headers) + '\n';
    }
    void on_head(int status, const Headers& headers) override {
        tell("head " + std::to_string(status) + fields(headers));
    }
    void on_body(std::string_view chunk) override { tell("body " + std::string(chunk)); }
    void on_trailers(const Headers& trailers) override { tell("trailers" + fields(trailers)); }
    void on_flush() override { tell("flush"); }
    void on_finish() override { tell("finish"); }
    void on_abort() noexcept override { tell("abort"); }

  private:
    static std::string fields(const Headers& headers) {
        std::string out;
        for (const auto& [name, value] : headers)
            out.append(" ").append(name).append("=").append(value);
        return out;
    }
    void tell(const std::string& line) {
        told += line + '\n';
        on_told();
    }
};

std::string tell(const HandlerPtr& handler, Request request) {
    Client client;
    ResponseWriter response(client, request.method);
    settle(request.context, serve(*handler, request, response));
    return client.told;
}

std::string tell(const std::string& reply, Request request = Request::get("/")) {
    FakeUpstream server(once(reply));
    return tell(upstream({.url = server.url()}), std::move(request));
}

// What the platform's log has of a request that failed.
std::string logged(UpstreamOptions options, Request request = Request::get("/")) {
    RecordingReporter reporter;
    request.context.reporter = &reporter;
    record(*upstream(std::move(options)), std::move(request));
    std::string all;
    for (const std::string& line : reporter.lines())
        if (line.find("error ") != std::string::npos || line.find("debug ") != std::string::npos)
            all += line;
    return all;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(upstream_reply)

BOOST_AUTO_TEST_CASE(a_reply_goes_on_as_it_came_without_what_belongs_to_the_connection) {
    BOOST_TEST(tell("HTTP/1.1 404 Whatever\r\nDate: today\r\nset-cookie: a\r\nX-A: 1\r\n"
                    "Set-Cookie: b\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\n"
                    "Keep-Alive: timeout=5\r\nProxy-Connection: x\r\nUpgrade: h2c\r\nTrailer: X\r\n"
                    "X-Vercel-Internal-Id: 1\r\nLambda-Runtime-Trace-Id: 1\r\nX-Sendfile: /etc\r\n"
                    "Content-Type: a/b\r\nContent-Length: 2\r\n\r\nhi") ==
               "head 404 Date=today set-cookie=a X-A=1 Set-Cookie=b Content-Type=a/b "
               "Content-Length=2\nbody hi\nfinish\n");
}

BOOST_AUTO_TEST_CASE(a_reply_without_a_type_is_given_none) {
    const std::string reply = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
    BOOST_TEST(tell(reply) == "head 200 Content-Length=2\nbody hi\nfinish\n");

    FakeUpstream server(once(reply));
    const HandlerPtr through = compress({})(upstream({.url = server.url()}));
    BOOST_TEST(tell(through, Request::get("/")) == "head 200 Content-Length=2\nbody hi\nfinish\n");
}

BOOST_AUTO_TEST_CASE(our_own_words_in_place_of_a_reply_have_a_type) {
    BOOST_TEST(tell("HTTP/1.1 200 OK\r\nContent-Length: 1, 2\r\n\r\nhi")
                   .starts_with("head 502 Content-Length=15 Content-Type=text/plain"));
}

BOOST_AUTO_TEST_CASE(a_small_reply_is_not_sent_on_before_it_is_whole) {
    FakeUpstream server([](FakePeer& peer) {
        peer.read_request();
        peer.write("HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nContent-Length: 4\r\n\r\n");
        peer.write("12");
        peer.write("34");
        peer.wait_for_end();
    });
    BOOST_TEST(tell(upstream({.url = server.url()}), Request::get("/")) ==
               "head 200 Content-Type=a/b Content-Length=4\nbody 1234\nfinish\n");
}

BOOST_AUTO_TEST_CASE(a_stream_is_flushed_piece_by_piece) {
    std::counting_semaphore<> seen(0);
    FakeUpstream server([&](FakePeer& peer) {
        peer.read_request();
        peer.write(
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
            "Transfer-Encoding: chunked\r\n\r\n");
        seen.acquire();  // the head alone
        peer.write("3\r\none\r\n");
        seen.acquire();
        peer.write("3\r\ntwo\r\n");
        seen.acquire();
        peer.write("0\r\n\r\n");
        peer.wait_for_end();
    });
    Client client;
    client.on_told = [&] {
        if (client.told.ends_with("flush\n")) seen.release();
    };
    Request request = Request::get("/");
    ResponseWriter response(client);
    serve(*upstream({.url = server.url()}), request, response);
    BOOST_TEST(client.told ==
               "head 200 Content-Type=text/event-stream\nflush\nbody one\nflush\n"
               "body two\nflush\nfinish\n");
}

BOOST_AUTO_TEST_CASE(trailers_stay_trailers) {
    BOOST_TEST(tell("HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nTrailer: X-T\r\n"
                    "Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nX-T: 1\r\n"
                    "Content-Length: 9\r\nTransfer-Encoding: x\r\nSet-Cookie: a\r\n\r\n") ==
               "head 200 Content-Type=a/b Trailer=X-T\nbody hi\nflush\ntrailers X-T=1\nfinish\n");
}

BOOST_AUTO_TEST_CASE(interim_replies_are_passed_on_and_a_100_is_not) {
    BOOST_TEST(
        tell("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n"
             "Connection: x\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 204 No\r\n\r\n") ==
        "interim 103 Link=</a>\ninterim 102\nhead 204\nfinish\n");
}

BOOST_AUTO_TEST_CASE(what_may_have_no_body_has_none_and_keeps_its_length) {
    BOOST_TEST(tell("HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nContent-Length: 500\r\n\r\n",
                    Request::make("HEAD", "/")) ==
               "head 200 Content-Type=a/b Content-Length=500\nfinish\n");
    BOOST_TEST(tell("HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\nContent-Length: 500\r\n\r\n") ==
               "head 304 ETag=\"a\" Content-Length=500\nfinish\n");
    BOOST_TEST(tell("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                    Request::make("HEAD", "/")) == "head 200\nfinish\n");
}

BOOST_AUTO_TEST_CASE(a_reply_may_end_with_its_connection) {
    BOOST_TEST(tell("HTTP/1.0 200 OK\r\nContent-Type: a/b\r\n\r\nhi").ends_with("finish\n"));
    FakeUpstream server([](FakePeer& peer) {
        peer.read_request();
        peer.write("HTTP/1.1 200 OK\r\nContent-Type: a/b\r\n\r\nhi");
        peer.reset();
    });
    const std::string told = tell(upstream({.url = server.url()}), Request::get("/"));
    BOOST_TEST((told.ends_with("abort\n") || told.starts_with("head 502")), told);
}

BOOST_AUTO_TEST_CASE(a_large_body_arrives_whole) {
    std::string body(3'000'000, 'x');
    for (std::size_t i = 0; i < body.size(); ++i)
        body[i] = static_cast<char>('a' + i % 23);
    FakeUpstream server(always("HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n" + body));
    const HandlerPtr handler = upstream({.url = server.url()});
    for (int i = 0; i < 3; ++i)
        BOOST_TEST((record(*handler, Request::get("/")).body == body));
    BOOST_TEST(server.connections() == 1u);
}

BOOST_AUTO_TEST_CASE(a_body_that_is_short_is_never_a_whole_response) {
    const std::string much(20'000, 'x');
    for (const std::string& reply :
         {"HTTP/1.1 200 OK\r\nContent-Length: 30000\r\n\r\n" + much,
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4e20\r\n" + much + "\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4e20\r\n" + much + "\r\nz\r\n\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4e20\r\n" + much + "0\r\n\r\n"}) {
        BOOST_TEST(tell(reply).ends_with("abort\n"), reply.substr(0, 60));
    }
    BOOST_TEST(tell("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhi").starts_with("head 502"));
}

BOOST_AUTO_TEST_CASE(an_error_tells_the_upstream_and_what_was_being_done) {
    FakeUpstream silent([](FakePeer& peer) { peer.wait_for_end(); });
    BOOST_TEST(logged({.url = silent.url(), .timeout = 50ms})
                   .find(silent.url() + ": the time is up, waiting for the reply's head") !=
               std::string::npos);
    BOOST_TEST(logged({.url = silent.url(), .first_byte_timeout = 50ms}).find("the time is up") !=
               std::string::npos);
    FakeUpstream closing([](FakePeer& peer) { peer.read_request(); });
    BOOST_TEST(logged({.url = closing.url()})
                   .find(closing.url() + ": the connection was closed, waiting for the reply") !=
               std::string::npos);
    std::string url;
    {
        FakeUpstream gone([](FakePeer&) {});
        url = gone.url();
    }
    BOOST_TEST(logged({.url = url}).find(url + ": cannot connect to 127.0.0.1:") !=
               std::string::npos);
    BOOST_TEST(record(*upstream({.url = url}), Request::get("/")).status == 502);
}

BOOST_AUTO_TEST_CASE(time_is_up_for_the_whole_however_lively_it_is) {
    FakeUpstream server([](FakePeer& peer) {
        peer.read_request();
        if (peer.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n"))
            while (peer.write("x")) {
            }
    });
    const auto begin = Context::Clock::now();
    const std::string told =
        tell(upstream({.url = server.url(), .timeout = 600ms}), Request::get("/"));
    BOOST_TEST(told.ends_with("abort\n"));
    BOOST_TEST((Context::Clock::now() - begin < 5s));

    Request hurried = Request::get("/");
    hurried.context.deadline = Context::Clock::now() + 600ms;
    BOOST_TEST(tell(upstream({.url = server.url()}), std::move(hurried)).ends_with("abort\n"));
}

BOOST_AUTO_TEST_CASE(the_requests_deadline_leaves_time_to_answer) {
    FakeUpstream silent([](FakePeer& peer) { peer.wait_for_end(); });
    Request request = Request::get("/");
    const auto deadline = Context::Clock::now() + 1s;
    request.context.deadline = deadline;
    BOOST_TEST(record(*upstream({.url = silent.url()}), std::move(request)).status == 504);
    BOOST_TEST((Context::Clock::now() < deadline));
}

BOOST_AUTO_TEST_CASE(an_event_stream_goes_on_past_the_time_of_others) {
    FakeUpstream server([](FakePeer& peer) {
        peer.read_request();
        peer.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream;x\r\n\r\nhi");
        peer.wait_for_end(1'000);
    });
    BOOST_TEST(record(*upstream({.url = server.url(), .timeout = 600ms}), Request::get("/")).body ==
               "hi");
    BOOST_TEST(
        record(*upstream({.url = server.url(), .idle_timeout = 20ms}), Request::get("/")).status ==
        500);
}

BOOST_AUTO_TEST_CASE(a_request_that_is_cancelled_lets_go_of_the_upstream) {
    std::binary_semaphore reached(0), released(0);
    FakeUpstream server([&](FakePeer& peer) {
        peer.read_request();
        reached.release();
        if (peer.wait_for_end()) released.release();
    });
    std::stop_source stop;
    std::thread canceller([&] {
        reached.acquire();
        stop.request_stop();
    });
    Request request = Request::get("/");
    request.context.stop = stop.get_token();
    BOOST_TEST(tell(upstream({.url = server.url()}), std::move(request)) == "abort\n");
    released.acquire();
    canceller.join();
}

BOOST_AUTO_TEST_CASE(a_client_that_leaves_lets_go_of_the_upstream) {
    std::binary_semaphore released(0);
    FakeUpstream server([&](FakePeer& peer) {
        peer.read_request();
        peer.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nx");
        if (peer.wait_for_end()) released.release();
    });
    Client client;
    client.on_told = [] { throw Cancelled("gone"); };
    Request request = Request::get("/");
    ResponseWriter response(client);
    const HandlerPtr handler = upstream({.url = server.url()});
    BOOST_CHECK_THROW(handler->serve(request, response), Cancelled);
    released.acquire();
}

BOOST_AUTO_TEST_CASE(each_exchange_is_reported) {
    struct Fetched final : Reporter {
        std::vector<FetchMetric> metrics;
        void began(const Context&) override {}
        void logged(const Context&, Level, std::string_view) override {}
        void printed(const Context&, Stream, std::string_view) override {}
        void fetched(const Context&, const FetchMetric& metric) override {
            metrics.push_back(metric);
        }
        void ended(const Context&, const Outcome&) override {}
    } fetched;
    FakeUpstream server(always("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"));
    Request request = Request::make("DELETE", "/a?b=c");
    request.context.reporter = &fetched;
    record(*upstream({.url = server.url() + "/base"}), std::move(request));
    Request failed = Request::get("/");
    failed.context.reporter = &fetched;
    record(*upstream({.url = "http://nowhere.invalid"}), std::move(failed));
    BOOST_REQUIRE(fetched.metrics.size() == 2u);
    const FetchMetric& metric = fetched.metrics[0];
    BOOST_TEST(metric.method == "DELETE");
    BOOST_TEST(metric.host == "127.0.0.1");
    BOOST_TEST(metric.path == "/base/a");
    BOOST_TEST(metric.search == "b=c");
    BOOST_TEST(metric.status == 404);
    BOOST_TEST(fetched.metrics[1].status == 0);
    BOOST_TEST(fetched.metrics[1].id == metric.id + 1);
}

BOOST_AUTO_TEST_SUITE_END()
