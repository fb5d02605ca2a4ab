// What a request knows about its surroundings.
#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>
#include <support/recording_reporter.h>
#include <thread>

#include <boost/test/unit_test.hpp>

#include <turngate/http/context.h>

using namespace turngate;
using namespace std::chrono_literals;
using turngate::test::RecordingReporter;

BOOST_AUTO_TEST_SUITE(context)

BOOST_AUTO_TEST_CASE(without_a_platform_nothing_is_cancelled_and_nothing_is_told) {
    Context context;
    context.log(Level::error, "into the void");
    context.print(Stream::out, "x");
    context.report({});
    BOOST_TEST(!context.cancelled());
    BOOST_TEST(!context.remaining().has_value());
    BOOST_CHECK_NO_THROW(context.check());
}

BOOST_AUTO_TEST_CASE(a_passed_deadline_cancels) {
    Context context;
    context.deadline = Context::Clock::now() + 1h;
    BOOST_TEST(!context.cancelled());
    BOOST_TEST((context.remaining() > 59min && context.remaining() <= 1h));
    context.deadline = Context::Clock::now() - 1s;
    BOOST_TEST(context.cancelled());
    BOOST_TEST((context.remaining() == 0ms));
    BOOST_CHECK_THROW(context.check(), Cancelled);
}

BOOST_AUTO_TEST_CASE(a_stop_request_cancels) {
    std::stop_source client;
    Context context;
    context.stop = client.get_token();
    BOOST_CHECK_NO_THROW(context.check());
    client.request_stop();
    BOOST_CHECK_THROW(context.check(), Cancelled);
}

BOOST_AUTO_TEST_CASE(the_reporter_is_told) {
    RecordingReporter reporter;
    Context context;
    context.request_id = "r1";
    context.reporter = &reporter;
    context.log(Level::warn, "careful");
    context.print(Stream::err, "oops");
    context.print(Stream::out, "");
    FetchMetric metric;
    metric.host = "api.example.com";
    context.report(metric);
    BOOST_TEST(reporter.lines() == (std::vector<std::string>{"r1 warn careful", "r1 err oops",
                                                             "r1 fetched api.example.com"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_reporter_that_throws_disturbs_nobody) {
    RecordingReporter reporter;
    reporter.throws = true;
    Context context;
    context.reporter = &reporter;
    BOOST_CHECK_NO_THROW(context.log(Level::info, "x"));
    BOOST_CHECK_NO_THROW(context.print(Stream::out, "x"));
    BOOST_CHECK_NO_THROW(context.report({}));
}

// As a reporter does that is told of what a child prints. What goes wrong here ThreadSanitizer
// sees, and AddressSanitizer mostly.
BOOST_AUTO_TEST_CASE(another_thread_may_look_while_a_handler_attaches) {
    const auto is_whole = [](const std::string* text) {
        return text && text->find_first_not_of('x') == std::string::npos;
    };
    for (int round = 0; round < 200; ++round) {
        Context context;
        context.put(std::string(50, 'x'));
        std::atomic<bool> is_over = false;
        std::atomic<int> looked = 0, broken = 0;
        std::thread reader([&] {
            for (; !is_over || looked == 0; ++looked)
                broken += is_whole(context.find<std::string>()) ? 0 : 1;
        });
        while (looked == 0)
            std::this_thread::yield();
        const std::string* const first = context.find<std::string>();
        context.put(1);
        context.put(2.0);
        context.put('c');
        context.put(std::string(500, 'x'));
        context.put(3L);
        is_over = true;
        reader.join();
        BOOST_TEST(broken == 0);
        BOOST_TEST(first->size() == 50u);
        BOOST_TEST(context.find<std::string>()->size() == 500u);
    }
}

BOOST_AUTO_TEST_CASE(attachments_are_found_by_type) {
    struct Trace {
        std::string id;
    };
    Context context;
    BOOST_TEST(!context.find<Trace>());
    context.put(Trace{"1"});
    context.put(42);
    context.put(Trace{"2"});
    BOOST_REQUIRE(context.find<Trace>());
    BOOST_TEST(context.find<Trace>()->id == "2");
    BOOST_TEST(*context.find<int>() == 42);
    BOOST_TEST(!context.find<long>());
    const Context moved = std::move(context);
    BOOST_TEST(moved.find<Trace>()->id == "2");
}

BOOST_AUTO_TEST_CASE(an_empty_task_is_refused_at_once) {
    Context context;
    BOOST_CHECK_THROW(context.wait_until(nullptr), std::invalid_argument);
    BOOST_TEST(context.take_deferred().empty());
}

BOOST_AUTO_TEST_SUITE_END()
