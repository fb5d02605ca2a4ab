// Dates: printed one way, read in every form that is about.
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <turngate/http/date.h>

using namespace turngate;
using namespace std::chrono;
namespace data = boost::unit_test::data;

namespace {

// The moment of all examples of RFC 9110.
constexpr sys_seconds example = sys_days(1994y / November / 6) + 8h + 49min + 37s;
constexpr sys_seconds in_2026 = sys_days(2026y / June / 1);

const std::string_view refused[] = {
    "",
    "Sun, 06 Nov 1994 08:49:37",
    "Sun, 06 Nov 1994 08:49:37 UTC",
    "Sun, 06 Nov 1994 08:49:37 GMT ",
    " Sun, 06 Nov 1994 08:49:37 GMT",
    "sun, 06 nov 1994 08:49:37 gmt",
    "Sun, 6 Nov 1994 08:49:37 GMT",
    "Sun 06 Nov 1994 08:49:37 GMT",
    "Son, 06 Nov 1994 08:49:37 GMT",
    "Sun, 06 Nov 94 08:49:37 GMT",
    "Sun, 06 Foo 1994 08:49:37 GMT",
    "Sun, 31 Nov 1994 08:49:37 GMT",
    "Wed, 29 Feb 2023 08:49:37 GMT",
    "Sun, 00 Nov 1994 08:49:37 GMT",
    "Sun, 06 Nov 1994 24:00:00 GMT",
    "Sun, 06 Nov 1994 08:60:37 GMT",
    "Sun, 06 Nov 1994 08:49:61 GMT",
    "Sun, 06 Nov 1994 8:49:37 GMT",
    "Sun, +6 Nov 1994 08:49:37 GMT",
    "Sunday, 06-Nov-1994 08:49:37 GMT",
    "Sun, 06-Nov-94 08:49:37 GMT",
    "Sun Nov 6 08:49:37 1994",
    "Sun Nov  6 08:49:37 94",
    "784111777",
};

struct CookieDate {
    std::string_view text;
    std::optional<sys_seconds> time;
};
std::ostream& operator<<(std::ostream& out, const CookieDate& d) {
    return out << '"' << d.text << '"';
}

const CookieDate cookie_dates[] = {
    {"Sun, 06 Nov 1994 08:49:37 GMT", example},
    {"Sun, 06-Nov-1994 08:49:37 GMT", example},
    {"Sunday, 06-Nov-94 08:49:37 GMT", example},
    {"Sun Nov  6 08:49:37 1994", example},
    {"8:49:37 6 november 94", example},
    {"6 Nov 1994 08:49:37 +0200", example},
    {"Thu, 01 Jan 1970 00:00:00 GMT", sys_seconds{}},
    {"1 Jan 69 00:00:00", sys_seconds(sys_days(2069y / January / 1))},
    {"1 Jan 70 00:00:00", sys_seconds{}},
    {"", std::nullopt},
    {"0", std::nullopt},
    {"Session", std::nullopt},
    {"6 Nov 1994", std::nullopt},
    {"06 Nov 08:49:37", std::nullopt},
    {"Nov 1994 08:49:37", std::nullopt},
    {"06 1994 08:49:37", std::nullopt},
    {"06 Nov 1600 08:49:37", std::nullopt},
    {"31 Feb 1994 08:49:37", std::nullopt},
    {"06 Nov 1994 24:49:37", std::nullopt},
    {"06 Nov 1994 08:49:60", std::nullopt},
    {"06 Nov 19941 08:49:37", std::nullopt},
    {"06 Nov 1994 08:49:371", std::nullopt},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(date)

BOOST_AUTO_TEST_CASE(an_imf_fixdate_has_fixed_width) {
    BOOST_TEST(http_date(example) == "Sun, 06 Nov 1994 08:49:37 GMT");
    BOOST_TEST(http_date(sys_seconds{}) == "Thu, 01 Jan 1970 00:00:00 GMT");
    BOOST_TEST(http_date(sys_days(2024y / February / 29) + 23h) == "Thu, 29 Feb 2024 23:00:00 GMT");
    BOOST_TEST(http_date(sys_seconds(-1s)) == "Wed, 31 Dec 1969 23:59:59 GMT");
}

BOOST_AUTO_TEST_CASE(a_year_of_five_digits_is_refused) {
    BOOST_TEST(http_date(sys_days(9999y / December / 31)) == "Fri, 31 Dec 9999 00:00:00 GMT");
    BOOST_CHECK_THROW(http_date(sys_days(10'000y / January / 1)), std::invalid_argument);
    BOOST_CHECK_THROW(http_date(sys_seconds::max()), std::invalid_argument);
    BOOST_CHECK_THROW(http_date(sys_seconds::min()), std::invalid_argument);
    BOOST_CHECK_THROW(request_time(sys_seconds::max()), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(request_time_is_in_the_form_of_the_common_log) {
    BOOST_TEST(request_time(example) == "06/Nov/1994:08:49:37 +0000");
}

BOOST_AUTO_TEST_CASE(the_three_forms_mean_the_same) {
    BOOST_TEST((parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT") == example));
    BOOST_TEST((parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT") == example));
    BOOST_TEST((parse_http_date("Sun Nov  6 08:49:37 1994") == example));
    BOOST_TEST((parse_http_date("Wed Nov 16 08:49:37 1994") == example + 240h));
}

BOOST_AUTO_TEST_CASE(a_two_digit_year_is_at_most_50_years_ahead) {
    auto year_of = [](std::string_view text) {
        auto time = parse_http_date(text, in_2026);
        return int{year_month_day(floor<days>(time.value())).year()};
    };
    BOOST_TEST(year_of("Sunday, 06-Nov-76 08:49:37 GMT") == 2076);
    BOOST_TEST(year_of("Sunday, 06-Nov-77 08:49:37 GMT") == 1977);
    BOOST_TEST(year_of("Sunday, 06-Nov-00 08:49:37 GMT") == 2000);
}

BOOST_AUTO_TEST_CASE(a_leap_second_is_the_next_second) {
    BOOST_TEST((parse_http_date("Sat, 31 Dec 2016 23:59:60 GMT") ==
                sys_seconds(sys_days(2017y / January / 1))));
}

BOOST_AUTO_TEST_CASE(what_is_printed_is_read_back) {
    for (sys_seconds t = sys_days(1890y / January / 1); t < in_2026; t += 37h + 11min + 13s)
        if (parse_http_date(http_date(t)) != t) BOOST_ERROR(http_date(t));
}

BOOST_DATA_TEST_CASE(any_other_form_is_refused, data::make(refused), text) {
    BOOST_TEST(!parse_http_date(text));
}

BOOST_DATA_TEST_CASE(cookie_dates_are_read_as_browsers_do, data::make(cookie_dates), sample) {
    BOOST_TEST((parse_cookie_date(sample.text) == sample.time));
}

BOOST_AUTO_TEST_SUITE_END()
