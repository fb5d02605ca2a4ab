#include "../../handlers/src/handlers/stderr_log.h"

#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "support/recording_reporter.h"
#include <turngate/http/error_lines.h>

using namespace turngate;

namespace {

using Lines = std::vector<std::string>;

// A platform that takes the lines that are for it.
class Platform final : public Reporter, public ErrorLines {
  public:
    void began(const Context&) override {}
    void logged(const Context&, Level, std::string_view message) override {
        logged_.emplace_back(message);
    }
    void printed(const Context&, Stream, std::string_view) override {}
    bool complained(const Context&, std::string_view line) override {
        if (line == "fails") throw std::runtime_error("the platform is down");
        if (line.starts_with("no")) return false;
        taken_.emplace_back(line);
        return true;
    }
    void fetched(const Context&, const FetchMetric&) override {}
    void ended(const Context&, const Outcome&) override {}

    Lines taken_, logged_;
};

const std::string rest_is_left_out =
    "the program's further output to its standard error is left out";

}  // namespace

BOOST_AUTO_TEST_SUITE(stderr_log)

BOOST_AUTO_TEST_CASE(lines_are_warnings_of_the_request_up_to_a_limit) {
    test::RecordingReporter reporter;
    Context context;
    context.reporter = &reporter;
    StderrLog log(context, 16);
    log.feed("one\n[ERROR] two\nthree\nfour\n");
    log.finish();
    const Lines expected = {" warn one", " warn [ERROR] two", " warn " + rest_is_left_out};
    BOOST_TEST(reporter.lines() == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_last_line_is_cut_between_characters) {
    test::RecordingReporter reporter;
    Context context;
    context.reporter = &reporter;
    StderrLog log(context, 6);
    log.feed("abc\u20acd\n");
    const Lines whole = {" warn abc\u20ac", " warn " + rest_is_left_out};
    BOOST_TEST(reporter.lines() == whole, boost::test_tools::per_element());
    StderrLog shorter(context, 5);
    shorter.feed("abc\u20acd\n");
    BOOST_TEST(reporter.lines().at(2) == " warn abc");
}

BOOST_AUTO_TEST_CASE(a_platform_that_takes_them_gets_every_line) {
    Platform platform;
    Context context;
    context.reporter = &platform;
    StderrLog log(context, 8);
    for (int n = 0; n < 1000; ++n)
        log.feed("line " + std::to_string(n) + '\n');
    log.feed("fails\nno more\nno\nlast");
    log.finish();
    BOOST_TEST(platform.taken_.size() == 1001u);
    BOOST_TEST(platform.taken_.front() == "line 0");
    BOOST_TEST(platform.taken_.back() == "last");
    const Lines expected = {"no more", rest_is_left_out};  // of those that it does not take
    BOOST_TEST(platform.logged_ == expected, boost::test_tools::per_element());
}

// A level is seen in a record as a whole, and a log cuts a line that is too long for it.
BOOST_AUTO_TEST_CASE(a_long_line_is_one_for_a_platform_and_comes_in_pieces_for_a_log) {
    Platform platform;
    Context context;
    context.reporter = &platform;
    StderrLog log(context);
    const std::string line(StderrLog::max_line, 'x');
    log.feed(line + "\n" + line + "y\nno" + line.substr(2) + '\n');
    const Lines expected = {line, line, "y"};
    BOOST_TEST((platform.taken_ == expected));
    std::string all;
    for (const std::string& piece : platform.logged_) {
        BOOST_TEST(piece.size() <= LineLog::usual_line);
        all += piece;
    }
    BOOST_TEST((all.starts_with("no" + line.substr(2, line.size() - 100))));
}

BOOST_AUTO_TEST_CASE(without_a_reporter_nobody_hears_of_them) {
    const Context context;
    StderrLog log(context, 8);
    log.feed("a line\nand one more\n");
    log.finish();
}

BOOST_AUTO_TEST_SUITE_END()
