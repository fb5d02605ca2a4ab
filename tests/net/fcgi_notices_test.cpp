#include "net/fcgi_notices.h"

#include <algorithm>
#include <string>

#include <boost/test/unit_test.hpp>

#include "support/recording_reporter.h"

using namespace turngate;
using namespace turngate::net;
using namespace turngate::test;

BOOST_AUTO_TEST_SUITE(fastcgi_notices)

BOOST_AUTO_TEST_CASE(who_connects_does_not_fill_the_log) {
    RecordingReporter reporter;
    FcgiNotices notices(&reporter);
    for (int i = 0; i < 1000; ++i) {
        notices.turned_away("192.0.2.1");
        notices.broke_protocol("192.0.2.1", "it is odd");
    }
    const auto lines = reporter.lines();
    BOOST_TEST(lines.size() == 21u);
    BOOST_TEST(lines[0] ==
               " warn turned away a FastCGI connection of 192.0.2.1, which is not among "
               "those who may connect");
    BOOST_TEST(std::count(lines.begin(), lines.end(),
                          " warn closed a FastCGI connection of 192.0.2.1: it is odd") == 20);
}

BOOST_AUTO_TEST_CASE(bad_requests_hide_no_breach_of_the_protocol) {
    RecordingReporter reporter;
    FcgiNotices notices(&reporter);
    for (int i = 0; i < 100; ++i)
        notices.refused(400, "it is odd");
    notices.broke_protocol("", "it is odd");
    const auto lines = reporter.lines();
    BOOST_TEST(lines.size() == 21u);
    BOOST_TEST(lines.front() == " info refused a FastCGI request with 400: it is odd");
    BOOST_TEST(lines.back() == " warn closed a FastCGI connection of a Unix socket: it is odd");
}

BOOST_AUTO_TEST_CASE(a_long_head_is_told_of_once) {
    RecordingReporter reporter;
    FcgiNotices notices(&reporter);
    notices.has_head(4088);
    BOOST_TEST(reporter.lines().empty());
    for (int i = 0; i < 3; ++i)
        notices.has_head(4089);
    BOOST_REQUIRE(reporter.lines().size() == 1u);
    BOOST_TEST(reporter.lines()[0].find("4089 bytes: nginx answers with 502 unless its "
                                        "fastcgi_buffer_size") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_log_that_fails_harms_nobody) {
    RecordingReporter reporter;
    reporter.throws = true;
    FcgiNotices notices(&reporter), silent(nullptr);
    for (FcgiNotices* some : {&notices, &silent}) {
        some->turned_away("");
        some->broke_protocol("", "it is odd");
        some->refused(503, "no thread is free");
        some->has_head(1 << 20);
    }
}

BOOST_AUTO_TEST_SUITE_END()
