#include <string>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "body_outcome.h"

using namespace turngate::http1;

namespace {

struct Case {
    Framing framing;
    const char* bytes;
    const char* outcome;
};
std::ostream& operator<<(std::ostream& out, const Case& c) {
    return out << c.bytes;
}

using Kind = Framing::Kind;
const Case cases[] = {
    {{Kind::none}, "hi", "|2 left"},
    {{Kind::none}, "", "|0 left"},
    {{Kind::length, 0}, "hi", "|2 left"},
    {{Kind::length, 2}, "hi!", "hi|1 left"},
    {{Kind::length, 3}, "hi", "hi|400 the connection ended before the declared Content-Length"},
    {{Kind::until_close}, "hi", "hi|0 left"},
    {{Kind::until_close}, "", "|0 left"},
    {{Kind::chunked}, "2\r\nhi\r\n0\r\nX: 1\r\n\r\n!", "hi|X=1|1 left"},
    {{Kind::chunked}, "2\r\nhi\r\n", "hi|400 the connection ended before the last chunk"},
    {{Kind::chunked}, "z\r\n", "|400 a chunk does not begin with its size in hexadecimal digits"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(body_decoder)

BOOST_DATA_TEST_CASE(a_body_ends_where_its_framing_says_however_it_is_cut, cases) {
    for (std::size_t step : {1u, 2u, 3u, 100u})
        BOOST_TEST(body_outcome(BodyDecoder(sample.framing), sample.bytes, step) == sample.outcome);
}

BOOST_AUTO_TEST_SUITE_END()
