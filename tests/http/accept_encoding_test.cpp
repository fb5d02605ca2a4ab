// What a client can decode.
#include <ostream>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <turngate/http/accept_encoding.h>

using namespace turngate;
namespace data = boost::unit_test::data;

namespace {

struct Case {
    std::string_view value;
    bool expected;
};
std::ostream& operator<<(std::ostream& out, const Case& c) {
    return out << '"' << c.value << '"';
}

const Case cases[] = {
    {"", false},           {"gzip", true},           {"GZip", true},
    {"x-gzip", true},      {"br, deflate", false},   {"br;q=1, gzip;q=0.1", true},
    {"gzip;q=0", false},   {"gzip; q=0.000", false}, {"gzip;q=none", false},
    {"*", true},           {"*;q=0", false},         {"*, gzip;q=0", false},
    {"gzip, *;q=0", true}, {"gzipped", false},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(accept_encoding)

BOOST_DATA_TEST_CASE(gzip_is_accepted_by_name_or_by_the_star, data::make(cases), one) {
    BOOST_TEST(accepts_gzip(one.value) == one.expected);
}

BOOST_AUTO_TEST_SUITE_END()
