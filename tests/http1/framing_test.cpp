// What the fields of a request mean to the connection, case by case.
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
    std::string_view fields;
    std::string_view outcome;  // the beginning of it, without method and target
};
std::ostream& operator<<(std::ostream& out, const Case& c) {
    return out << '"' << c.fields << '"';
}

const Case in_1_1[] = {
    {"", "1.1 none|"},
    {"Content-Length: 0\r\n", "1.1 0|"},
    {"content-length:\t42 \r\n", "1.1 42|"},
    {"Content-Length: 0005\r\n", "1.1 5|"},
    {"Content-Length: 10485760\r\n", "1.1 10485760|"},
    {"Content-Length: 10485761\r\n", "413 "},
    {"Content-Length: 18446744073709551615\r\n", "413 "},
    {"Content-Length: 18446744073709551616\r\n", "413 "},
    {"Content-Length:\r\n", "400 "},
    {"Content-Length: +5\r\n", "400 "},
    {"Content-Length: -5\r\n", "400 "},
    {"Content-Length: 5 \t5\r\n", "400 "},
    {"Content-Length: 5,5\r\n", "400 "},
    {"Content-Length: 0x5\r\n", "400 "},
    {"Content-Length: 5.0\r\n", "400 "},
    {"Content-Length: \"5\"\r\n", "400 "},
    {"Content-Length: 5\r\nContent-Length: 5\r\n", "400 "},
    {"Content-Length: 5\r\nCONTENT-LENGTH: 6\r\n", "400 "},
    {"Transfer-Encoding: chunked\r\n", "1.1 chunked|"},
    {"transfer-encoding: Chunked \r\n", "1.1 chunked|"},
    {"Transfer-Encoding:\r\n", "400 "},
    {"Transfer-Encoding: gzip\r\n", "501 "},
    {"Transfer-Encoding: identity\r\n", "501 "},
    {"Transfer-Encoding: gzip, chunked\r\n", "400 "},
    {"Transfer-Encoding: chunked, chunked\r\n", "400 "},
    {"Transfer-Encoding: ,chunked\r\n", "400 "},
    {"Transfer-Encoding: chunked;x=1\r\n", "400 "},
    {"Transfer-Encoding: \"chunked\"\r\n", "400 "},
    {"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "400 "},
    {"Transfer-Encoding: chunked\r\nTransfer-Encoding:\r\n", "400 "},
    {"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "400 "},
    {"Content-Length: 5\r\nTransfer-Encoding: identity\r\n", "400 "},
    {"Content_Length: 5\r\nTransfer_Encoding: chunked\r\n", "1.1 none|"},
    {"Connection: close\r\n", "1.1 none close|"},
    {"Connection: keep-alive\r\n", "1.1 none|"},
    {"Connection: x, , CLOSE\t,y\r\n", "1.1 none close|"},
    {"Connection: keep-alive\r\nConnection: close\r\n", "1.1 none close|"},
    {"Connection: closed, not-close\r\n", "1.1 none|"},
    {"Connection:\r\n", "1.1 none|"},
    {"Expect: 100-Continue\r\nContent-Length: 1\r\n", "1.1 1 expects|"},
    {"Expect:\r\n", "1.1 none|"},
    {"Expect: 200-ok\r\n", "417 "},
    {"Expect: 100-continue, x\r\n", "417 "},
};

const Case in_1_0[] = {
    {"Connection: keep-alive\r\n", "1.0 none|"},
    {"Connection: keep-alive, close\r\n", "1.0 none close|"},
    {"Content-Length: 3\r\n", "1.0 3 close|"},
    {"Transfer-Encoding: chunked\r\n", "400 "},
    {"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", "400 "},
    {"Expect: 100-continue\r\n", "1.0 none close|"},
    {"Host: h\r\n", "1.0 none close|"},
    {"Host: h\r\nHost: h\r\n", "400 "},
    {"Host: a b\r\n", "400 "},
};

std::string judged(std::string_view start, std::string_view fields) {
    std::string bytes(start);
    bytes.append(fields).append("\r\n");
    std::string out = outcome(RequestHeadParser(), bytes, 1u << 20);
    return out.starts_with("GET / ") ? out.substr(6) : out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(framing)

BOOST_DATA_TEST_CASE(a_request_of_1_1_has_one_reading_or_none, data::make(in_1_1), sample) {
    const std::string out = judged("GET / HTTP/1.1\r\nHost: h\r\n", sample.fields);
    BOOST_TEST(out.starts_with(sample.outcome), out);
}

BOOST_DATA_TEST_CASE(a_request_of_1_0_has_no_chunks_and_closes, data::make(in_1_0), sample) {
    const std::string out = judged("GET / HTTP/1.0\r\n", sample.fields);
    BOOST_TEST(out.starts_with(sample.outcome), out);
}

BOOST_AUTO_TEST_CASE(a_request_of_1_1_has_exactly_one_host) {
    BOOST_TEST(judged("GET / HTTP/1.1\r\n", "").starts_with("400 "));
    BOOST_TEST(judged("GET / HTTP/1.1\r\nHost: h\r\n", "host: h\r\n").starts_with("400 "));
    BOOST_TEST(judged("GET http://h/ HTTP/1.1\r\n", "").starts_with("400 "));
}

BOOST_AUTO_TEST_SUITE_END()
