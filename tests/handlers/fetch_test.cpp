// Calls of others: what is asked, what comes of it, and what the platform is told.
#include <future>
#include <string>

#include <boost/test/unit_test.hpp>

#include "support/fake_upstream.h"
#include "support/recording_reporter.h"
#include <turngate/handlers/fetch.h>

using namespace turngate;
using namespace turngate::test;
using namespace std::chrono_literals;

namespace {

constexpr const char* good = "HTTP/1.1 200 OK\r\nX-A: 1\r\nContent-Length: 5\r\n\r\nhello";

std::string redirect_to(const std::string& where, const std::string& status) {
    return "HTTP/1.1 " + status + " Go\r\nLocation: " + where + "\r\nContent-Length: 0\r\n\r\n";
}

// Answers with one reply after the other, on however many connections, and keeps the requests.
struct Server {
    std::mutex mutex;
    std::vector<std::string> requests;
    std::vector<std::string> replies;
    FakeUpstream upstream{[this](FakePeer& peer) {
        for (std::string request; !(request = peer.read_request()).empty();) {
            std::string reply = good;
            {
                const std::lock_guard lock(mutex);
                requests.push_back(request);
                if (!replies.empty()) {
                    reply = replies.front();
                    replies.erase(replies.begin());
                }
            }
            peer.write(reply);
        }
    }};

