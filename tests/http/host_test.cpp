// What a Host field may say; the tables stand in tests/http1/target_test.cpp, where a door reads
// them.
#include <string_view>

#include <boost/test/unit_test.hpp>

#include <turngate/http/url.h>

using namespace std::string_view_literals;
using turngate::is_host;

BOOST_AUTO_TEST_SUITE(host)

BOOST_AUTO_TEST_CASE(a_host_is_a_name_or_an_address_with_an_optional_port) {
    for (std::string_view good : {"h", "gw.test:8080", "my_app", "[::1]:80"})
        BOOST_TEST(is_host(good), good);
    for (std::string_view bad : {""sv, "evil.test/x?y z"sv, "a,b"sv, "gw.test:x"sv, "[::1\0]"sv})
        BOOST_TEST(!is_host(bad), bad);
}

BOOST_AUTO_TEST_SUITE_END()
