// Requests and responses as people read them.
#include "cli/http_text.h"

#include <string>

#include <boost/test/unit_test.hpp>

using namespace turngate;
using namespace turngate::cli;

namespace {

struct Shown {
    std::string out;
    std::string err;
};

Shown shown(std::string_view body, bool is_terminal) {
    Shown result;
    Terminal terminal;
    terminal.is_terminal = is_terminal;
    Output out(result.out, terminal);
    Output err(result.err);
    write_body(body, out, err);
    return result;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(http_text)

BOOST_AUTO_TEST_CASE(a_request_begins_with_its_line) {
    Request request = Request::post("/a%2Fb?c=d", "body", "text/plain");
    BOOST_TEST(head_text(request) == "POST /a%2Fb?c=d HTTP/1.1\nContent-Type: text/plain\n\n");
}

BOOST_AUTO_TEST_CASE(a_response_begins_with_its_status) {
    BOOST_TEST(head_text(Response{404, {}, {}}) == "HTTP/1.1 404 Not Found\n\n");
    BOOST_TEST(head_text(Response{200, {{"A", "1"}, {"a", "2"}}, {}}) ==
               "HTTP/1.1 200 OK\nA: 1\na: 2\n\n");
}

BOOST_AUTO_TEST_CASE(a_field_cannot_steer_the_terminal) {
    BOOST_TEST(head_text(Response{200,
                                  {{"A", "x\x1b[2J\x7f"},
                                   {"B",
                                    "\xc2\x9b"
                                    "2J ü"}},
                                  {}}) ==
               "HTTP/1.1 200 OK\nA: x\\x1b[2J\\x7f\nB: \\xc2\\x9b2J ü\n\n");
}

BOOST_AUTO_TEST_CASE(a_pipe_gets_the_bytes_as_they_are) {
    Shown result = shown(std::string_view("\0\xff\x1b", 3), false);
    BOOST_TEST(result.out == std::string("\0\xff\x1b", 3));
    BOOST_TEST(result.err == "");
}

BOOST_AUTO_TEST_CASE(a_terminal_gets_text_with_a_line_end) {
    BOOST_TEST(shown("{\"ü\":1}", true).out == "{\"ü\":1}\n");
    BOOST_TEST(shown("one\n", true).out == "one\n");
    BOOST_TEST(shown("", true).out == "");
}

BOOST_AUTO_TEST_CASE(a_terminal_is_spared_binary_data) {
    for (std::string_view body : {"\xff", "\x1b[2J", "\x7f",
                                  "\xc2\x9b"
                                  "2J",
                                  "\xc3\n\xbc"}) {
        Shown result = shown(body, true);
        BOOST_TEST(result.out == "");
        BOOST_TEST(result.err == "note: " + std::to_string(body.size()) +
                                     " bytes of binary data are not shown on a terminal\n");
    }
}

BOOST_AUTO_TEST_SUITE_END()
