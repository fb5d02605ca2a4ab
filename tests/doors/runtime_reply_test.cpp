#include "lambda/runtime_reply.h"

#include <string>

#include <boost/test/unit_test.hpp>

using namespace turngate;
using http1::Progress;

namespace {

// "status body", or "more", or what is wrong.
std::string read(std::string_view bytes, std::size_t piece = SIZE_MAX, bool ends = false) {
    RuntimeReplyReader reader;
    Progress progress = Progress::more;
    while (progress == Progress::more && !bytes.empty()) {
        std::string_view some = bytes.substr(0, piece);
        bytes.remove_prefix(some.size());
        progress = reader.feed(some);
        if (progress == Progress::done && !some.empty()) return "left " + std::string(some);
    }
    if (progress == Progress::more && ends) progress = reader.end();
    if (progress == Progress::more) return "more";
    if (progress == Progress::failed) return reader.problem();
    const RuntimeReply reply = reader.take();
    return std::to_string(reply.status) + ' ' + reply.body;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(runtime_reply)

BOOST_AUTO_TEST_CASE(a_body_ends_as_the_head_says) {
    BOOST_TEST(read("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}") == "200 {}");
    BOOST_TEST(read("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n"
                    "0\r\n\r\n") == "200 {}");
    BOOST_TEST(read("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n") == "202 ");
    BOOST_TEST(read("HTTP/1.1 204 No Content\r\n\r\n") == "204 ");
    BOOST_TEST(read("HTTP/1.0 200 OK\r\n\r\n{}", SIZE_MAX, true) == "200 {}");
}

BOOST_AUTO_TEST_CASE(it_makes_no_difference_where_the_bytes_are_cut) {
    BOOST_TEST(read("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked"
                    "\r\n\r\n2\r\n{}\r\n0\r\nX: y\r\n\r\n",
                    1) == "200 {}");
}

BOOST_AUTO_TEST_CASE(what_comes_behind_a_reply_is_not_taken) {
    BOOST_TEST(read("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1 200") ==
               "left HTTP/1.1 200");
}

BOOST_AUTO_TEST_CASE(a_reply_that_ends_early_is_none) {
    BOOST_TEST(read("HTTP/1.1 200", SIZE_MAX, true) ==
               "the connection ended before the end of its head");
    BOOST_TEST(read("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{}", SIZE_MAX, true) ==
               "the connection ended before the declared Content-Length");
    BOOST_TEST(read("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}", SIZE_MAX,
                    true) == "the connection ended before the last chunk");
}

BOOST_AUTO_TEST_CASE(a_length_beyond_all_bounds_is_refused_before_anything_is_kept) {
    BOOST_TEST(read("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999\r\n\r\n{}") ==
               "its Content-Length is more than the 67108864 bytes that are taken");
}

BOOST_AUTO_TEST_CASE(what_is_no_http_is_refused) {
    BOOST_TEST(read("SSH-2.0-OpenSSH\r\n") != "more");
    BOOST_TEST(read("HTTP/1.1 200 OK\nContent-Length: 2\n\n{}") != "200 {}");
}

BOOST_AUTO_TEST_CASE(a_large_field_is_no_reason_to_refuse) {
    BOOST_TEST(read("HTTP/1.1 200 OK\r\nLambda-Runtime-Client-Context: " +
                    std::string(100'000, 'x') + "\r\nContent-Length: 2\r\n\r\n{}") == "200 {}");
}

BOOST_AUTO_TEST_SUITE_END()
