// Names of statuses, registered and not.
#include <boost/test/unit_test.hpp>

#include <turngate/http/status.h>

using turngate::reason_phrase;

BOOST_AUTO_TEST_SUITE(status)

BOOST_AUTO_TEST_CASE(a_registered_status_has_its_own_name) {
    BOOST_TEST(reason_phrase(200) == "OK");
    BOOST_TEST(reason_phrase(404) == "Not Found");
    BOOST_TEST(reason_phrase(511) == "Network Authentication Required");
}

BOOST_AUTO_TEST_CASE(another_status_has_the_name_of_its_class) {
    BOOST_TEST(reason_phrase(299) == "Success");
    BOOST_TEST(reason_phrase(499) == "Client Error");
}

BOOST_AUTO_TEST_CASE(what_is_no_status_has_no_name) {
    BOOST_TEST(reason_phrase(-1) == "");
    BOOST_TEST(reason_phrase(99) == "");
    BOOST_TEST(reason_phrase(600) == "");
}

BOOST_AUTO_TEST_SUITE_END()