    explicit Server(std::vector<std::string> all = {}) : replies(std::move(all)) {}
    std::string url(const std::string& target = "/") const { return upstream.url() + target; }
};

struct Served {
    RecordingReporter reporter;
    Context context;
    Served() {
        context.request_id = "r";
        context.reporter = &reporter;
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(fetches)

BOOST_AUTO_TEST_CASE(the_answer_comes_whole_and_the_platform_is_told) {
    Server server;
    const Served served;
    const Response response =
        fetch(served.context, {.url = server.url("/a?b=%2F#c"), .headers = {{"X-Ask", "1"}}});
    BOOST_TEST(response.status == 200);
    BOOST_TEST(response.body == "hello");
    BOOST_TEST(response.headers.get("X-A") == "1");
    BOOST_TEST_REQUIRE(server.requests.size() == 1u);
    BOOST_TEST(server.requests[0].starts_with("GET /a?b=%2F HTTP/1.1\r\n"));
    BOOST_TEST(server.requests[0].find("\r\nX-Ask: 1\r\n") != std::string::npos);
    BOOST_TEST(server.requests[0].find("\r\nHost: 127.0.0.1:") != std::string::npos);
    BOOST_TEST(server.requests[0].find("X-Forwarded") == std::string::npos);
    BOOST_TEST(served.reporter.lines() == std::vector<std::string>{"r fetched 127.0.0.1"},
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(connections_are_used_again) {
    Server server;
    const Served served;
    for (int i = 0; i < 5; ++i)
        fetch(served.context,
              {.url = server.url(), .method = "POST", .body = "body " + std::to_string(i)});
    BOOST_TEST(server.upstream.connections() == 1u);
    BOOST_TEST(server.requests.back().ends_with("\r\n\r\nbody 4"));
}

BOOST_AUTO_TEST_CASE(redirects_are_followed_as_browsers_do) {
    Server server({redirect_to("/second?x=1", "302"), redirect_to("third", "307")});
    const Served served;
    const Response response = fetch(
        served.context, {.url = server.url("/first"),
                         .method = "POST",
                         .headers = {{"Content-Type", "text/plain"}, {"Authorization", "secret"}},
                         .body = "it"});
    BOOST_TEST(response.body == "hello");
    BOOST_TEST_REQUIRE(server.requests.size() == 3u);
    BOOST_TEST(server.requests[0].ends_with("\r\n\r\nit"));
    BOOST_TEST(server.requests[1].starts_with("GET /second?x=1 "));
    BOOST_TEST(server.requests[1].find("Content-Type") == std::string::npos);
    BOOST_TEST(server.requests[2].starts_with("GET /third "));
    BOOST_TEST(server.requests[2].find("\r\nAuthorization: secret\r\n") != std::string::npos);
    BOOST_TEST(served.reporter.lines().size() == 3u);
}

BOOST_AUTO_TEST_CASE(dot_segments_of_a_location_are_resolved) {
    Server server({redirect_to("../x/./y?a=../b", "302")});
    const Served served;
    fetch(served.context, {.url = server.url("/a/b/c")});
    BOOST_TEST_REQUIRE(server.requests.size() == 2u);
    BOOST_TEST(server.requests[1].starts_with("GET /a/x/y?a=../b "));
}

// Logins lead to a path that has the URL to go back to.
BOOST_AUTO_TEST_CASE(a_url_in_the_query_of_a_location_is_no_origin) {
    Server server({redirect_to("/login?next=http://elsewhere/", "302"),
                   redirect_to("again?next=http://elsewhere/", "302"),
                   redirect_to("?next=http://elsewhere/", "302")});
    const Served served;
    fetch(served.context, {.url = server.url("/a/b")});
    BOOST_TEST_REQUIRE(server.requests.size() == 4u);
    BOOST_TEST(server.requests[1].starts_with("GET /login?next=http://elsewhere/ "));
    BOOST_TEST(server.requests[2].starts_with("GET /again?next=http://elsewhere/ "));
    BOOST_TEST(server.requests[3].starts_with("GET /again?next=http://elsewhere/ "));
}

BOOST_AUTO_TEST_CASE(a_redirect_to_a_scheme_that_is_not_spoken_is_named) {
    Server server({redirect_to("ftp://elsewhere/", "302")});
    const Served served;
    BOOST_CHECK_EXCEPTION(fetch(served.context, {.url = server.url()}), Error, [](const Error& e) {
        return std::string(e.what()).ends_with("http and https are spoken here, not ftp");
    });
}

BOOST_AUTO_TEST_CASE(another_origin_gets_no_credentials) {
    Server other;
    Server server({redirect_to(other.url("/there"), "308")});
    const Served served;
    fetch(served.context,
          {.url = server.url(), .headers = {{"Authorization", "secret"}, {"Cookie", "a=1"}}});
    BOOST_TEST_REQUIRE(other.requests.size() == 1u);
    BOOST_TEST(other.requests[0].find("secret") == std::string::npos);
    BOOST_TEST(other.requests[0].find("Cookie") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(redirects_have_an_end) {
    Server server(std::vector<std::string>(10, redirect_to("/again", "302")));
    const Served served;
    BOOST_CHECK_EXCEPTION(
        fetch(served.context, {.url = server.url(), .max_redirects = 3}), Error,
        [](const Error& e) {
            return std::string(e.what()).ends_with("it leads on after 3 redirects");
        });
    BOOST_TEST(server.requests.size() == 4u);
    BOOST_TEST(fetch(served.context, {.url = server.url(), .max_redirects = 0}).status == 302);
}

BOOST_AUTO_TEST_CASE(what_is_no_url_is_named) {
    const Served served;
    const auto error_of = [&](const char* url) {
        try {
            fetch(served.context, {.url = url});
        } catch (const HttpError&) {
            return std::string("an HttpError would be the client's fault");
        } catch (const Error& e) {
            return std::string(e.what());
        }
        return std::string("fetched");
    };
    BOOST_TEST(error_of("/path") == "cannot fetch /path: it has no host, as http://host/path");
    BOOST_TEST(error_of("ws://host/") ==
               "cannot fetch ws://host/: http and https are spoken here, not ws");
    BOOST_CHECK_EXCEPTION(
        fetch(served.context, {.url = "http://host/", .method = "A B"}), Error, [](const Error& e) {
            return std::string(e.what()) == "cannot fetch http://host/: the method is not a token";
        });
    BOOST_TEST(error_of("http://a b/").starts_with("cannot fetch http://a b/: "));
}

BOOST_AUTO_TEST_CASE(failures_are_what_they_are_for_a_proxy) {
    Server server({"not HTTP at all\r\n\r\n",
                   "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + std::string(100, 'x')});
    const Served served;
    BOOST_CHECK_THROW(fetch(served.context, {.url = server.url()}), ProtocolError);
    BOOST_CHECK_EXCEPTION(fetch(served.context, {.url = server.url(), .max_body = 99}), HttpError,
                          [](const HttpError& e) { return e.status() == 502; });
    BOOST_CHECK_THROW(fetch(served.context, {.url = "http://127.0.0.1:1/"}), ProtocolError);
}

BOOST_AUTO_TEST_CASE(the_longest_timeout_is_none) {
    Server server;
    const Served served;
    BOOST_TEST(
        fetch(served.context, {.url = server.url(), .timeout = std::chrono::milliseconds::max()})
            .status == 200);
}

BOOST_AUTO_TEST_CASE(time_and_cancellation_end_a_call) {
    std::promise<void> over;
    FakeUpstream silent([&, done = over.get_future().share()](FakePeer& peer) {
        peer.read_request();
        done.wait();
    });
    Served served;
    BOOST_CHECK_EXCEPTION(fetch(served.context, {.url = silent.url() + "/", .timeout = 50ms}),
                          HttpError, [](const HttpError& e) { return e.status() == 504; });
    served.context.deadline = Context::Clock::now() + 50ms;
    BOOST_CHECK_EXCEPTION(fetch(served.context, {.url = silent.url() + "/"}), HttpError,
                          [](const HttpError& e) { return e.status() == 504; });
    over.set_value();
}

BOOST_AUTO_TEST_SUITE_END()
