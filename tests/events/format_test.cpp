// The names of the formats.
#include <boost/test/unit_test.hpp>

#include <turngate/events/format.h>

using namespace turngate;
using events::Format;

BOOST_AUTO_TEST_SUITE(format)

BOOST_AUTO_TEST_CASE(every_name_leads_back_to_its_format) {
    BOOST_TEST(events::formats().size() == 13u);
    for (Format format : events::formats())
        BOOST_TEST((events::format_named(events::name(format)) == format));
}

BOOST_AUTO_TEST_CASE(names_are_those_of_the_command_line) {
    BOOST_TEST(events::name(Format::api_gateway_v1) == "apigw-v1");
    BOOST_TEST(events::name(Format::alb_multi_value) == "alb-multi");
    BOOST_TEST(events::name(Format::raw) == "raw");
}

BOOST_AUTO_TEST_CASE(an_unknown_name_has_no_format) {
    BOOST_TEST(!events::format_named("apigw"));
    BOOST_TEST(!events::format_named(""));
    BOOST_TEST(!events::format_named("RAW"));
}

BOOST_AUTO_TEST_SUITE_END()
