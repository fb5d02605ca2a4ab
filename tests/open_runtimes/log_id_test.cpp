#include "open_runtimes/log_id.h"

#include <set>

#include <boost/test/unit_test.hpp>

using namespace turngate;

BOOST_AUTO_TEST_SUITE(log_ids)

BOOST_AUTO_TEST_CASE(a_fresh_one_has_the_time_in_front) {
    using namespace std::chrono_literals;
    const std::string id =
        fresh_log_id(std::chrono::system_clock::time_point(0x6554'3210s + 999ms));
    BOOST_TEST(id.size() == 20u);
    BOOST_TEST(id.substr(0, 13) == "65543210003e7");
    BOOST_TEST(id.find_first_not_of("0123456789abcdef") == id.npos);
}

BOOST_AUTO_TEST_CASE(two_of_one_moment_differ) {
    const auto now = std::chrono::system_clock::now();
    std::set<std::string> ids;
    for (int i = 0; i < 100; ++i)
        ids.insert(fresh_log_id(now));
    BOOST_TEST(ids.size() > 95u);  // one pair of a hundred is alike once in 50,000 runs
}

BOOST_AUTO_TEST_CASE(what_comes_in_a_header_names_a_file_in_its_folder) {
    BOOST_TEST(file_safe("myLog-1_2.3") == "myLog-1_2.3");
    BOOST_TEST(file_safe("../../x") == "_._.._x");
    BOOST_TEST(file_safe("..") == "_.");
    BOOST_TEST(file_safe(std::string_view("a\0b", 3)) == "a_b");
    BOOST_TEST(file_safe(std::string(500, 'x')).size() == 128u);
    BOOST_TEST(file_safe("").empty());
}

BOOST_AUTO_TEST_SUITE_END()
