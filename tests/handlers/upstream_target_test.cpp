#include <support/temporary_directory.h>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "support/fake_upstream.h"
#include <turngate/handlers/open_handler.h>
#include <turngate/handlers/upstream.h>
#include <turngate/http/serve.h>

using namespace turngate;
using namespace turngate::test;

namespace {

struct Case {
    std::string url;
    const char* expected;
};
std::ostream& operator<<(std::ostream& out, const Case& c) {
    return out << c.url;
}

const Case bad[] = {
    {"", "expected http://HOST:PORT/BASE, https:// or http+unix:PATH"},
    {"http:", "expected http://HOST:PORT/BASE, https:// or http+unix:PATH"},
    {"http:/x", "expected http://HOST:PORT/BASE, https:// or http+unix:PATH"},
    {"http://", "expected http://HOST:PORT/BASE"},
    {"http:///base", "expected http://HOST:PORT/BASE"},
    {"https:x", "expected http://HOST:PORT/BASE, https:// or http+unix:PATH"},
    {"https://", "expected http://HOST:PORT/BASE"},
    {"https://x:0", "a port is a number from 1 to 65535"},
    {"https://x/a?b", "its base is a path"},
    {"ftp://x", "expected http://HOST:PORT/BASE, https:// or http+unix:PATH"},
    {"http://a:b@x", "has no user name"},
    {"http://x:0", "a port is a number from 1 to 65535"},
    {"http://x:65536", "expected http://HOST:PORT/BASE"},
    {"http://x:", "a port is a number"},
    {"http://[::1", "expected http://HOST:PORT/BASE"},
    {"http://[x]:80", "expected http://HOST:PORT/BASE"},
    {"http://x/a b", "its base is a path"},
    {"http://x/a?b", "its base is a path"},
    {"http://x/a#b", "its base is a path"},
    {"http+unix:", "the path of the Unix socket is missing"},
    {"http+unix:/a%00", "has a NUL"},
    {"http+unix:/a:b", "behind the socket's path stands a base"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(upstream_target)

BOOST_DATA_TEST_CASE(a_url_that_is_none_is_refused_by_name, bad) {
    std::string message = "opened";
    try {
        upstream({.url = sample.url});
    } catch (const Error& e) {
        message = e.what();
    }
    BOOST_TEST(message.find(sample.expected) != std::string::npos, message);
}

BOOST_AUTO_TEST_CASE(a_password_in_a_url_is_not_repeated) {
    for (const std::string url :
         {"http://user:secret@x", "https://user:secret@x", "http://user:a/secret@x",
          "HTTP://user:a@secret@x", "ftp://secret@x/y", "http+unix://user:secret@x:y"}) {
        const auto is_kept = [](const Error& e) {
            return std::string(e.what()).find("secret") == std::string::npos;
        };
        BOOST_CHECK_EXCEPTION(upstream({.url = url}), Error, is_kept);
        BOOST_CHECK_EXCEPTION(open_handler(url), Error, is_kept);
    }
}

BOOST_AUTO_TEST_CASE(a_name_is_resolved_and_every_address_tried) {
    FakeUpstream server([](FakePeer& peer) {
        peer.read_request();
        peer.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
    });
    const std::string url = "http://localhost:" + std::to_string(server.port());
    BOOST_TEST(record(*upstream({.url = url}), Request::get("/")).body == "hi");
    BOOST_TEST(
        record(*upstream({.url = "http://no-such-host.invalid"}), Request::get("/")).status == 502);
}

BOOST_AUTO_TEST_CASE(a_unix_socket_may_have_a_base) {
    TemporaryDirectory here;
    FakeUpstream server(
        [](FakePeer& peer) {
            const std::string request = peer.read_request();
            peer.write("HTTP/1.1 200 OK\r\n\r\n" + request.substr(0, request.find("X-F")));
        },
        here / "a:b");
    const std::string url = "http+unix:" + here.path() + "/a%3Ab:/base";
    BOOST_TEST(record(*upstream({.url = url}), Request::get("/x")).body ==
               "GET /base/x HTTP/1.1\r\nHost: localhost\r\n");
}

BOOST_AUTO_TEST_SUITE_END()
