// Heads of requests and replies: what is read, what is refused and with which status.
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "outcome.h"
#include <turngate/http1/head_parser.h>

using namespace turngate;
using namespace turngate::http1;
namespace data = boost::unit_test::data;

namespace {

struct Case {
    std::string name;
    std::string bytes;
    std::string outcome;  // the beginning of it
};
std::ostream& operator<<(std::ostream& out, const Case& c) {
    return out << c.name;
}

std::string get(std::string_view fields) {
    return "GET / HTTP/1.1\r\nHost: h\r\n" + std::string(fields) + "\r\n";
}

const Case requests[] = {
    {"the shortest", "GET / HTTP/1.1\r\nHost: h\r\n\r\n", "GET / 1.1 none|Host=h|0 left"},
    {"nothing", "", "more"},
    {"half a line", "GET / HTT", "more"},
    {"no empty line", "GET / HTTP/1.1\r\nHost: h\r\n", "more"},
    {"half an empty line", "GET / HTTP/1.1\r\nHost: h\r\n\r", "more"},
    {"bytes behind", get({}) + "body", "GET / 1.1 none|Host=h|4 left"},
    {"an empty line before", "\r\n" + get({}), "GET / 1.1 none"},
    {"two empty lines before", "\r\n\r\n" + get({}), "400 a request line is"},
    {"an own method", "purge-all / HTTP/1.1\r\nHost: h\r\n\r\n", "purge-all / 1.1 none"},
    {"HTTP/1.0 without Host", "GET / HTTP/1.0\r\n\r\n", "GET / 1.0 none close|0 left"},
    {"blanks around a value", get("X: \t a b\t \r\n"), "GET / 1.1 none|Host=h|X=a b|0 left"},
    {"an empty value", get("X:\r\nY: \r\n"), "GET / 1.1 none|Host=h|X=|Y=|0 left"},
    {"bytes past ASCII in a value", get("X: caf\xc3\xa9\xff\r\n"), "GET / 1.1 none"},
    {"a tab in a value", get("X: a\tb\r\n"), "GET / 1.1 none|Host=h|X=a\tb|0 left"},
    {"a value with colons", get("X: a:b: c\r\n"), "GET / 1.1 none|Host=h|X=a:b: c|0 left"},
    {"repeated fields", get("X: 1\r\nx: 2\r\n"), "GET / 1.1 none|Host=h|X=1|x=2|0 left"},

    {"one word", "GET\r\n", "400 a request line is"},
    {"two words", "GET /\r\n", "400 a request line is"},
    {"four words", "GET / HTTP/1.1 x\r\n", "400 a request line ends"},
    {"a blank before", " GET / HTTP/1.1\r\n", "400 the method"},
    {"a blank after", "GET / HTTP/1.1 \r\n", "400 a request line ends"},
    {"two blanks", "GET  / HTTP/1.1\r\n", "400 the request target"},
    {"tabs", "GET\t/\tHTTP/1.1\r\n", "400 a request line is"},
    {"a method with a colon", "GET: / HTTP/1.1\r\n", "400 the method"},
    {"a version of two digits", "GET / HTTP/1.10\r\n", "400 a request line ends"},
    {"a version in lower case", "GET / http/1.1\r\n", "400 a request line ends"},
    {"another protocol", "GET / RTSP/1.0\r\n", "400 a request line ends"},
    {"HTTP/0.9", "GET / HTTP/0.9\r\n", "505 "},
    {"HTTP/1.2", "GET / HTTP/1.2\r\n", "505 "},
    {"HTTP/2's preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505 "},
    {"CONNECT", "CONNECT h:1 HTTP/1.1\r\nHost: h:1\r\n\r\n", "501 "},
    {"TRACE", "TRACE / HTTP/1.1\r\nHost: h\r\n\r\n", "501 "},
    {"a method without end", std::string(33, 'M') + " / HTTP/1.1\r\n", "501 "},

    {"LF alone", "GET / HTTP/1.1\nHost: h\n\n", "400 a line ends in LF"},
    {"LF alone in the fields", get("X: a\nY: b\r\n"), "400 a line ends in LF"},
    {"LF alone at the end", "GET / HTTP/1.1\r\nHost: h\r\n\n", "400 a line ends in LF"},
    {"CR alone", "GET /\rX HTTP/1.1\r\n", "400 a CR stands"},
    {"CR alone in a value", get("X: a\rb\r\n"), "400 a CR stands"},
    {"two CR", get("X: a\r\r\n"), "400 a CR stands"},
    {"NUL in a value", get(std::string_view("X: a\0b\r\n", 8)), "400 a line has a control"},
    {"DEL in a value", get("X: a\x7f\r\n"), "400 a line has a control"},
    {"escape in a value", get("X: \x1b[2J\r\n"), "400 a line has a control"},
    {"TLS", "\x16\x03\x01", "400 a line has a control"},

    {"a folded line", get("X: a\r\n b\r\n"), "400 a header line is folded"},
    {"a folded first line", "GET / HTTP/1.1\r\n Host: h\r\n\r\n", "400 a header line is folded"},
    {"a line of blanks", get(" \r\n"), "400 a header line is folded"},
    {"no colon", get("X\r\n"), "400 a header line has no colon"},
    {"no name", get(": v\r\n"), "400 a header name is not a token"},
    {"a blank before the colon", get("X : v\r\n"), "400 a header name is not a token"},
    {"a tab before the colon", get("X\t: v\r\n"), "400 a header name is not a token"},
    {"a name in brackets", get("X(y): v\r\n"), "400 a header name is not a token"},
    {"a name past ASCII", get("caf\xc3\xa9: v\r\n"), "400 a header name is not a token"},
};

const Case replies[] = {
    {"the shortest", "HTTP/1.1 200 OK\r\n\r\n", "200 \"OK\" 1.1 until close close|0 left"},
    {"no reason", "HTTP/1.1 204 \r\n\r\n", "204 \"\" 1.1 none|0 left"},
    {"no blank before no reason", "HTTP/1.1 204\r\n\r\n", "204 \"\" 1.1 none|0 left"},
    {"a long reason", "HTTP/1.1 404 No \xe9 way\r\nContent-Length: 2\r\n\r\nno",
     "404 \"No \xe9 way\" 1.1 2|Content-Length=2|2 left"},
    {"chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "200 \"OK\" 1.1 chunked|"},
    {"an interim reply", "HTTP/1.1 100 Continue\r\n\r\nHTTP", "100 \"Continue\" 1.1 none|4 left"},
    {"not modified, with a length", "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n",
     "304 \"Not Modified\" 1.1 none|"},
    {"HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", "200 \"OK\" 1.0 0 close|"},
    {"HTTP/1.0, kept", "HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: Keep-Alive\r\n\r\n",
     "200 \"OK\" 1.0 0|"},
    {"a length that no request may have", "HTTP/1.1 200 OK\r\nContent-Length: 9999999999\r\n\r\n",
     "200 \"OK\" 1.1 9999999999|"},

    {"switching protocols", "HTTP/1.1 101 Switching Protocols\r\n\r\n", "502 the protocol"},
    {"four digits", "HTTP/1.1 2000 OK\r\n\r\n", "502 the status line"},
    {"two digits", "HTTP/1.1 20 OK\r\n\r\n", "502 the status line"},
    {"a sign", "HTTP/1.1 +20 OK\r\n\r\n", "502 the status line"},
    {"two blanks", "HTTP/1.1  200 OK\r\n\r\n", "502 the status line"},
    {"no version", "200 OK\r\n\r\n", "502 the status line"},
    {"lower case", "http/1.1 200 OK\r\n\r\n", "502 the status line"},
    {"HTTP/2", "HTTP/2.0 200 OK\r\n\r\n", "502 the status line"},
    {"an empty line before", "\r\nHTTP/1.1 200 OK\r\n\r\n", "502 the status line"},
    {"status 99", "HTTP/1.1 099 X\r\n\r\n", "502 the status is"},
    {"status 600", "HTTP/1.1 600 X\r\n\r\n", "502 the status is"},
    {"LF alone", "HTTP/1.1 200 OK\n\n", "502 a line ends in LF"},
    {"a folded line", "HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n", "502 a header line is folded"},
    {"a length of thousands", "HTTP/1.1 200 OK\r\nContent-Length: 1,000\r\n\r\n",
     "502 Content-Length"},
    {"a length past 64 bits", "HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551618\r\n\r\n",
     "502 Content-Length"},
    {"two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n",
     "502 there is more than one"},
    {"chunked in HTTP/1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
     "502 Transfer-Encoding"},
};

// A head whose field section has exactly `size` bytes.
std::string section_of(std::size_t size) {
    const std::string start = "GET / HTTP/1.1\r\n", first = "Host: h\r\nX: ";
    return start + first + std::string(size - first.size() - 2, 'x') + "\r\n\r\n";
}

std::string fields_of(int count) {
    std::string out;
    for (int i = 1; i < count; ++i)  // Host is one
        out += "X: y\r\n";
    return get(out);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(request_head_parser)

BOOST_DATA_TEST_CASE(a_head_is_read_or_refused_for_one_reason, data::make(requests), sample) {
    BOOST_TEST(outcome(RequestHeadParser(), sample.bytes, 1u << 20).starts_with(sample.outcome));
}

BOOST_DATA_TEST_CASE(where_the_bytes_are_cut_makes_no_difference, data::make(requests), sample) {
    const std::string whole = outcome(RequestHeadParser(), sample.bytes, 1u << 20);
    for (std::size_t step : {1u, 2u, 3u, 7u, 16u, 17u})
        BOOST_TEST(outcome(RequestHeadParser(), sample.bytes, step) == whole);
}

BOOST_AUTO_TEST_CASE(a_request_line_has_a_limit) {
    auto line_of = [](std::size_t size) {
        return "GET /" + std::string(size - 14, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n";
    };
    for (std::size_t step : {1u, 1000u, 1u << 20}) {
        BOOST_TEST(outcome(RequestHeadParser(), line_of(16 * 1024), step).starts_with("GET /aaa"));
        BOOST_TEST(outcome(RequestHeadParser(), line_of(16 * 1024 + 1), step).starts_with("414 "));
        BOOST_TEST(outcome(RequestHeadParser(), std::string(20'000, 'a'), step).starts_with("414"));
    }
}

BOOST_AUTO_TEST_CASE(a_field_section_has_a_limit) {
    for (std::size_t step : {1u, 1000u, 1u << 20}) {
        BOOST_TEST(outcome(RequestHeadParser(), section_of(32 * 1024), step).starts_with("GET /"));
        BOOST_TEST(
            outcome(RequestHeadParser(), section_of(32 * 1024 + 1), step).starts_with("431 "));
    }
}

BOOST_AUTO_TEST_CASE(the_number_of_fields_has_a_limit) {
    BOOST_TEST(outcome(RequestHeadParser(), fields_of(100), 1u << 20).starts_with("GET /"));
    BOOST_TEST(outcome(RequestHeadParser(), fields_of(101), 1u << 20).starts_with("431 "));
}

BOOST_AUTO_TEST_CASE(a_field_name_has_a_limit) {
    const std::string name(256, 'n');
    BOOST_TEST(outcome(RequestHeadParser(), get(name + ": v\r\n"), 99).starts_with("GET /"));
    BOOST_TEST(outcome(RequestHeadParser(), get(name + "n: v\r\n"), 99).starts_with("431 "));
}

BOOST_AUTO_TEST_CASE(limits_are_the_callers) {
    const Limits small{.start_line = 20, .section = 20, .fields = 1, .name = 4, .body = 10};
    auto with = [&](std::string_view bytes) {
        return outcome(RequestHeadParser(small), bytes, 1u << 20);
    };
    BOOST_TEST(with("GET / HTTP/1.1\r\nHost: h\r\n\r\n").starts_with("GET /"));
    BOOST_TEST(with("GET /123456789 HTTP/1.1\r\n").starts_with("414 "));
    BOOST_TEST(with("GET / HTTP/1.1\r\nHost: 123456789012345\r\n").starts_with("431 "));
    BOOST_TEST(with("GET / HTTP/1.1\r\nHost: h\r\nX: 1\r\n").starts_with("431 "));
    BOOST_TEST(with("GET / HTTP/1.0\r\nHostX: h\r\n").starts_with("431 "));
}

BOOST_AUTO_TEST_CASE(the_method_is_known_as_soon_as_it_has_come) {
    const auto method = [](std::string_view bytes) {
        RequestHeadParser parser;
        parser.feed(bytes);
        return parser.method();
    };
    BOOST_TEST(method("HEAD / HTTP/1.1\r\nHo") == "HEAD");
    BOOST_TEST(method("HEAD / HTTP/3.0\r\n") == "HEAD");
    BOOST_TEST(method("HEAD / HTTP/1.1") == "");
    BOOST_TEST(method("HE AD / HTTP/1.1\r\n") == "HE");
    BOOST_TEST(method("H@ / HTTP/1.1\r\n") == "");
}

BOOST_AUTO_TEST_CASE(one_parser_reads_a_pipeline) {
    RequestHeadParser parser;
    std::string_view bytes =
        "\r\nGET /1 HTTP/1.1\r\nHost: h\r\nX: 1\r\n\r\n"
        "\r\nGET /2 HTTP/1.0\r\n\r\n";

    BOOST_TEST((parser.feed(bytes) == Progress::done));
    BOOST_TEST(parser.take().target == "/1");
    BOOST_TEST((parser.feed(bytes) == Progress::done));
    const RequestHead second = parser.take();
    BOOST_TEST(second.target == "/2");
    BOOST_TEST(second.headers.empty());
    BOOST_TEST(bytes.empty());
}

BOOST_AUTO_TEST_CASE(nothing_is_taken_past_the_end_or_after_a_refusal) {
    RequestHeadParser parser;
    std::string_view bytes = "GET / HTTP/1.1\r\nHost: h\r\n\r\nGET";
    parser.feed(bytes);
    BOOST_TEST((parser.feed(bytes) == Progress::done));
    BOOST_TEST(bytes == "GET");

    RequestHeadParser refusing;
    std::string_view wrong = "X\r\n";
    refusing.feed(wrong);
    BOOST_TEST((refusing.feed(bytes) == Progress::failed));
    BOOST_TEST(bytes == "GET");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(reply_head_parser)

BOOST_DATA_TEST_CASE(a_head_is_read_or_refused_for_one_reason, data::make(replies), sample) {
    BOOST_TEST(outcome(ReplyHeadParser(false), sample.bytes, 1u << 20).starts_with(sample.outcome));
}

BOOST_DATA_TEST_CASE(where_the_bytes_are_cut_makes_no_difference, data::make(replies), sample) {
    const std::string whole = outcome(ReplyHeadParser(false), sample.bytes, 1u << 20);
    for (std::size_t step : {1u, 2u, 3u, 7u, 16u, 17u})
        BOOST_TEST(outcome(ReplyHeadParser(false), sample.bytes, step) == whole);
}

BOOST_AUTO_TEST_CASE(a_reply_to_head_has_no_body) {
    BOOST_TEST(outcome(ReplyHeadParser(true), "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", 9) ==
               "200 \"OK\" 1.1 none|Content-Length=5|0 left");
}

BOOST_AUTO_TEST_CASE(a_switch_of_protocols_that_was_asked_for_ends_with_its_head) {
    const ReplyHeadParser parser(false, {}, ReplyHeadParser::Upgrade::asked);
    BOOST_TEST(outcome(parser, "HTTP/1.1 101 S\r\nUpgrade: x\r\n\r\nraw", 100) ==
               "101 \"S\" 1.1 none|Upgrade=x|3 left");
}

BOOST_AUTO_TEST_CASE(an_endless_head_is_refused) {
    std::string endless = "HTTP/1.1 200 OK\r\n";
    for (int i = 0; i < 10'000; ++i)
        endless += "X: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n";
    BOOST_TEST(outcome(ReplyHeadParser(false), endless, 1000).starts_with("502 "));
    BOOST_TEST(outcome(ReplyHeadParser(false), std::string(99'999, 'H'), 9).starts_with("502 "));
}

BOOST_AUTO_TEST_CASE(interim_and_final_replies_come_one_after_the_other) {
    ReplyHeadParser parser(false);
    std::string_view bytes =
        "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

    BOOST_TEST((parser.feed(bytes) == Progress::done));
    BOOST_TEST(parser.take().status == 103);
    BOOST_TEST((parser.feed(bytes) == Progress::done));
    const ReplyHead last = parser.take();
    BOOST_TEST(last.status == 200);
    BOOST_TEST(!last.headers.contains("Link"));
    BOOST_TEST(bytes == "hi");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(field_parser)

BOOST_AUTO_TEST_CASE(trailers_are_fields_without_a_start_line) {
    FieldParser parser;
    std::string_view bytes = "X-Sum: 1\r\n\r\nrest";

    BOOST_TEST((parser.feed(bytes) == Progress::done));
    const Headers trailers = parser.take();
    BOOST_TEST(trailers.get("x-sum") == "1");
    BOOST_TEST(bytes == "rest");
}

BOOST_AUTO_TEST_CASE(no_fields_are_an_empty_line) {
    FieldParser parser;
    std::string_view bytes = "\r\n";
    BOOST_TEST((parser.feed(bytes) == Progress::done));
    BOOST_TEST(parser.take().empty());
}

BOOST_AUTO_TEST_SUITE_END()
