// What a door says to who is refused, where it speaks more than HTTP.
#include <semaphore>
#include <string>
#include <string_view>

#include <boost/test/unit_test.hpp>

#include "doors/dialect_door.h"
#include "support/http2_client.h"
#include "support/served.h"

using namespace turngate;
using test::Served;

namespace {

// Refuses all but who says "plain" in its own words.
net::Dialect dialect() {
    return {.refusal = [](const Headers& headers, int status,
                          std::string_view why) -> std::optional<Response> {
        if (headers.contains("Plain")) return std::nullopt;
        return Response{status, {{"Content-Type", "a/b"}}, '<' + std::string(why) + '>'};
    }};
}

// A handler that does not return before it is let go.
struct Busy {
    std::binary_semaphore inside{0}, go_on{0};
    Served served;
    os::Fd first;

    explicit Busy(HttpOptions options)
        : served(
              [this](Request&) {
                  inside.release();
                  go_on.acquire();
                  return text("slow");
              },
              door(std::move(options))),
          first(served.connect()) {
        os::write_whole(first.get(), "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        inside.acquire();
    }
    ~Busy() {
        go_on.release();
        BOOST_TEST(test::read_all(first).ends_with("slow"));
    }

    static std::unique_ptr<ListeningDoor> door(HttpOptions options) {
        options.listen = {"127.0.0.1:0"};
        return http_door(std::move(options), dialect());
    }
};

bool has(std::string_view reply, std::string_view part) {
    return reply.find(part) != std::string_view::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(dialects)

BOOST_AUTO_TEST_CASE(who_finds_no_thread_is_refused_in_it) {
    Busy busy({.max_threads = 1});
    const std::string own = test::ask(busy.served, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    BOOST_TEST(own.starts_with("HTTP/1.1 503 "));
    BOOST_TEST(has(own, "\r\nRetry-After: 1\r\n"));
    BOOST_TEST(has(own, "\r\nContent-Type: a/b\r\n"));
    BOOST_TEST(own.ends_with("\r\n\r\n<the server is busy, try again later>"));

    const std::string head = test::ask(busy.served, "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
    BOOST_TEST(has(head, "\r\nContent-Length: 37\r\n"));
    BOOST_TEST(head.ends_with("\r\n\r\n"));

    const std::string plain =
        test::ask(busy.served, "GET / HTTP/1.1\r\nHost: a\r\nPlain: 1\r\n\r\n");
    BOOST_TEST(has(plain, "\r\nContent-Type: text/plain; charset=utf-8\r\n"));
    BOOST_TEST(plain.ends_with("\r\n\r\nthe server is busy, try again later\n"));
}

BOOST_AUTO_TEST_CASE(who_finds_no_thread_is_refused_in_it_by_http_2) {
    Busy busy({.max_threads = 1});
    test::http2::Client client(busy.served.connect());
    client.send(test::http2::ask(1, test::http2::request("GET", "/")) +
                test::http2::ask(3, test::http2::request("GET", "/", {{"plain", "1"}})));
    const test::http2::Answer& own = client.answer(1);
    BOOST_TEST(own.status() == "503");
    BOOST_TEST(own.get("retry-after") == "1");
    BOOST_TEST(own.get("content-type") == "a/b");
    BOOST_TEST(own.body == "<the server is busy, try again later>");
    BOOST_TEST(client.answer(3).body == "the server is busy, try again later\n");
}

BOOST_AUTO_TEST_CASE(one_connection_too_many_is_refused_in_it) {
    Busy busy({.max_connections = 1});
    const std::string own = test::read_all(busy.served.connect());
    BOOST_TEST(own.starts_with("HTTP/1.1 503 "));
    BOOST_TEST(has(own, "\r\nConnection: close\r\n"));
    BOOST_TEST(own.ends_with("\r\n\r\n<the server is busy, try again later>"));
}

BOOST_AUTO_TEST_CASE(a_head_that_is_wrong_is_refused_in_it) {
    Served served([](Request&) { return text("x"); }, Busy::door({}));
    const std::string own = test::ask(served, "GET / HTTP/1.1\r\n\r\n");
    BOOST_TEST(own.starts_with("HTTP/1.1 400 "));
    BOOST_TEST(has(own, "\r\nContent-Type: a/b\r\n"));
    BOOST_TEST(own.ends_with(">"));
}

BOOST_AUTO_TEST_SUITE_END()
