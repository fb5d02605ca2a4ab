// Request targets, taken apart and put together again.
#include <ostream>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <turngate/http/url.h>

using namespace turngate;
namespace data = boost::unit_test::data;

namespace {

struct Target {
    const char* name;
    const char* scheme;
    const char* host;
    const char* path;
    const char* query;
};
std::ostream& operator<<(std::ostream& out, const Target& t) {
    return out << t.name;
}

const Target targets[] = {
    {"/", "http", "", "/", ""},
    {"/a/b?c=d?e", "http", "", "/a/b", "c=d?e"},
    {"/%2F%00+%zz%?%26=%", "http", "", "/%2F%00+%zz%", "%26=%"},
    {"/\xc3\xa9", "http", "", "/\xc3\xa9", ""},
    {"//evil.com/x", "http", "", "//evil.com/x", ""},
    {"///", "http", "", "///", ""},
    {"/a/../b/./c//d", "http", "", "/a/../b/./c//d", ""},
    {"/http://h/x", "http", "", "/http://h/x", ""},
    {"/x?u=http://h/", "http", "", "/x", "u=http://h/"},
    {"*", "http", "", "*", ""},
    {"http://h", "http", "h", "/", ""},
    {"HTTPS://Example.com:8443/x?y", "https", "Example.com:8443", "/x", "y"},
    {"http://h?q", "http", "h", "/", "q"},
    {"http://[::1]:80/", "http", "[::1]:80", "/", ""},
    {"http://[::1]", "http", "[::1]", "/", ""},
    {"http://h:/", "http", "h:", "/", ""},
    {"http://h//evil.com", "http", "h", "//evil.com", ""},
};

const char* const malformed[] = {
    "",           "?",           "x",           "evil.com/x",     "http:",         "http:/x",
    "http://",    "http:///x",   "http://?q",   "://h/",          "1http://h/",    "ht tp://h/",
    "http://u@h", "http://h:x/", "http://h:-1", "http://h:65536", "http://h:8:8/", "http://[::1/",
    "http://[]/", "http://[x]/", "http://h\\x", "http://[::1]x",  "h:443",         "*?",
    "**",         "*/",          "/a b",        "/a\tb",          "/a\nb",         "/a\rb",
    "/a#b",       "/#",          "/\x7f",       "http://h#f",     "?/x",           " /",
};

}  // namespace

BOOST_AUTO_TEST_SUITE(url)

BOOST_DATA_TEST_CASE(a_target_is_split_and_not_changed, data::make(targets), target) {
    const Url url = Url::parse(target.name);
    BOOST_TEST(url.scheme == target.scheme);
    BOOST_TEST(url.host == target.host);
    BOOST_TEST(url.path == target.path);
    BOOST_TEST(url.query == target.query);
}

BOOST_DATA_TEST_CASE(what_is_no_target_is_a_client_error, data::make(malformed), target) {
    BOOST_CHECK_EXCEPTION(Url::parse(target), HttpError,
                          [](const HttpError& e) { return e.status() == 400; });
}

BOOST_AUTO_TEST_CASE(a_nul_byte_is_refused) {
    BOOST_CHECK_THROW(Url::parse(std::string_view("/a\0b", 4)), HttpError);
}

BOOST_AUTO_TEST_CASE(an_empty_query_is_not_the_absence_of_one) {
    for (const char* target : {"/x", "/x?", "/x?a", "/?", "*"})
        BOOST_TEST(Url::parse(target).target() == target);
    BOOST_TEST(Url::parse("http://h?").target() == "/?");
}

BOOST_AUTO_TEST_CASE(parameters_are_decoded_in_order) {
    const Url url = Url::parse("/?b=1&a=x%20y+z&&b=%26&c&=v&d=e=f&%61=2");
    const std::vector<std::pair<std::string, std::string>> expected = {
        {"b", "1"}, {"a", "x y z"}, {"b", "&"}, {"c", ""}, {"", "v"}, {"d", "e=f"}, {"a", "2"}};
    BOOST_TEST((url.parameters() == expected));
    BOOST_TEST(url.parameter("b").value() == "1");
    BOOST_TEST(url.parameter("a").value() == "x y z");
    BOOST_TEST(url.parameter("c").value() == "");
    BOOST_TEST(!url.parameter("C").has_value());
    BOOST_TEST(!Url::parse("/").parameter("").has_value());
}

BOOST_AUTO_TEST_CASE(an_encoded_name_is_found_by_what_it_means) {
    const Url url = Url::parse("/?a%5B%5D=1&b+c=2");
    BOOST_TEST(url.parameter("a[]").value() == "1");
    BOOST_TEST(url.parameter("b c").value() == "2");
    BOOST_TEST(!url.parameter("a%5B%5D").has_value());
}

struct Prefix {
    const char* target;
    const char* prefix;
    bool matches;
    const char* path;
    const char* script_name;
};
std::ostream& operator<<(std::ostream& out, const Prefix& p) {
    return out << p.target << " without " << p.prefix;
}
const Prefix prefixes[] = {
    {"/prod/x?q", "/prod", true, "/x", "/prod"},
    {"/prod/x", "/prod/", true, "/x", "/prod"},
    {"/prod/x", "prod", true, "/x", "/prod"},
    {"/prod/", "/prod", true, "/", "/prod"},
    {"/prod", "/prod", true, "/", "/prod"},
    {"/prod?", "/prod", true, "/", "/prod"},
    {"/prod/prod/x", "/prod", true, "/prod/x", "/prod"},
    {"/prod//evil.com", "/prod", true, "//evil.com", "/prod"},
    {"/a/b/c", "/a/b", true, "/c", "/a/b"},
    {"/x", "/", true, "/x", ""},
    {"/x", "", true, "/x", ""},
    {"*", "", true, "*", ""},
    {"*", "/prod", false, "*", ""},
    {"/products", "/prod", false, "/products", ""},
    {"/Prod/x", "/prod", false, "/Prod/x", ""},
    {"/%70rod/x", "/prod", false, "/%70rod/x", ""},
    {"/x/prod", "/prod", false, "/x/prod", ""},
    {"/", "/prod", false, "/", ""},
};

BOOST_DATA_TEST_CASE(a_prefix_is_taken_once_at_a_segment_boundary, data::make(prefixes), p) {
    Url url = Url::parse(p.target);
    BOOST_TEST(url.strip_prefix(p.prefix) == p.matches);
    BOOST_TEST(url.path == p.path);
    BOOST_TEST(url.script_name == p.script_name);
    BOOST_TEST(url.request_uri() == p.target);
}

BOOST_AUTO_TEST_CASE(prefixes_add_up) {
    Url url = Url::parse("/stage/base?x");
    BOOST_TEST(url.strip_prefix("/stage"));
    BOOST_TEST(!url.strip_prefix("/stage"));
    BOOST_TEST(url.strip_prefix("/base"));
    BOOST_TEST(url.script_name == "/stage/base");
    BOOST_TEST(url.target() == "/?x");
    BOOST_TEST(url.bare_script_name);
    BOOST_TEST(url.request_uri() == "/stage/base?x");
}

BOOST_AUTO_TEST_SUITE_END()
