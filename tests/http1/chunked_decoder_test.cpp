// Chunked bodies, cut anywhere.
#include <string>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "chunked_outcome.h"

using namespace turngate;
using namespace turngate::http1;

namespace {

struct Case {
    const char* name;
    std::string body;
    std::string outcome;
};
std::ostream& operator<<(std::ostream& out, const Case& c) {
    return out << c.name;
}

const Case cases[] = {
    {"nothing", "0\r\n\r\n", "|0 left"},
    {"two chunks", "5\r\nhello\r\n1\r\n!\r\n0\r\n\r\nGET", "hello!|3 left"},
    {"leading zeros, both cases", "000a\r\n0123456789\r\n0B\r\n01234567890\r\n00\r\n\r\n",
     "012345678901234567890|0 left"},
    {"data like a chunk", "5\r\n0\r\n\r\n\r\n0\r\n\r\n", "0\r\n\r\n|0 left"},
    {"extensions", "1;a;b=c;d=\"e;\\\"\" ; f = g\r\nx\r\n0;z\r\n\r\n", "x|0 left"},
    {"trailers", "1\r\nx\r\n0\r\nA: b\r\nContent-Length: 3\r\n\r\n",
     "x|A=b|Content-Length=3|0 left"},
    {"not whole", "1\r\nx\r\n0\r\n", "more"},
    {"no size", "\r\n", "|400 a chunk does not begin with its size in hexadecimal digits"},
    {"a sign", "+5\r\n", "|400 a chunk does not begin with its size in hexadecimal digits"},
    {"a prefix", "0x5\r\n", "|400 what follows a chunk's size is no chunk extension"},
    {"a blank", "5 \r\n", "|400 what follows a chunk's size is no chunk extension"},
    {"no name", "5;\r\n", "|400 what follows a chunk's size is no chunk extension"},
    {"an open quote", "5;a=\"b\\\"\r\n", "|400 what follows a chunk's size is no chunk extension"},
    {"a byte of Latin-1", "5;\xe9\r\n", "|400 what follows a chunk's size is no chunk extension"},
    {"a bare LF", "5\nhello", "|400 a line ends in LF without CR"},
    {"a bare CR", "5\rhello", "|400 a CR stands without its LF"},
    {"too much data", "1\r\nxy\r\n", "x|400 a chunk's data does not end where its size says"},
    {"LF behind data", "1\r\nx\n0\r\n\r\n",
     "x|400 a chunk's data does not end where its size says"},
    {"2^64", "10000000000000000\r\n", "|413 the request body is larger than 100 bytes"},
    {"2^64 - 1 behind one", "1\r\nx\r\nffffffffffffffff\r\n",
     "x|413 the request body is larger than 100 bytes"},
    {"at the limit", "64\r\n" + std::string(100, 'x') + "\r\n0\r\n\r\n",
     std::string(100, 'x') + "|0 left"},
    {"over it", "64\r\n" + std::string(100, 'x') + "\r\n1\r\n",
     std::string(100, 'x') + "|413 the request body is larger than 100 bytes"},
    {"a folded trailer", "0\r\nA: b\r\n c\r\n\r\n", "|400 a header line is folded"},
    {"many trailers", "0\r\nA: b\r\nA: b\r\nA: b\r\n\r\n",
     "|431 there are more than 2 header fields"},
};

constexpr Limits limits{.fields = 2, .body = 100};

}  // namespace

BOOST_AUTO_TEST_SUITE(chunked_decoder)

BOOST_DATA_TEST_CASE(a_body_has_one_outcome_wherever_it_is_cut, cases, c) {
    for (const std::size_t step : {c.body.size(), std::size_t{1}, std::size_t{3}})
        BOOST_TEST(chunked_outcome(ChunkedDecoder(limits), c.body, step) == c.outcome, step);
}

BOOST_AUTO_TEST_CASE(extensions_may_not_outweigh_the_data) {
    std::string body;
    for (int i = 0; i < 20; ++i)
        body += "1;" + std::string(1000, 'a') + "\r\nx\r\n";
    const std::string outcome = chunked_outcome(ChunkedDecoder(), body + "0\r\n\r\n", 1 << 20);
    BOOST_TEST(outcome.ends_with("|400 the chunks have more extensions than data"), outcome);
}

BOOST_AUTO_TEST_CASE(an_extension_has_an_end) {
    const std::string body = "1;" + std::string(5000, 'a');
    BOOST_TEST(chunked_outcome(ChunkedDecoder(), body, 1 << 20) ==
               "|400 a chunk's extensions are longer than 4096 bytes");
}

BOOST_AUTO_TEST_CASE(small_chunks_are_no_overhead) {
    std::string body;
    for (int i = 0; i < 10'000; ++i)
        body += "1\r\nx\r\n";
    BOOST_TEST(chunked_outcome(ChunkedDecoder(), body + "0\r\n\r\n", 1 << 20) ==
               std::string(10'000, 'x') + "|0 left");
}

BOOST_AUTO_TEST_SUITE_END()
