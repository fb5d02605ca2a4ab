// As TextDecoder of Node 20 decodes the same bytes.
#include "../../handlers/src/handlers/lossy_utf8.h"

#include <boost/test/unit_test.hpp>

using turngate::lossy_utf8;

BOOST_AUTO_TEST_SUITE(lossy_utf8_text)

BOOST_AUTO_TEST_CASE(what_is_utf8_stays) {
    BOOST_TEST(lossy_utf8("") == "");
    BOOST_TEST(lossy_utf8("aé€😀\uFEFF") == "aé€😀\uFEFF");
}

BOOST_AUTO_TEST_CASE(a_sequence_that_breaks_off_is_replaced_once) {
    BOOST_TEST(lossy_utf8("\xC3") == "\uFFFD");
    BOOST_TEST(lossy_utf8("\xE2\x82") == "\uFFFD");
    BOOST_TEST(lossy_utf8("\xF0\x9F\x98(") == "\uFFFD(");
    BOOST_TEST(lossy_utf8("\xE2\x82\xC3\xA9") == "\uFFFDé");
}

BOOST_AUTO_TEST_CASE(bytes_that_begin_nothing_are_replaced_one_by_one) {
    BOOST_TEST(lossy_utf8("\x80\xFF") == "\uFFFD\uFFFD");
    BOOST_TEST(lossy_utf8("\xC0\xAF") == "\uFFFD\uFFFD");
    BOOST_TEST(lossy_utf8("\xE0\x80\x80") == "\uFFFD\uFFFD\uFFFD");
    BOOST_TEST(lossy_utf8("\xED\xA0\x80") == "\uFFFD\uFFFD\uFFFD");
    BOOST_TEST(lossy_utf8("\xF4\x90\x80\x80") == "\uFFFD\uFFFD\uFFFD\uFFFD");
}

BOOST_AUTO_TEST_SUITE_END()
