#include "../../handlers/src/handlers/line_log.h"

#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <turngate/http/encoding.h>

using turngate::LineLog;

namespace {

// Of a text that comes in blocks of `size`.
std::vector<std::string> lines_of(std::string_view text, std::size_t size) {
    std::vector<std::string> lines;
    LineLog log([&](std::string_view line) { lines.emplace_back(line); });
    for (; !text.empty(); text.remove_prefix(std::min(text.size(), size)))
        log.feed(text.substr(0, size));
    log.finish();
    return lines;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(line_log)

BOOST_AUTO_TEST_CASE(lines_come_without_their_ends_however_they_are_cut) {
    const std::vector<std::string> expected = {"one", "two", "three"};
    for (std::size_t size = 1; size < 20; ++size)
        BOOST_TEST(lines_of("one\r\n\ntwo\n\nthree", size) == expected,
                   boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_long_line_comes_in_pieces_that_cut_no_character) {
    for (const char* const character : {"\u00e9", "\u20ac", "\U0001f600"})
        for (std::size_t before = 0; before < 4; ++before) {
            std::string text(before, 'x');
            while (text.size() < 3 * LineLog::usual_line)
                text += character;
            std::string all;
            for (const std::string& piece : lines_of(text + '\n', 1000)) {
                BOOST_TEST(turngate::is_utf8(piece));
                BOOST_TEST(piece.size() <= LineLog::usual_line);
                all += piece;
            }
            BOOST_TEST((all == text));
        }
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_text_come_as_they_are) {
    for (const char byte : {'\x80', '\xe2', '\xf0', '\xff'}) {
        const std::string bytes(3 * LineLog::usual_line + 2, byte);
        std::string all;
        for (const std::string& piece : lines_of(bytes, 1000))
            all += piece;
        BOOST_TEST((all == bytes));
    }
}

BOOST_AUTO_TEST_CASE(a_line_of_the_largest_size_is_one) {
    const std::string line(LineLog::usual_line, 'x');
    for (const std::size_t size : {std::size_t(1), line.size(), line.size() + 1})
        BOOST_TEST((lines_of(line + "\nnext", size) == std::vector<std::string>{line, "next"}));
}

BOOST_AUTO_TEST_SUITE_END()
