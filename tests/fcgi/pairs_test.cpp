#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "outcome.h"
#include <turngate/fcgi/pairs.h>

using namespace turngate::fcgi;
using namespace std::string_literals;

namespace {

struct Case {
    const char* name;
    std::string stream;
    const char* outcome;
};
std::ostream& operator<<(std::ostream& out, const Case& c) {
    return out << c.name;
}

constexpr const char* cut = "the FastCGI variables end within a name, a value or a length";

const Case cases[] = {
    {"nothing", "", "end"},
    {"two", "\1\2Abb\3\0CCC"s, "A=bb;CCC=;end"},
    {"no_name", "\0\1x"s, "=x;end"},
    {"neither", "\0\0"s, "=;end"},
    {"twice", "\1\1ax\1\1ay", "a=x;a=y;end"},
    {"long_forms_of_short_lengths", "\x80\0\0\1\x80\0\0\2Abb"s, "A=bb;end"},
    {"a_long_name_of_a_short_value", "\x80\0\0\x80\1"s + std::string(128, 'n') + 'v',
     "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
     "nnn"
     "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn=v;end"},
    {"cut_in_the_name", "\x10\5AB", cut},
    {"cut_in_the_value", "\1\5AB", cut},
    {"cut_before_the_second_length", "\4", cut},
    {"cut_in_a_length", "\1\x80\0"s, cut},
    {"a_nul_in_a_value", "\1\1ax\1\3ax\0y"s,
     "a=x;a FastCGI variable has a NUL in its name or value"},
    {"a_nul_in_a_name", "\2\1a\0x"s, "a FastCGI variable has a NUL in its name or value"},
    {"a_value_of_2_gib", "\1\xff\xff\xff\xff"s,
     "a FastCGI variable of 2147483648 bytes is more than all may have together, 200"},
    {"both_of_2_gib", "\xff\xff\xff\xff\xff\xff\xff\xff"s,
     "a FastCGI variable of 4294967294 bytes is more than all may have together, 200"},
    {"both_of_1_gib", "\xc0\0\0\0\xc0\0\0\0AAAA"s,
     "a FastCGI variable of 2147483648 bytes is more than all may have together, 200"},
    {"more_than_may_come", "\2\xc8"s, cut},
    {"more_pairs_than_may_come", "\0\1a\0\1b\0\1c\0\1d\0\1e"s,
     "=a;=b;=c;=d;there are more than 4 FastCGI variables"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(fcgi_pairs)

BOOST_DATA_TEST_CASE(pairs_are_the_same_however_they_are_cut, cases) {
    for (std::size_t step : {1u, 2u, 3u, 4u, 5u, 8u, 999u, 1000u})
        BOOST_TEST(pairs_outcome(sample.stream, step, {.bytes = 200, .pairs = 4}) == sample.outcome,
                   "by " << step);
}

BOOST_AUTO_TEST_CASE(what_came_in_one_piece_is_not_copied) {
    const std::string stream = "\4\5NAMEvalue";
    PairReader reader;
    BOOST_TEST(reader.feed(stream));
    BOOST_TEST(reader.finish());
    BOOST_TEST((reader.pairs()[0].name.data() == stream.data() + 2));
}

BOOST_AUTO_TEST_CASE(a_stream_longer_than_the_limit_is_too_large) {
    PairReader reader({.bytes = 10, .pairs = 100});
    BOOST_TEST(reader.feed("\1\1ax\1\1ay\1"));
    BOOST_TEST(!reader.feed("\1az"));
    BOOST_TEST(reader.error() == "the FastCGI variables have more than 10 bytes");
    BOOST_TEST(reader.is_too_large());
    BOOST_TEST(!reader.finish());
}

BOOST_AUTO_TEST_CASE(a_byte_that_no_field_has_is_found_wherever_it_is) {
    for (std::size_t size = 1; size <= 70; ++size)
        for (std::size_t at = 0; at < size; ++at)
            for (const std::string& behind : {""s, std::string(20, 0)}) {  // ten empty pairs
                std::string stream = "\0"s + static_cast<char>(size) + std::string(size, 'v');
                const auto told = [&](char byte) {
                    stream[2 + at] = byte;
                    PairReader reader;
                    const bool is_good = reader.feed(stream + behind) && reader.finish();
                    return !is_good ? "refused" : reader.has_line_break() ? "break" : "plain";
                };
                BOOST_TEST_CONTEXT(at << " of " << size) {
                    BOOST_TEST(told('\0') == "refused"s);
                    BOOST_TEST(told('\r') == "break"s);
                    BOOST_TEST(told('\n') == "break"s);
                    BOOST_TEST(told('\t') == "plain"s);
                    BOOST_TEST(told('\xff') == "plain"s);
                }
            }
}

BOOST_AUTO_TEST_CASE(a_reader_reads_one_stream_after_another) {
    PairReader reader;
    reader.feed("\1\1a\0"s);
    BOOST_TEST(!reader.finish());
    BOOST_TEST(!reader.is_too_large());
    reader.restart({});
    BOOST_TEST(reader.feed("\1\1b\n"));
    BOOST_TEST(reader.has_line_break());
    reader.restart({});
    BOOST_TEST(reader.feed("\1\1bx"));
    BOOST_TEST(reader.finish());
    BOOST_TEST(!reader.has_line_break());
    BOOST_TEST(reader.pairs().size() == 1u);
}

BOOST_AUTO_TEST_CASE(lengths_take_one_byte_as_long_as_they_can) {
    std::string out;
    append_pair(out, "A", std::string(127, 'v'));
    BOOST_TEST(out == "\1\x7f"s + 'A' + std::string(127, 'v'));
    BOOST_TEST(pair_size("A", std::string(127, 'v')) == out.size());
    out.clear();
    append_pair(out, std::string(0x10203, 'n'), "");
    BOOST_TEST(out.substr(0, 6) == "\x80\1\2\3\0n"s);
    BOOST_TEST(pair_size(std::string(0x10203, 'n'), "") == out.size());
}

BOOST_AUTO_TEST_SUITE_END()
