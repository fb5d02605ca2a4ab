#include "../../handlers/src/handlers/nph_reply.h"

#include <string>

#include <boost/test/unit_test.hpp>

using namespace turngate;

namespace {

struct Reply {
    cgi::ResponseHead head;
    std::string body;
};

// Fed in pieces of `step` bytes.
Reply read(std::string_view text, std::size_t step = 1, bool to_head = false) {
    NphReply nph(to_head);
    Reply reply;
    bool has_head = false;
    while (!text.empty()) {
        std::string_view piece = text.substr(0, step);
        text.remove_prefix(piece.size());
        if (!has_head) has_head = nph.feed(piece);
        for (std::size_t before = 0; has_head && before != piece.size();) {
            before = piece.size();
            reply.body += nph.body(piece);
        }
    }
    if (!has_head) throw ProtocolError("incomplete");
    nph.end();
    reply.head = nph.head();
    return reply;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(nph_reply)

BOOST_AUTO_TEST_CASE(a_reply_may_end_with_the_output) {
    for (const std::size_t step : {1u, 7u, 1000u}) {
        const Reply reply =
            read("HTTP/1.0 404 Nope\r\nContent-Type: text/plain\r\n\r\nnot here", step);
        BOOST_TEST(reply.head.status == 404);
        BOOST_TEST((reply.head.headers == Headers{{"Content-Type", "text/plain"}}));
        BOOST_TEST(!reply.head.content_length);
        BOOST_TEST(reply.body == "not here");
    }
}

BOOST_AUTO_TEST_CASE(chunks_are_decoded_and_what_is_about_the_connection_is_dropped) {
    for (const std::size_t step : {1u, 1000u}) {
        const Reply reply = read(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close, X-Hop\r\n"
            "X-Hop: 1\r\nX-A: 2\r\n\r\n2\r\nhi\r\n1\r\n!\r\n0\r\n\r\n",
            step);
        BOOST_TEST((reply.head.headers == Headers{{"X-A", "2"}}));
        BOOST_TEST(reply.body == "hi!");
    }
}

BOOST_AUTO_TEST_CASE(a_length_is_kept_and_nothing_is_taken_past_it) {
    const Reply reply = read("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi and more", 1000);
    BOOST_TEST(reply.head.content_length.value() == 2u);
    BOOST_TEST(reply.body == "hi");
}

BOOST_AUTO_TEST_CASE(interim_replies_are_passed_over) {
    const Reply reply = read("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n");
    BOOST_TEST(reply.head.status == 204);
}

BOOST_AUTO_TEST_CASE(a_reply_to_head_has_no_body) {
    BOOST_TEST(read("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", 1, true).body == "");
}

BOOST_AUTO_TEST_CASE(what_is_no_reply_is_refused) {
    for (const char* text :
         {"Status: 200\r\n\r\n", "HTTP/1.1 200 OK\n\nhi", "HTTP/1.1 99 No\r\n\r\n",
          "HTTP/1.1 101 Switching\r\n\r\n", "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhi",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n"})
        BOOST_CHECK_THROW(read(text), ProtocolError);
}

BOOST_AUTO_TEST_SUITE_END()
