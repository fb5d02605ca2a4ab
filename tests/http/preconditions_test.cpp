// Conditional requests, in the order of RFC 9110 section 13.2.2.
#include <ostream>
#include <string>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <turngate/http/date.h>
#include <turngate/http/preconditions.h>

using namespace turngate;
namespace data = boost::unit_test::data;

namespace {

const std::string before = "Sun, 06 Nov 1994 08:49:36 GMT";
const std::string now = "Sun, 06 Nov 1994 08:49:37 GMT";
const std::string later = "Sun, 06 Nov 1994 08:49:38 GMT";

Validators current() {
    return {"\"a,b\"", parse_http_date(now)};
}

std::string verdict(Precondition precondition) {
    return precondition == Precondition::holds          ? "holds"
           : precondition == Precondition::not_modified ? "304"
                                                        : "412";
}

struct Case {
    std::string_view name;
    std::string_view method;
    Headers headers;
    std::string_view expected;
};
std::ostream& operator<<(std::ostream& out, const Case& c) {
    return out << c.name;
}

const Case cases[] = {
    {"nothing", "GET", {}, "holds"},
    {"the_tag", "GET", {{"If-None-Match", "\"a,b\""}}, "304"},
    {"the_tag_weakly", "HEAD", {{"If-None-Match", "W/\"a,b\""}}, "304"},
    {"one_of_several", "GET", {{"If-None-Match", "\"x\" , W/\"y\",\"a,b\""}}, "304"},
    {"two_fields", "GET", {{"If-None-Match", "\"x\""}, {"If-None-Match", "\"a,b\""}}, "304"},
    {"any", "GET", {{"If-None-Match", "*"}}, "304"},
    {"another_tag", "GET", {{"If-None-Match", "\"a\", \"b\""}}, "holds"},
    {"a_tag_without_quotes", "GET", {{"If-None-Match", "a,b"}}, "holds"},
    {"a_tag_that_never_ends", "GET", {{"If-None-Match", "\"a,b"}}, "holds"},
    {"no_comma", "GET", {{"If-None-Match", "\"x\" \"a,b\""}}, "holds"},
    {"a_write", "PUT", {{"If-None-Match", "*"}}, "412"},
    {"not_since", "GET", {{"If-Modified-Since", now}}, "304"},
    {"not_for_long", "GET", {{"If-Modified-Since", later}}, "304"},
    {"since", "GET", {{"If-Modified-Since", before}}, "holds"},
    {"no_date", "GET", {{"If-Modified-Since", "yesterday"}}, "holds"},
    {"a_date_of_a_write", "POST", {{"If-Modified-Since", later}}, "holds"},
    {"a_tag_goes_before_a_date",
     "GET",
     {{"If-None-Match", "\"x\""}, {"If-Modified-Since", later}},
     "holds"},
    {"match", "GET", {{"If-Match", "\"a,b\""}}, "holds"},
    {"match_any", "GET", {{"If-Match", "*"}}, "holds"},
    {"match_weakly", "GET", {{"If-Match", "W/\"a,b\""}}, "412"},
    {"match_another", "GET", {{"If-Match", "\"x\""}}, "412"},
    {"match_nothing", "GET", {{"If-Match", ""}}, "412"},
    {"match_goes_before_a_date",
     "GET",
     {{"If-Match", "\"a,b\""}, {"If-Unmodified-Since", before}},
     "holds"},
    {"unmodified", "GET", {{"If-Unmodified-Since", now}}, "holds"},
    {"modified", "GET", {{"If-Unmodified-Since", before}}, "412"},
    {"match_and_none", "GET", {{"If-Match", "*"}, {"If-None-Match", "*"}}, "304"},
    {"failed_before_none", "GET", {{"If-Match", "\"x\""}, {"If-None-Match", "*"}}, "412"},
};

struct RangeCase {
    std::string_view name;
    Headers headers;
    bool expected;
};
std::ostream& operator<<(std::ostream& out, const RangeCase& c) {
    return out << c.name;
}

const RangeCase range_cases[] = {
    {"nothing", {}, true},
    {"the_tag", {{"If-Range", "\"a,b\""}}, true},
    {"the_tag_weakly", {{"If-Range", "W/\"a,b\""}}, false},
    {"another_tag", {{"If-Range", "\"x\""}}, false},
    {"two_tags", {{"If-Range", "\"a,b\", \"a,b\""}}, false},
    {"the_date", {{"If-Range", now}}, true},
    {"a_later_date", {{"If-Range", later}}, false},
    {"an_earlier_date", {{"If-Range", before}}, false},
    {"neither", {{"If-Range", "tomorrow"}}, false},
    {"empty", {{"If-Range", ""}}, false},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(preconditions)

BOOST_DATA_TEST_CASE(a_condition, data::make(cases), one) {
    BOOST_TEST(verdict(check_preconditions(one.method, one.headers, current())) == one.expected);
}

BOOST_DATA_TEST_CASE(a_range_applies_to_the_same_state_only, data::make(range_cases), one) {
    BOOST_TEST(range_may_apply(one.headers, current()) == one.expected);
}

BOOST_AUTO_TEST_CASE(what_has_no_validators_matches_only_any) {
    const Headers same{{"If-None-Match", "\"\""}};
    BOOST_TEST(verdict(check_preconditions("GET", same, {})) == "holds");
    const Headers any{{"If-None-Match", "*"}};
    BOOST_TEST(verdict(check_preconditions("GET", any, {})) == "304");
}

BOOST_AUTO_TEST_SUITE_END()
