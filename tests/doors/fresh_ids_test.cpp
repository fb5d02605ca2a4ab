// Identifiers that nobody has used before.
#include "fresh_ids.h"

#include <set>

#include <boost/test/unit_test.hpp>

using namespace turngate;

BOOST_AUTO_TEST_SUITE(fresh_ids)

BOOST_AUTO_TEST_CASE(a_uuid_is_random_and_says_so) {
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) {
        const std::string id = fresh_uuid();
        BOOST_TEST(id.size() == 36u);
        BOOST_TEST(id[14] == '4');
        BOOST_TEST(std::string("89ab").find(id[19]) != std::string::npos);
        BOOST_TEST(id.find_first_not_of("0123456789abcdef-") == std::string::npos);
        BOOST_TEST(seen.insert(id).second);
    }
}

BOOST_AUTO_TEST_CASE(a_trace_begins_with_its_time) {
    const std::string id = fresh_trace_id(std::chrono::system_clock::from_time_t(0x6957342e));
    BOOST_TEST(id.starts_with("Root=1-6957342e-"));
    BOOST_TEST(id.size() == 40u);
    BOOST_TEST(fresh_trace_id({}) != fresh_trace_id({}));
}

BOOST_AUTO_TEST_SUITE_END()
