// What the writer prints, and that it is always JSON.
#include <cmath>
#include <limits>

#include <boost/test/unit_test.hpp>

#include "support/at_page_end.h"
#include <turngate/http/encoding.h>
#include <turngate/json/json.h>
#include <turngate/json/json_writer.h>

using namespace turngate;
using namespace std::string_literals;

namespace {

std::string quoted(std::string_view value) {
    std::string text;
    JsonWriter(text).string(value);
    return text;
}

std::string real(double value) {
    std::string text;
    JsonWriter(text).real(value);
    return text;
}

void write_everything(JsonWriter& out) {
    out.begin_object();
    out.key("a").begin_array().end_array();
    out.key("b").begin_object().end_object();
    out.key("c").begin_array().integer(-1).begin_array().null().end_array().boolean(true);
    out.begin_object().key("d").string("e").key("f").real(0.5).end_object().end_array();
    out.key("g").raw("[7]").key("h").unsigned_integer(8).key("i").boolean(false);
    out.end_object();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(json_writer)

BOOST_AUTO_TEST_CASE(commas_stand_between_values_and_nowhere_else) {
    std::string text;
    JsonWriter out(text);

    write_everything(out);

    BOOST_TEST(text ==
               R"({"a":[],"b":{},"c":[-1,[null],true,{"d":"e","f":0.5}],"g":[7],"h":8,"i":false})");
}

BOOST_AUTO_TEST_CASE(an_indent_gives_each_value_its_line) {
    std::string text;
    JsonWriter out(text, 2);

    write_everything(out);

    BOOST_TEST(text == R"({
  "a": [],
  "b": {},
  "c": [
    -1,
    [
      null
    ],
    true,
    {
      "d": "e",
      "f": 0.5
    }
  ],
  "g": [7],
  "h": 8,
  "i": false
})");
}

BOOST_AUTO_TEST_CASE(it_appends) {
    std::string text = "data: ";
    JsonWriter(text).begin_array().end_array();
    BOOST_TEST(text == "data: []");
}

BOOST_AUTO_TEST_CASE(only_what_must_be_escaped_is_escaped) {
    BOOST_TEST(quoted("") == R"("")");
    BOOST_TEST(quoted("a/b'c<\x7f\xC3\xA9\xE2\x80\xA8\xF0\x9F\x98\x80") ==
               "\"a/b'c<\x7f\xC3\xA9\xE2\x80\xA8\xF0\x9F\x98\x80\"");
    BOOST_TEST(quoted("\"\\\b\f\n\r\t") == R"("\"\\\b\f\n\r\t")");
    BOOST_TEST(quoted("\0\x01\x0b\x1a\x1f"s) == R"("\u0000\u0001\u000b\u001a\u001f")");
}

BOOST_AUTO_TEST_CASE(an_escape_is_found_at_every_place_of_a_long_string) {
    for (std::size_t length = 1; length < 70; ++length)
        for (std::size_t at = 0; at < length; ++at) {
            const std::string before(at, 'x'), behind(length - at - 1, 'x');
            BOOST_TEST(quoted(before + '\n' + behind) == '"' + before + "\\n" + behind + '"');
        }
}

BOOST_AUTO_TEST_CASE(every_byte_reads_back_as_itself_or_as_the_replacement_character) {
    for (int byte = 0; byte < 256; ++byte) {
        const std::string value = "a" + std::string(1, static_cast<char>(byte)) + "b";
        const std::string expected = byte < 0x80 ? value : "a\xEF\xBF\xBD" + "b"s;
        const std::string text = quoted(value);
        BOOST_TEST(is_utf8(text));
        BOOST_TEST(*Json::parse(text).string() == expected);
    }
}

BOOST_AUTO_TEST_CASE(each_byte_that_is_not_utf8_is_replaced) {
    const std::string r = "\xEF\xBF\xBD";
    BOOST_TEST(quoted("\xff") == '"' + r + '"');
    BOOST_TEST(quoted("\xC3\xA9\xC3\n\xE2\x82") == "\"\xC3\xA9" + r + "\\n" + r + r + '"');
    BOOST_TEST(quoted("\xC0\x80") == '"' + r + r + '"');
    BOOST_TEST(quoted("\xED\xA0\x80") == '"' + r + r + r + '"');
    BOOST_TEST(quoted("\xF4\x90\x80\x80") == '"' + r + r + r + r + '"');
    BOOST_TEST(quoted("\xF0\x9F\x98\x80\xF0\x9F\x98") == "\"\xF0\x9F\x98\x80" + r + r + r + '"');
}

BOOST_AUTO_TEST_CASE(a_text_of_json_goes_in_without_its_byte_order_mark) {
    std::string text;
    JsonWriter(text).begin_array().raw("\xEF\xBB\xBF{\"a\": 1}").raw("2").end_array();
    BOOST_TEST(text == R"([{"a": 1},2])");
}

BOOST_AUTO_TEST_CASE(keys_are_escaped_as_strings_are) {
    std::string text;
    JsonWriter(text).begin_object().key("a\"\xff").null().end_object();
    BOOST_TEST(text == "{\"a\\\"\xEF\xBF\xBD\":null}");
}

BOOST_AUTO_TEST_CASE(doubles_are_as_short_as_they_can_be_and_read_back_the_same) {
    BOOST_TEST(real(0) == "0");
    BOOST_TEST(real(-0.0) == "-0");
    BOOST_TEST(real(0.1) == "0.1");
    BOOST_TEST(real(1e22) == "1e+22");
    BOOST_TEST(real(1.0 / 3) == "0.3333333333333333");
    for (const double value : {5e-324, 2.2250738585072014e-308, 1.7976931348623157e308,
                               -1.7976931348623157e308, 9007199254740993.0, 1e-7, 123456.789})
        BOOST_TEST(Json::parse(real(value)).number().value() == value);
}

// By node -p 'JSON.stringify([...])'.
BOOST_AUTO_TEST_CASE(doubles_have_an_exponent_where_they_have_one_in_javascript) {
    BOOST_TEST(real(1e5) == "100000");
    BOOST_TEST(real(1e20) == "100000000000000000000");
    BOOST_TEST(real(123456789012345678901.0) == "123456789012345680000");
    BOOST_TEST(real(1e21) == "1e+21");
    BOOST_TEST(real(-1.5e300) == "-1.5e+300");
    BOOST_TEST(real(1e-6) == "0.000001");
    BOOST_TEST(real(-1.25e-6) == "-0.00000125");
    BOOST_TEST(real(1e-7) == "1e-7");
    BOOST_TEST(real(1.5) == "1.5");
    BOOST_TEST(real(-120.25) == "-120.25");
    BOOST_TEST(real(9007199254740993.0) == "9007199254740992");
}

BOOST_AUTO_TEST_CASE(wide_integers_have_all_digits_as_far_as_64_bits_go) {
    BOOST_TEST(real(1000000000047821700.0) == "1000000000047821696");
    BOOST_TEST(real(-1000000000047821700.0) == "-1000000000047821696");
    BOOST_TEST(real(0x1p63) == "9223372036854775808");
    BOOST_TEST(real(-0x1p63) == "-9223372036854775808");
    BOOST_TEST(real(0x1p64) == "18446744073709552000");
    const Json wide = Json::parse("100000000004.78217E7");
    BOOST_TEST((Json::parse(wide.dump()) == wide));
}

BOOST_AUTO_TEST_CASE(what_is_not_finite_is_null) {
    BOOST_TEST(real(std::nan("")) == "null");
    BOOST_TEST(real(std::numeric_limits<double>::infinity()) == "null");
    BOOST_TEST(real(-std::numeric_limits<double>::infinity()) == "null");
}

BOOST_AUTO_TEST_CASE(integers_keep_every_digit) {
    std::string text;
    JsonWriter out(text);
    out.begin_array();
    out.integer(std::numeric_limits<std::int64_t>::min());
    out.integer(std::numeric_limits<std::int64_t>::max());
    out.unsigned_integer(std::numeric_limits<std::uint64_t>::max());
    out.end_array();
    BOOST_TEST(text == "[-9223372036854775808,9223372036854775807,18446744073709551615]");
}

BOOST_AUTO_TEST_CASE(nothing_outside_a_string_is_looked_at) {
    for (std::size_t size = 0; size <= 70; ++size)
        for (char last : {'x', '"', '\\', '\x01', '\xe2'}) {
            const std::string text = std::string(size, 'x') + last;
            std::string expected, got;
            JsonWriter(expected).string(text);
            JsonWriter(got).string(test::AtPageEnd(text).view());
            BOOST_TEST(got == expected, size);
        }
}

BOOST_AUTO_TEST_SUITE_END()
