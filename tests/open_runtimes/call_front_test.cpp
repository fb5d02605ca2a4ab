#include "open_runtimes/call_front.h"

#include <boost/test/unit_test.hpp>

using namespace turngate;

BOOST_AUTO_TEST_SUITE(secret)

BOOST_AUTO_TEST_CASE(only_itself_is_right) {
    BOOST_TEST(is_secret("abc", "abc"));
    for (const char* wrong : {"", "ab", "abcd", "abd", "ABC", "xbc"})
        BOOST_TEST(!is_secret(wrong, "abc"), wrong);
}

BOOST_AUTO_TEST_SUITE_END()
