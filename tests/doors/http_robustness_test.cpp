#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "support/control_requests.h"
#include "support/served.h"

using namespace turngate;
using namespace turngate::test;
using std::chrono::milliseconds;

namespace {

Response seen(Request& request) {
    return text(request.method + ' ' + request.url.path + ' ' + request.body.text() + '|');
}

// By a Unix socket: there are many connections to be made.
HttpOptions over_unix() {
    return {.listen = {"unix:/tmp/turngate-robust-" + std::to_string(::getpid()) + ".sock"},
            .header_timeout = milliseconds(1000),
            .body_timeout = milliseconds(1000),
            .idle_timeout = milliseconds(1000)};
}

std::string send_in(const Served& served, const std::vector<std::string_view>& pieces) {
    os::Fd fd = served.connect();
    try {
        for (const std::string_view piece : pieces)
            os::write_whole(fd.get(), piece);
    } catch (const std::system_error&) {  // refused before all of it was sent
    }
    ::shutdown(fd.get(), SHUT_WR);
    std::string reply = read_all(fd);
    for (std::size_t at = reply.find("Date: "); at != std::string::npos;
         at = reply.find("Date: ", at + 1))
        reply.erase(at, reply.find('\n', at) - at);
    return reply;
}

bool is_answer(std::string_view reply) {
    return reply.empty() || reply == "<reset>" || reply.starts_with("HTTP/1.1 2") ||
           reply.starts_with("HTTP/1.1 4") || reply.starts_with("HTTP/1.1 5");
}

struct Smuggled {
    const char* name;
    const char* request;  // with a second one inside, which no handler may see
};
std::ostream& operator<<(std::ostream& out, const Smuggled& s) {
    return out << s.name;
}
#define CANARY "GET /canary HTTP/1.1\r\nHost: a\r\n\r\n"
const Smuggled smuggled[] = {
    {"length_and_chunks",
     "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
     "0\r\n\r\n" CANARY},
    {"two_lengths",
     "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 33\r\n\r\n" CANARY},
    {"a_list_of_lengths", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0, 0\r\n\r\n" CANARY},
    {"a_signed_length", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +0\r\n\r\n" CANARY},
    {"a_blank_before_the_colon",
     "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n" CANARY},
    {"a_coding_of_a_similar_name",
     "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n" CANARY},
    {"a_coding_in_1_0",
     "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" CANARY},
    {"a_folded_coding",
     "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n" CANARY},
    {"a_bare_cr", "GET / HTTP/1.1\r\nHost: a\r\nX: y\rContent-Length: 0\r\n\r\n" CANARY},
    {"a_bare_lf_in_a_chunk",
     "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\nx\n0\n\n" CANARY},
    {"a_chunk_longer_than_it_says",
     "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxx\r\n0\r\n\r\n" CANARY},
    {"a_chunk_size_past_64_bits",
     "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
     "10000000000000000\r\n" CANARY},
    {"a_trailer_that_is_none",
     "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nbad "
     "trailer\r\n\r\n" CANARY},
    {"a_space_in_the_target", "GET /x y HTTP/1.1\r\nHost: a\r\n\r\n" CANARY},
    {"a_nul_in_a_value",
     "GET / HTTP/1.1\r\nHost: a\r\nX: a"
     "\x01"
     "b\r\n\r\n" CANARY},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(http_robustness)

BOOST_DATA_TEST_CASE(a_request_inside_another_reaches_no_handler, smuggled) {
    Served served(seen);
    const std::string reply = ask(served, sample.request);
    BOOST_TEST(reply.find("canary") == std::string::npos, reply);
    BOOST_TEST((reply.starts_with("HTTP/1.1 4") || reply.starts_with("HTTP/1.1 501")), reply);
    BOOST_TEST(reply.find("200 OK") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(it_makes_no_difference_where_a_request_is_split) {
    Served served(seen, over_unix());
    for (const std::string_view request : control_requests) {
        const std::string whole = send_in(served, {request});
        BOOST_TEST(whole.starts_with("HTTP/1.1 200 OK"), whole);
        for (std::size_t at = 1; at < request.size(); ++at)
            BOOST_TEST_REQUIRE(send_in(served, {request.substr(0, at), request.substr(at)}) ==
                               whole);
        std::vector<std::string_view> bytes;
        for (std::size_t at = 0; at < request.size(); ++at)
            bytes.push_back(request.substr(at, 1));
        BOOST_TEST(send_in(served, bytes) == whole);
    }
}

BOOST_AUTO_TEST_CASE(a_request_that_is_cut_is_not_served) {
    Served served(seen, over_unix());
    for (const std::string_view request : control_requests) {
        if (request.find("/2") != std::string_view::npos) continue;  // the first is whole
        for (std::size_t at = 0; at < request.size(); ++at) {
            const std::string reply = send_in(served, {request.substr(0, at)});
            BOOST_TEST_REQUIRE(is_answer(reply), reply);
            BOOST_TEST_REQUIRE(reply.find("200 OK") == std::string::npos, request.substr(0, at)
                                                                              << " -> " << reply);
        }
        BOOST_TEST(send_in(served, {request}).starts_with("HTTP/1.1 200 OK"));
    }
}

BOOST_AUTO_TEST_CASE(a_request_that_is_spoilt_is_answered_or_refused) {
    Served served(seen, over_unix());
    for (const std::string_view request : control_requests) {
        std::string spoilt(request);
        for (std::size_t at = 0; at < spoilt.size(); ++at) {
            for (const char value :
                 {'\0', '\t', '\n', '\r', ' ', '%', ',', '0', ':', ';', 'x', '\x7f', '\xff'}) {
                spoilt[at] = value;
                const std::string reply = send_in(served, {spoilt});
                BOOST_TEST_REQUIRE(is_answer(reply), spoilt << " -> " << reply);
            }
            spoilt[at] = request[at];
        }
    }
    BOOST_TEST(send_in(served, {control_requests[0]}).starts_with("HTTP/1.1 200 OK"));
}

BOOST_AUTO_TEST_SUITE_END()
