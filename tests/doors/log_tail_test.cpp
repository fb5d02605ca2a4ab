// What a handler logged and printed last.
#include "log_tail.h"

#include <boost/test/unit_test.hpp>

#include "support/recording_reporter.h"

using namespace turngate;

BOOST_AUTO_TEST_SUITE(log_tail)

BOOST_AUTO_TEST_CASE(lines_are_kept_and_passed_on) {
    test::RecordingReporter reporter;
    LogTail tail(&reporter);
    Context context;
    context.request_id = "r";
    context.reporter = &tail;
    context.log(Level::info, "logged");
    context.log(Level::debug, "quiet");
    context.print(Stream::err, "printed\n");
    tail.add("added");
    BOOST_TEST(tail.text() == "logged\nprinted\nadded\n");
    BOOST_TEST(reporter.lines() ==
                   (std::vector<std::string>{"r info logged", "r debug quiet", "r err printed\n"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(only_the_end_is_kept) {
    LogTail tail(nullptr);
    for (int i = 0; i < 10'000; ++i)
        tail.add("line " + std::to_string(i));
    const std::string text = tail.text();
    BOOST_TEST(text.size() == LogTail::limit);
    BOOST_TEST(text.ends_with("line 9999\n"));
}

BOOST_AUTO_TEST_CASE(no_character_is_cut) {
    LogTail tail(nullptr);
    std::string umlauts;
    for (int i = 0; i < 3000; ++i)
        umlauts += "\xc3\xa4";
    tail.add(umlauts);
    BOOST_TEST(tail.text().starts_with("\xc3"));
    BOOST_TEST(tail.text().size() <= LogTail::limit);
}

BOOST_AUTO_TEST_SUITE_END()
