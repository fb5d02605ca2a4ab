// Lines: one strict kind of them, wherever the bytes are cut.
#include <boost/test/unit_test.hpp>

#include <turngate/http1/line_reader.h>

using namespace turngate::http1;
using Result = LineReader::Result;

BOOST_TEST_DONT_PRINT_LOG_VALUE(Result)

BOOST_AUTO_TEST_SUITE(line_reader)

BOOST_AUTO_TEST_CASE(a_whole_line_is_not_copied) {
    const std::string bytes = "one\r\ntwo\r\n";
    std::string_view rest = bytes;
    LineReader lines;

    BOOST_TEST(lines.next(rest, 100) == Result::line);
    BOOST_TEST(lines.line() == "one");
    BOOST_TEST(static_cast<const void*>(lines.line().data()) == bytes.data());
    BOOST_TEST(lines.next(rest, 100) == Result::line);
    BOOST_TEST(lines.line() == "two");
    BOOST_TEST(lines.next(rest, 100) == Result::more);
}

BOOST_AUTO_TEST_CASE(every_cut_gives_the_same_lines) {
    const std::string bytes = "first\r\n\r\na longer line than sixteen bytes\r\n";
    for (std::size_t a = 0; a <= bytes.size(); ++a) {
        for (std::size_t b = a; b <= bytes.size(); ++b) {
            LineReader lines;
            std::string all;
            for (const std::string& piece :
                 {bytes.substr(0, a), bytes.substr(a, b - a), bytes.substr(b)}) {
                std::string_view rest = piece;
                while (lines.next(rest, 100) == Result::line)
                    all.append(lines.line()).append("|");
            }
            if (all != "first||a longer line than sixteen bytes|") BOOST_ERROR(a << ' ' << b);
        }
    }
}

BOOST_AUTO_TEST_CASE(every_control_but_the_tab_is_found_at_every_place) {
    for (int c = 0; c < 256; ++c) {
        for (std::size_t at = 0; at < 40; ++at) {
            std::string bytes(40, 'x');
            bytes[at] = static_cast<char>(c);
            std::string_view rest = bytes;
            const Result expected = c == '\r'                              ? Result::bare_cr
                                    : c == '\n'                            ? Result::bare_lf
                                    : (c < 0x20 && c != '\t') || c == 0x7F ? Result::control
                                                                           : Result::more;
            const Result actual = LineReader().next(rest, 100);
            if (actual != (c == '\r' && at == 39 ? Result::more : expected))
                BOOST_ERROR("byte " << c << " at " << at);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_line_of_the_limit_is_not_too_long) {
    std::string_view exact = "12345\r\n", longer = "123456\r\n", open = "123456";
    BOOST_TEST(LineReader().next(exact, 5) == Result::line);
    BOOST_TEST(LineReader().next(longer, 5) == Result::too_long);
    BOOST_TEST(LineReader().next(open, 5) == Result::too_long);
}

BOOST_AUTO_TEST_CASE(an_empty_line_has_no_minimum) {
    std::string_view bytes = "\r\n";
    LineReader lines;
    BOOST_TEST(lines.next(bytes, 0) == Result::line);
    BOOST_TEST(lines.line() == "");
}

BOOST_AUTO_TEST_SUITE_END()
