// Which bytes of a terminal are keys.
#include "cli/key_sequence.h"

#include <string>
#include <string_view>

#include <boost/test/unit_test.hpp>

using turngate::cli::KeySequence;

namespace {

std::string keys_of(KeySequence& sequence, std::string_view bytes) {
    std::string keys;
    for (const char c : bytes)
        if (!sequence.takes(c)) keys += c;
    return keys;
}

std::string keys_of(std::string_view bytes) {
    KeySequence sequence;
    return keys_of(sequence, bytes);
}

constexpr std::string_view texts[] = {"\x1bP", "\x1bX", "\x1b]", "\x1b^", "\x1b_"};

}  // namespace

BOOST_AUTO_TEST_SUITE(key_sequence)

BOOST_AUTO_TEST_CASE(what_is_sent_in_several_bytes_is_no_key) {
    BOOST_TEST(keys_of("a\x1b[Ab\x1b[1;5Cc\x1bOPd\x1b#ae\x1b[15~f\x1bxg") == "abcdefg");
    for (const std::string_view text : texts)
        for (const char* end : {"\x07", "\x1b\\"})
            BOOST_TEST(keys_of(std::string(text) + "11;rgb:aa/AA" + end + "q") == "q");
}

BOOST_AUTO_TEST_CASE(a_control_character_is_a_key_everywhere) {
    for (const std::string_view begin : {"\x1b", "\x1b[1", "\x1bO", "\x1b]11"})
        BOOST_TEST(keys_of(std::string(begin) + "\x04") == "\x04");
}

BOOST_AUTO_TEST_CASE(a_text_without_an_end_takes_so_much_and_no_more) {
    constexpr std::size_t more = 3;
    for (const std::string_view text : texts) {
        const std::string endless =
            std::string(text) + std::string(KeySequence::longest_text + more, 'a');
        BOOST_TEST(keys_of(endless) == "aaa");
        BOOST_TEST(keys_of(endless + endless) == "aaaaaa");
    }
}

BOOST_AUTO_TEST_CASE(a_text_is_over_where_nothing_more_of_it_comes) {
    for (const std::string_view text : texts) {
        KeySequence sequence;
        BOOST_TEST(keys_of(sequence, std::string(text) + "abc").empty());
        BOOST_TEST(sequence.is_text());
        sequence.end();
        BOOST_TEST(keys_of(sequence, "q") == "q");
    }
    KeySequence sequence;
    keys_of(sequence, "\x1b[1;");
    BOOST_TEST(!sequence.is_text());
}

BOOST_AUTO_TEST_SUITE_END()
