// What RFC 9110 and 9112 want of a server, beyond what is refused.
#include <semaphore>
#include <string>
#include <sys/socket.h>

#include <boost/test/unit_test.hpp>

#include "support/served.h"
#include <turngate/http/serve.h>

using namespace turngate;
using namespace turngate::test;

namespace {

bool has(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

std::size_t count(std::string_view text, std::string_view part) {
    std::size_t n = 0;
    for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1))
        ++n;
    return n;
}

Response path(Request& request) {
    return text(request.url.path + "|");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(http_semantics)

// RFC 9110 section 6.6.1.
BOOST_AUTO_TEST_CASE(a_refusal_has_a_date) {
    Served served(path);
    BOOST_TEST(has(ask(served, "GET / HTTP/1.1\r\n\r\n"), "\r\nDate: "));
}

// RFC 9110 section 9.3.2.
BOOST_AUTO_TEST_CASE(a_head_that_is_refused_has_no_body) {
    Served served(path);
    for (const std::string fields :
         {"Expect: more\r\nHost: a\r\n", "Content-Length: 99999999\r\nHost: a\r\n", "Host: a b\r\n",
          "Host: a\r\nA : b\r\n", "Host: a\r\nContent-Length: 5\r\n"}) {
        const std::string reply = ask(served, "HEAD / HTTP/1.1\r\n" + fields + "\r\n");
        BOOST_TEST(reply.starts_with("HTTP/1.1 4"), fields << reply);
        BOOST_TEST(reply.ends_with("\r\n\r\n"), fields << reply);
    }
}

BOOST_AUTO_TEST_CASE(trailers_are_as_clean_as_headers) {
    Served served([](Request& request) {
        request.body.text();
        std::string names;
        for (const auto& field : request.body.trailers())
            names += std::string(field.name) + ' ';
        return text(names + "|");
    });
    BOOST_TEST(ask(served,
                   "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
                   "Digest: y\r\nX-Vercel-Internal-Trace: x\r\nx-vercel_internal_trace: x\r\n"
                   "Lambda-Runtime-Aws-Request-Id: x\r\nProxy: x\r\nConnection: close\r\n\r\n")
                   .ends_with("\r\n\r\nDigest |"));
}

BOOST_AUTO_TEST_CASE(what_connection_lists_in_a_response_stays_here) {
    const Served served([](Request&, ResponseWriter& response) {
        response.header("X-A", "1").header("Connection", "x-a, close").header("X-B", "2");
        response.write("fine");
    });
    const std::string reply = ask(served, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    BOOST_TEST(!has(reply, "X-A"));
    BOOST_TEST(has(reply, "\r\nX-B: 2\r\n"));
    BOOST_TEST(has(reply, "\r\nConnection: close\r\n"));
}

BOOST_AUTO_TEST_CASE(what_a_runtime_says_of_itself_is_kept_where_runtimes_are_served) {
    HttpOptions options;
    options.serves_runtimes = true;
    Served served(
        [](Request& request) {
            request.body.text();
            std::string names;
            for (const auto& field : request.headers)
                names += std::string(field.name) + ' ';
            for (const auto& field : request.body.trailers())
                names += std::string(field.name) + ' ';
            return text(names + "|");
        },
        options);
    BOOST_TEST(ask(served,
                   "POST / HTTP/1.1\r\nHost: a\r\nLambda-Runtime-A: x\r\nProxy: x\r\n"
                   "Transfer-Encoding: chunked\r\n\r\n0\r\nLambda-Runtime-B: x\r\nProxy: x\r\n\r\n")
                   .ends_with("\r\n\r\nHost Lambda-Runtime-A Lambda-Runtime-B |"));
}

BOOST_AUTO_TEST_CASE(responses_that_have_no_body_let_the_connection_go_on) {
    Served served([](Request& request, ResponseWriter& w) {
        if (request.url.path == "/last") return w.write("last|");
        w.status(std::stoi(request.url.path.substr(1)));
        w.write("none of this");
        w.flush();
    });
    for (const std::string version : {"1.1", "1.0"}) {
        for (const std::string request :
             {"GET /204", "GET /205", "GET /304", "HEAD /200", "HEAD /404"}) {
            const std::string fields =
                " HTTP/" + version + "\r\nHost: a\r\nConnection: keep-alive\r\n\r\n";
            const std::string replies = ask(served, request + fields + "GET /last" + fields);
            BOOST_TEST(!has(replies, "none of this"), request << replies);
            BOOST_TEST(replies.ends_with("last|"), request << replies);
            BOOST_TEST(has(replies.substr(replies.find("\r\n\r\n")), "\r\n\r\nHTTP/1.1 200 OK"),
                       request << replies);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_stream_to_a_client_of_1_0_ends_with_the_connection) {
    Served served([](Request&, ResponseWriter& w) {
        w.write("one");
        w.flush();
        w.write("two");
    });
    const std::string reply =
        ask(served, "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET / HTTP/1.0\r\n\r\n");
    BOOST_TEST(has(reply, "\r\nConnection: close\r\n"));
    BOOST_TEST(reply.ends_with("\r\n\r\nonetwo"));
}

BOOST_AUTO_TEST_CASE(nothing_behind_an_error_is_a_request) {
    int served_requests = 0;
    Served served([&](Request&) {
        ++served_requests;
        return text("|");
    });
    const std::string good = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    BOOST_TEST(count(ask(served, good + "GET / HTTP/1.1\r\n\r\n" + good), "\r\nDate: ") == 2u);
    served.stop();
    BOOST_TEST(served_requests == 1);
}

BOOST_AUTO_TEST_CASE(an_upgrade_of_1_0_is_none) {
    Served served(
        [](Request& request) { return text(std::string(request.headers.get("Upgrade")) + "|"); });
    BOOST_TEST(ask(served, "GET / HTTP/1.0\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n")
                   .ends_with("\r\n\r\n|"));
}

BOOST_AUTO_TEST_CASE(a_slow_request_holds_up_those_behind_it_and_their_order) {
    std::binary_semaphore inside{0}, go_on{0};
    Served served([&](Request& request) {
        if (request.url.path == "/0") {
            inside.release();
            go_on.acquire();
        }
        return text(request.url.path + "|");
    });
    std::string requests, expected;
    for (int i = 0; i < 65; ++i) {  // one more than a connection has answered in one turn
        requests += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: a\r\n\r\n";
        expected += "/" + std::to_string(i) + "|";
    }
    const os::Fd fd = served.connect();
    os::write_whole(fd.get(), requests);
    inside.acquire();
    go_on.release();
    std::string bodies;
    for (int i = 0; i < 65; ++i) {
        read_until(fd, "\r\n\r\n");
        bodies += read_until(fd, "|");
    }
    BOOST_TEST(bodies == expected);
}

BOOST_AUTO_TEST_SUITE_END()
