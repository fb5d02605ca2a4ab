// Cookies in both directions.
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <turngate/http/cookie.h>

using namespace turngate;
using namespace std::chrono;
namespace data = boost::unit_test::data;

namespace {

struct Sample {
    std::string_view header;
    std::vector<Cookies::Cookie> cookies;
};
std::ostream& operator<<(std::ostream& out, const Sample& s) {
    return out << s.header;
}

const Sample samples[] = {
    {"a=1", {{"a", "1"}}},
    {"a=1; b=2;c=3", {{"a", "1"}, {"b", "2"}, {"c", "3"}}},
    {" a = 1 ;\tb\t=\t2\t", {{"a", "1"}, {"b", "2"}}},
    {"a=b=c==", {{"a", "b=c=="}}},
    {"a=", {{"a", ""}}},
    {"=v", {{"", "v"}}},
    {"lonely", {{"", "lonely"}}},
    {"lonely; a=1", {{"", "lonely"}, {"a", "1"}}},
    {"", {}},
    {" ; ;; ", {}},
    {"a=1; a=2", {{"a", "1"}, {"a", "2"}}},
    {R"(a="b c"; d=""; e=")", {{"a", "b c"}, {"d", ""}, {"e", "\""}}},
    {R"(a="x\"y"; b="1;2")", {{"a", R"(x\"y)"}, {"b", "\"1"}, {"", "2\""}}},
    {"a=%20+,{}[]@<>\\", {{"a", "%20+,{}[]@<>\\"}}},
    {"caf\xc3\xa9=\xff\x01", {{"caf\xc3\xa9", "\xff\x01"}}},
    {"a=b, c=d", {{"a", "b, c=d"}}},
};

struct Printed {
    const char* name;
    SetCookie cookie;
    std::string_view text;
};
std::ostream& operator<<(std::ostream& out, const Printed& p) {
    return out << p.name;
}

const Printed printed[] = {
    {"bare", {.name = "a", .value = "b"}, "a=b"},
    {"empty", {.name = "a", .value = ""}, "a="},
    {"everything",
     {.name = "id",
      .value = "x\"y, z",
      .path = "/app",
      .domain = "example.com",
      .max_age = 3600s,
      .expires = sys_days(2030y / January / 2),
      .secure = true,
      .http_only = true,
      .same_site = SameSite::none,
      .partitioned = true,
      .extensions = {"Priority=High"}},
     "id=x\"y, z; Path=/app; Domain=example.com; Max-Age=3600; "
     "Expires=Wed, 02 Jan 2030 00:00:00 GMT; Secure; HttpOnly; SameSite=None; Partitioned; "
     "Priority=High"},
    {"a deletion", {.name = "a", .value = "", .max_age = -1s}, "a=; Max-Age=-1"},
    {"bytes", {.name = "a", .value = "caf\xc3\xa9 \xff"}, "a=caf\xc3\xa9 \xff"},
};

struct Refused {
    const char* name;
    SetCookie cookie;
};
std::ostream& operator<<(std::ostream& out, const Refused& r) {
    return out << r.name;
}

