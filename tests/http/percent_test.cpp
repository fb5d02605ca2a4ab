// Percent-encoding: what is escaped where, and what is left alone.
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <turngate/http/encoding.h>

using namespace turngate;
namespace data = boost::unit_test::data;

namespace {

struct Escape {
    const char* name;
    std::string_view in;
    std::string_view path;
    std::string_view query;
};
std::ostream& operator<<(std::ostream& out, const Escape& e) {
    return out << e.name;
}

const Escape escapes[] = {
    {"an escape stays", "/a%2Fb%20%c3%a9", "/a%2Fb%20%c3%a9", "/a%2Fb%20%c3%a9"},
    {"a lone percent", "/100%", "/100%25", "/100%25"},
    {"a percent before one digit", "/a%4", "/a%254", "/a%254"},
    {"a percent before no digits", "/a%zz%4g", "/a%25zz%254g", "/a%25zz%254g"},
    {"two percents", "/%%41", "/%25%41", "/%25%41"},
    {"a decoded path", "/caf\xc3\xa9 au lait", "/caf%C3%A9%20au%20lait", "/caf%C3%A9%20au%20lait"},
    {"a question mark", "/a?b", "/a%3Fb", "/a?b"},
    {"a fragment", "/a#b", "/a%23b", "/a%23b"},
    {"what URIs leave out", "\"<>\\^`{|}", "%22%3C%3E%5C%5E%60%7B%7C%7D",
     "%22%3C%3E%5C%5E%60%7B%7C%7D"},
    {"controls", std::string_view("\0\r\n\x7f", 4), "%00%0D%0A%7F", "%00%0D%0A%7F"},
    {"every other delimiter", "/:@!$&'()*+,;=-._~[]", "/:@!$&'()*+,;=-._~[]",
     "/:@!$&'()*+,;=-._~[]"},
    {"nothing", "", "", ""},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(percent)

BOOST_AUTO_TEST_CASE(decoding_undoes_escapes_in_either_case) {
    BOOST_TEST(percent_decode("a%20b%2fc%2F%c3%A9") == "a b/c/\xc3\xa9");
    BOOST_TEST(percent_decode("%00") == std::string(1, '\0'));
}

BOOST_AUTO_TEST_CASE(decoding_leaves_malformed_escapes) {
    BOOST_TEST(percent_decode("%") == "%");
    BOOST_TEST(percent_decode("%4") == "%4");
    BOOST_TEST(percent_decode("%zz%4g%g4") == "%zz%4g%g4");
    BOOST_TEST(percent_decode("%%41") == "%A");
}

BOOST_AUTO_TEST_CASE(decoding_never_decodes_twice) {
    BOOST_TEST(percent_decode("%2541") == "%41");
}

BOOST_AUTO_TEST_CASE(plus_is_a_space_only_where_asked) {
    BOOST_TEST(percent_decode("a+b%2B") == "a+b+");
    BOOST_TEST(percent_decode("a+b%2B", true) == "a b+");
}

BOOST_AUTO_TEST_CASE(encoding_keeps_only_the_unreserved) {
    BOOST_TEST(percent_encode("aZ09-._~") == "aZ09-._~");
    BOOST_TEST(percent_encode("a/b c&d=e+f%") == "a%2Fb%20c%26d%3De%2Bf%25");
    BOOST_TEST(percent_encode("\xc3\xa9\xff") == "%C3%A9%FF");
}

BOOST_AUTO_TEST_CASE(form_encoding_turns_a_space_into_a_plus) {
    BOOST_TEST(percent_encode("a b+c", true) == "a+b%2Bc");
}

BOOST_AUTO_TEST_CASE(every_byte_comes_back) {
    std::string all;
    for (int c = 0; c < 256; ++c)
        all += static_cast<char>(c);

    BOOST_TEST(percent_decode(percent_encode(all)) == all);
    BOOST_TEST(percent_decode(percent_encode(all, true), true) == all);
}

BOOST_DATA_TEST_CASE(escaping_touches_only_what_cannot_be_literal, data::make(escapes), escape) {
    BOOST_TEST(percent_escape_path(escape.in) == escape.path);
    BOOST_TEST(percent_escape_query(escape.in) == escape.query);
}

BOOST_DATA_TEST_CASE(escaping_twice_changes_nothing, data::make(escapes), escape) {
    BOOST_TEST(percent_escape_path(escape.path) == escape.path);
    BOOST_TEST(percent_escape_query(escape.query) == escape.query);
}

BOOST_AUTO_TEST_SUITE_END()
