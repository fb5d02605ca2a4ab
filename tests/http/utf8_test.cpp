// UTF-8 validity, at every position relative to the wide steps.
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "support/at_page_end.h"
#include <turngate/http/encoding.h>
#include <turngate/http/utf8.h>

using namespace turngate;
namespace data = boost::unit_test::data;

namespace {

struct Sample {
    const char* name;
    std::string_view bytes;
    bool valid;
};
std::ostream& operator<<(std::ostream& out, const Sample& s) {
    return out << s.name;
}

const Sample samples[] = {
    {"two bytes", "\xc3\xa9", true},
    {"first of two bytes", "\xc2\x80", true},
    {"last of two bytes", "\xdf\xbf", true},
    {"first of three bytes", "\xe0\xa0\x80", true},
    {"last before the surrogates", "\xed\x9f\xbf", true},
    {"first after the surrogates", "\xee\x80\x80", true},
    {"last of three bytes", "\xef\xbf\xbf", true},
    {"byte order mark", "\xef\xbb\xbf", true},
    {"first of four bytes", "\xf0\x90\x80\x80", true},
    {"last of all", "\xf4\x8f\xbf\xbf", true},
    {"NUL", std::string_view("\0", 1), true},
    {"a mix", "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z", true},
    {"overlong NUL", "\xc0\x80", false},
    {"overlong slash", "\xc0\xaf", false},
    {"overlong, C1", "\xc1\xbf", false},
    {"overlong in three", "\xe0\x9f\xbf", false},
    {"overlong in four", "\xf0\x8f\xbf\xbf", false},
    {"first surrogate", "\xed\xa0\x80", false},
    {"last surrogate", "\xed\xbf\xbf", false},
    {"past U+10FFFF", "\xf4\x90\x80\x80", false},
    {"F5", "\xf5\x80\x80\x80", false},
    {"five bytes", "\xf8\x88\x80\x80\x80", false},
    {"FE", "\xfe", false},
    {"FF", "\xff", false},
    {"lone continuation", "\x80", false},
    {"continuation too many", "\xc3\xa9\xa9", false},
    {"two bytes, cut", "\xc3", false},
    {"three bytes, cut", "\xe2\x82", false},
    {"four bytes, cut", "\xf0\x9f\x98", false},
    {"ASCII in a sequence",
     "\xe2"
     "a\xac",
     false},
    {"lead in a sequence", "\xe2\x82\xc3\xa9", false},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(utf8)

BOOST_AUTO_TEST_CASE(nothing_is_valid) {
    BOOST_TEST(is_utf8(""));
}

BOOST_DATA_TEST_CASE(each_form_is_judged_at_every_offset, data::make(samples), sample) {
    for (std::size_t before = 0; before < 70; ++before) {
        std::string bytes = std::string(before, 'x') + std::string(sample.bytes);
        if (is_utf8(bytes) != sample.valid) BOOST_ERROR("at the end, after " << before);
        bytes += std::string(70, 'y');
        if (is_utf8(bytes) != sample.valid) BOOST_ERROR("in the middle, after " << before);
    }
}

BOOST_AUTO_TEST_CASE(every_code_point_is_valid_but_the_surrogates) {
    for (unsigned c = 0x800; c < 0x10000; ++c) {
        const char bytes[] = {static_cast<char>(0xE0 | c >> 12),
                              static_cast<char>(0x80 | (c >> 6 & 63)),
                              static_cast<char>(0x80 | (c & 63))};
        if (is_utf8({bytes, 3}) != (c < 0xD800 || c > 0xDFFF)) BOOST_ERROR("U+" << std::hex << c);
    }
}

BOOST_AUTO_TEST_CASE(no_run_of_ascii_may_stand_in_a_sequence_however_long) {
    for (std::size_t before = 0; before < 70; ++before)
        for (std::size_t gap : {1u, 8u, 31u, 32u, 33u, 64u, 128u, 160u}) {
            const std::string bytes = std::string(before, 'x') + '\xc3' + std::string(gap, 'y') +
                                      '\xa9' + std::string(before, 'z');
            if (is_utf8(bytes)) BOOST_ERROR("after " << before << " with " << gap);
        }
}

BOOST_AUTO_TEST_CASE(nothing_outside_the_bytes_is_looked_at) {
    const std::string pattern =
        "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80 plain ASCII to fill a block";
    for (std::size_t size = 0; size <= 130; ++size) {
        std::string bytes;
        while (bytes.size() < size)
            bytes += pattern;
        bytes.resize(size);
        const bool expected = is_utf8(bytes);
        for (auto side : {test::AtPageEnd::Side::end, test::AtPageEnd::Side::begin})
            BOOST_TEST(is_utf8(test::AtPageEnd(bytes, side).view()) == expected, size);
        BOOST_TEST(is_utf8(test::AtPageEnd(std::string(size, 'a')).view()), size);
        BOOST_TEST(!is_utf8(test::AtPageEnd(std::string(size, 'a') + '\xe2').view()), size);
    }
}

BOOST_DATA_TEST_CASE(a_text_is_cut_between_characters, data::make(samples), sample) {
    if (!sample.valid) return;
    const std::string bytes = "x" + std::string(sample.bytes);
    for (std::size_t size = 0; size <= bytes.size(); ++size) {
        std::size_t expected = size;
        while (!is_utf8(bytes.substr(0, expected)))
            --expected;
        BOOST_TEST(whole_utf8(bytes.substr(0, size)) == expected, size);
    }
}

BOOST_AUTO_TEST_CASE(what_is_no_text_is_not_cut) {
    for (const std::string bytes : {"\x80\x80\x80\x80", "x\xff", "x\xc0", "x\xe0\x80", "x\xed\xa0",
                                    "x\xf4\x90\x80", "x\xc3\xa9\xa9", "\xe2\x82\xac\x82"})
        BOOST_TEST(whole_utf8(bytes) == bytes.size());
    BOOST_TEST(whole_utf8("x\xc0\xe2\x82") == 2u);  // the end might still become some
}

BOOST_AUTO_TEST_SUITE_END()