const Refused refused[] = {
    {"no name", {.name = "", .value = "v"}},
    {"a name with =", {.name = "a=b", .value = "v"}},
    {"a name with a blank", {.name = "a b", .value = "v"}},
    {"a name with a line break", {.name = "a\r\nX", .value = "v"}},
    {"a value with another attribute", {.name = "a", .value = "v; Domain=evil.test"}},
    {"a value with a line break", {.name = "a", .value = "v\r\nSet-Cookie: b=c"}},
    {"a value with a NUL", {.name = "a", .value = std::string("v\0w", 3)}},
    {"a value with DEL", {.name = "a", .value = "v\x7f"}},
    {"a value with a blank at its end", {.name = "a", .value = "v "}},
    {"a path with another attribute", {.name = "a", .value = "v", .path = "/; HttpOnly"}},
    {"a path with a line break", {.name = "a", .value = "v", .path = "/\n"}},
    {"a domain with another attribute", {.name = "a", .value = "v", .domain = "x;Secure"}},
    {"an extension with two", {.name = "a", .value = "v", .extensions = {"Priority=High;Secure"}}},
    {"an expiry past the calendar", {.name = "a", .value = "v", .expires = sys_seconds::max()}},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(cookies)

BOOST_DATA_TEST_CASE(every_pair_is_kept_in_order, data::make(samples), sample) {
    Cookies cookies = Cookies::parse(sample.header);

    std::vector<Cookies::Cookie> list(cookies.begin(), cookies.end());
    BOOST_TEST((list == sample.cookies));
}

BOOST_AUTO_TEST_CASE(the_first_of_a_name_counts) {
    Cookies cookies = Cookies::parse("a=1; A=2; a=3");

    BOOST_TEST(cookies.get("a").value() == "1");
    BOOST_TEST(cookies.get("A").value() == "2");
    BOOST_TEST(!cookies.get("b"));
}

BOOST_AUTO_TEST_CASE(several_cookie_fields_are_one_list) {
    Headers headers{{"Cookie", "a=1"}, {"X", "y=9"}, {"cookie", "b=2; a=3"}};
    Cookies cookies = Cookies::of(headers);

    BOOST_TEST(cookies.size() == 3u);
    BOOST_TEST(cookies.get("a").value() == "1");
    BOOST_TEST(cookies.get("b").value() == "2");
    BOOST_TEST(!cookies.get("y"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(set_cookie)

BOOST_DATA_TEST_CASE(it_is_printed_and_read_back, data::make(printed), sample) {
    BOOST_TEST(sample.cookie.text() == sample.text);
    BOOST_TEST((SetCookie::parse(sample.text) == sample.cookie));
}

BOOST_DATA_TEST_CASE(what_could_inject_is_refused, data::make(refused), sample) {
    BOOST_CHECK_THROW(sample.cookie.text(), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(attributes_are_read_as_browsers_do) {
    auto cookie = SetCookie::parse(
        " a = \"b\" ;PATH=/x; path=/y;; max-age=5 ;secure=no;HTTPONLY; samesite=lax; "
        "Expires=Sun, 06-Nov-1994 08:49:37 GMT");

    BOOST_TEST((cookie == SetCookie{.name = "a",
                                    .value = "\"b\"",
                                    .path = "/y",
                                    .max_age = 5s,
                                    .expires = sys_days(1994y / November / 6) + 8h + 49min + 37s,
                                    .secure = true,
                                    .http_only = true,
                                    .same_site = SameSite::lax}));
}

BOOST_AUTO_TEST_CASE(an_attribute_nobody_understands_is_kept_as_it_is) {
    auto cookie = SetCookie::parse("a=b; Max-Age=soon; Expires=never; SameSite=x; Path=; New");

    std::vector<std::string> expected = {"Max-Age=soon", "Expires=never", "SameSite=x",
                                         "Path=", "New"};
    BOOST_TEST(cookie.value().extensions == expected, boost::test_tools::per_element());
    BOOST_TEST(cookie->text() == "a=b; Max-Age=soon; Expires=never; SameSite=x; Path=; New");
}

BOOST_AUTO_TEST_CASE(a_max_age_of_any_length_keeps_its_sign) {
    BOOST_TEST((SetCookie::parse("a=; Max-Age=99999999999999999999")->max_age == seconds::max()));
    BOOST_TEST((SetCookie::parse("a=; Max-Age=-99999999999999999999")->max_age == seconds::min()));
    BOOST_TEST((SetCookie::parse("a=; Max-Age=-0")->max_age == 0s));
    BOOST_TEST(!SetCookie::parse("a=; Max-Age=-")->max_age.has_value());
    BOOST_TEST(!SetCookie::parse("a=; Max-Age=+5")->max_age.has_value());
}

BOOST_AUTO_TEST_CASE(without_a_name_it_is_none) {
    BOOST_TEST(!SetCookie::parse(""));
    BOOST_TEST(!SetCookie::parse("a"));
    BOOST_TEST(!SetCookie::parse("=b"));
    BOOST_TEST(!SetCookie::parse(" ; a=b"));
}

BOOST_AUTO_TEST_SUITE_END()
