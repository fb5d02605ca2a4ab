// What is said and printed finds its log, whoever tells it.
#include "open_runtimes/call_reporter.h"

#include <atomic>
#include <string>
#include <thread>

#include <boost/test/unit_test.hpp>

#include "support/recording_reporter.h"

using namespace turngate;

namespace {

std::shared_ptr<CallLog> kept_log() {
    return std::make_shared<CallLog>(RuntimeGeneration::v2);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(call_reporter)

BOOST_AUTO_TEST_CASE(each_request_has_its_own_until_it_ends) {
    test::RecordingReporter otherwise;
    CallReporter calls(Level::info, otherwise);
    Context a, b;
    const auto log_a = kept_log(), log_b = kept_log();
    calls.attach(a, log_a);
    calls.attach(b, log_b);
    calls.logged(a, Level::info, "said");
    calls.logged(a, Level::debug, "not said");
    calls.logged(a, Level::warn, "warned");
    calls.printed(b, Stream::out, "printed\n");
    calls.ended(a, {});
    calls.logged(a, Level::info, "late");
    log_a->close();
    log_b->close();
    BOOST_TEST(log_a->text(Stream::out) == "said");
    BOOST_TEST(log_a->text(Stream::err) == "warned");
    BOOST_TEST(log_b->text(Stream::out) == "printed");
    BOOST_TEST(otherwise.lines() == std::vector<std::string>{" info late"},
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_no_log_takes_goes_elsewhere) {
    test::RecordingReporter otherwise;
    CallReporter calls(Level::info, otherwise);
    Context context;
    calls.printed(context, Stream::err, "nobody's");
    const auto log = kept_log();
    log->close();
    calls.attach(context, log);
    calls.printed(context, Stream::out, "too late");
    const std::vector<std::string> expected = {" err nobody's", " out too late"};
    BOOST_TEST(otherwise.lines() == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_programs_complain_of_is_an_error_unless_it_names_another_level) {
    test::RecordingReporter otherwise;
    CallReporter calls(Level::error, otherwise);
    Context context;
    BOOST_TEST(!calls.complained(context, "nobody's"));
    const auto log = kept_log();
    calls.attach(context, log);
    for (const char* line : {"plain", "[INFO] fine", R"({"level":"error"})"})
        BOOST_TEST(calls.complained(context, line));
    log->close();
    BOOST_TEST(!calls.complained(context, "late"));
    BOOST_TEST(log->text(Stream::out) == "[INFO] fine");
    BOOST_TEST(log->text(Stream::err) == "plain\n{\"level\":\"error\"}");
    BOOST_TEST(otherwise.lines().empty());
}

// As the thread does that reads what children print. What goes wrong here ThreadSanitizer sees.
BOOST_AUTO_TEST_CASE(another_thread_may_tell_while_the_requests_own_attaches) {
    test::RecordingReporter otherwise;
    CallReporter calls(Level::info, otherwise);
    Context context;
    std::atomic<bool> is_over = false;
    std::thread reader([&] {
        while (!is_over)
            calls.printed(context, Stream::out, "x\n");
    });
    for (int i = 0; i < 1000; ++i) {
        context.put(i);
        context.put(std::to_string(i));
        calls.attach(context, kept_log());
    }
    is_over = true;
    reader.join();
    BOOST_TEST(*context.find<int>() == 999);
}

BOOST_AUTO_TEST_SUITE_END()
