// Strict base64: the RFC's vectors, every length, and each way a text can be wrong.
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "support/at_page_end.h"
#include <turngate/http/encoding.h>

using namespace turngate;
namespace data = boost::unit_test::data;

namespace {

struct Pair {
    std::string_view bytes;
    std::string_view text;
};
std::ostream& operator<<(std::ostream& out, const Pair& p) {
    return out << '"' << p.text << '"';
}

// RFC 4648 section 10, and the two characters it leaves out.
const Pair vectors[] = {
    {"", ""},
    {"f", "Zg=="},
    {"fo", "Zm8="},
    {"foo", "Zm9v"},
    {"foob", "Zm9vYg=="},
    {"fooba", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy"},
    {"\xfb\xff\xbf", "+/+/"},
};

struct Wrong {
    const char* name;
    std::string_view text;
};
std::ostream& operator<<(std::ostream& out, const Wrong& w) {
    return out << w.name;
}

const Wrong wrongs[] = {
    {"no padding", "Zg"},
    {"half the padding", "Zg="},
    {"a padding too many", "Zm9v="},
    {"only padding", "===="},
    {"one character and padding", "Z==="},
    {"padding in the middle", "Zg==Zm9v"},
    {"padding inside a group", "Z=g="},
    {"padding first", "=Zg="},
    {"four equal signs after a group", "Zm9v===="},
    {"bits left over of two characters", "Zh=="},
    {"bits left over of three characters", "Zm9="},
    {"a line break", "Zm9v\r\nYmFy"},
    {"a line break that fills a group", "Zm9v\nYmFyZm9vYm="},
    {"a trailing newline", "Zm9v\n"},
    {"a space", "Zm9 "},
    {"the URL alphabet", "-_-_"},
    {"a NUL", std::string_view("Zm9\0", 4)},
    {"a byte past ASCII", "Zm9\xe9"},
    {"a byte past ASCII, padded", "\xe9g=="},
    {"one character", "Z"},
    {"three equal signs", "==="},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(base64)

BOOST_DATA_TEST_CASE(the_vectors_of_the_rfc_hold_both_ways, data::make(vectors), vector) {
    BOOST_TEST(base64_encode(vector.bytes) == vector.text);
    BOOST_TEST(base64_decode(vector.text).value() == vector.bytes);
}

BOOST_DATA_TEST_CASE(anything_but_the_canonical_text_is_refused, data::make(wrongs), wrong) {
    BOOST_TEST(!base64_decode(wrong.text));
}

BOOST_AUTO_TEST_CASE(every_length_comes_back) {
    std::string bytes;
    for (int i = 0; i < 100; ++i) {
        BOOST_TEST(base64_decode(base64_encode(bytes)).value() == bytes);
        bytes += static_cast<char>(255 - i * 7);
    }
}

BOOST_AUTO_TEST_CASE(one_foreign_character_anywhere_is_found) {
    const std::string good = base64_encode(std::string(60, 'x'));

    for (std::size_t i = 0; i < good.size(); ++i) {
        for (int c = 0; c < 256; ++c) {
            std::string bad = good;
            bad[i] = static_cast<char>(c);
            std::optional<std::string> bytes = base64_decode(bad);
            if (bytes ? base64_encode(*bytes) != bad : std::isalnum(c) != 0)
                BOOST_ERROR("byte " << c << " at " << i);
        }
    }
}

BOOST_AUTO_TEST_CASE(appending_keeps_what_is_there) {
    std::string out = "key: ";
    base64_encode_to(out, "fo");
    BOOST_TEST(out == "key: Zm8=");
    BOOST_TEST(base64_decode_to(out, "Zm8="));
    BOOST_TEST(out == "key: Zm8=fo");
}

BOOST_AUTO_TEST_CASE(a_refused_text_appends_nothing) {
    std::string out = "kept";
    BOOST_TEST(!base64_decode_to(out, "Zm9vZm9vZm9v*m9v"));
    BOOST_TEST(!base64_decode_to(out, "Zm9vZh=="));
    BOOST_TEST(out == "kept");
}

BOOST_AUTO_TEST_CASE(nothing_outside_the_bytes_is_looked_at) {
    for (std::size_t size = 0; size <= 70; ++size) {
        std::string bytes;
        for (std::size_t i = 0; i < size; ++i)
            bytes += static_cast<char>(i * 37);
        const test::AtPageEnd plain(bytes);
        const test::AtPageEnd coded(base64_encode(plain.view()));
        BOOST_TEST(base64_decode(coded.view()).value_or("?") == bytes, size);
    }
}

BOOST_AUTO_TEST_SUITE_END()
