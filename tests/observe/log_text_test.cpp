#include "observe/log_text.h"

#include <boost/test/unit_test.hpp>

#include <turngate/http/encoding.h>
#include <turngate/json/json.h>

using namespace turngate;

namespace {

std::string plain(std::string_view text, std::size_t limit = 1000) {
    std::string out;
    append_plain_text(out, text, limit);
    return out;
}

std::string quoted(std::string_view text, std::size_t limit = 1000) {
    std::string out;
    append_json_text(out, text, limit);
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(log_text)

BOOST_AUTO_TEST_CASE(what_a_terminal_would_obey_is_shown_instead) {
    BOOST_TEST(plain("a\nb\r\t\x1b[31m\x7f") == "a\\u000ab\\u000d\\u0009\\u001b[31m\\u007f");
    BOOST_TEST(plain("\xc2\x9b"
                     "31m") == "\\u009b31m");
    BOOST_TEST(plain("\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xae\xe2\x81\xa6") ==
               "\\u2028\\u2029\\u202e\\u2066");
    BOOST_TEST(plain(std::string_view("\0", 1)) == "\\u0000");
}

BOOST_AUTO_TEST_CASE(other_text_stays_as_it_is) {
    BOOST_TEST(plain("Grüße, 世界 🙂 \"\\\"") == "Grüße, 世界 🙂 \"\\\"");
    BOOST_TEST(quoted("Grüße \"\\\"") == "Grüße \\\"\\\\\\\"");
}

BOOST_AUTO_TEST_CASE(what_is_not_utf8_is_replaced) {
    BOOST_TEST(plain("a\xff"
                     "b\xc3") ==
               "a\xef\xbf\xbd"
               "b\xef\xbf\xbd");
    BOOST_TEST(plain("\xed\xa0\x80") == "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
    BOOST_TEST(plain("\xc0\x8a") == "\xef\xbf\xbd\xef\xbf\xbd");
}

BOOST_AUTO_TEST_CASE(no_limit_cuts_a_character_or_an_escape) {
    const std::string text =
        "aé世🙂\n\"\\\xff"
        "z";
    for (std::size_t limit = 0; limit < 60; ++limit) {
        const std::string out = quoted(text, limit);
        BOOST_TEST(out.size() <= limit);
        BOOST_TEST(is_utf8(out));
        BOOST_TEST(Json::parse('"' + out + '"').string() != nullptr);
    }
    BOOST_TEST(plain("abcdef", 6) == "abcdef");
    BOOST_TEST(plain("abcdefg", 6) == "abc…");
}

BOOST_AUTO_TEST_CASE(every_octet_in_a_json_text_reads_back_and_none_acts) {
    for (int octet = 0; octet < 256; ++octet) {
        const std::string out = quoted(std::string("<") + static_cast<char>(octet) + ">");
        const Json value = Json::parse('"' + out + '"');
        BOOST_TEST(value.string()->starts_with('<'));
        for (const char c : out)
            BOOST_TEST((static_cast<unsigned char>(c) >= 0x20 && c != 0x7f));
    }
}

BOOST_AUTO_TEST_SUITE_END()
