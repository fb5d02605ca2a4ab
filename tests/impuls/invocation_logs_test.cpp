// The logs of one invocation, in both forms.
#include "impuls/invocation_logs.h"

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "support/recording_reporter.h"

using namespace turngate;
using namespace turngate::impuls;

namespace {

std::string written(const InvocationLogs& logs, LogsForm form) {
    std::string out;
    JsonWriter json(out);
    json.begin_object();
    logs.write(json, form);
    json.end_object();
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(invocation_logs)

BOOST_AUTO_TEST_CASE(there_are_two_forms) {
    InvocationLogs logs;
    logs.print(Stream::out, "one\ntwo\n");
    logs.print(Stream::err, "three");
    logs.log(Level::warn, "odd");
    logs.log(Level::error, "lost");

    BOOST_TEST(written(logs, LogsForm::text) ==
               R"({"logs":"one\ntwo\nthree\n[WARN] odd\n[ERROR] lost"})");
    BOOST_TEST(written(logs, LogsForm::lists) ==
               R"({"logs":{"stdout":["one","two","odd"],"stderr":["three","lost"]}})");
}

BOOST_AUTO_TEST_CASE(none_are_left_out) {
    BOOST_TEST(written({}, LogsForm::text) == "{}");
    BOOST_TEST(written({}, LogsForm::lists) == "{}");
}

BOOST_AUTO_TEST_CASE(an_empty_line_is_one) {
    InvocationLogs logs;
    logs.print(Stream::out, "\n\n");
    BOOST_TEST(written(logs, LogsForm::lists) == R"({"logs":{"stdout":["",""],"stderr":[]}})");
}

BOOST_AUTO_TEST_CASE(what_is_too_much_is_left_out_and_told) {
    InvocationLogs logs;
    const std::string line(100'000, 'x');
    for (int i = 0; i < 100; ++i)
        logs.print(Stream::out, line);
    const std::string text = written(logs, LogsForm::text);
    BOOST_TEST(text.size() < InvocationLogs::limit + 1000);
    BOOST_TEST(text.ends_with("the rest of the log is left out: it has more than 1 MiB\"}"));

    InvocationLogs short_lines;
    short_lines.print(Stream::out, std::string(1 << 20, '\n'));
    BOOST_TEST(written(short_lines, LogsForm::lists).size() < (1u << 20));
}

BOOST_AUTO_TEST_CASE(each_context_has_its_own) {
    test::RecordingReporter next;
    LogsReporter reporter(next, Level::info);
    Context one, other, outside;
    for (Context* context : {&one, &other}) {
        context->reporter = &reporter;
        context->put(std::make_shared<InvocationLogs>());
        reporter.began(*context);
    }
    outside.reporter = &reporter;
    one.print(Stream::out, "of one");
    other.log(Level::info, "of the other");
    other.log(Level::debug, "details");
    outside.print(Stream::out, "of nobody");

    const auto text = [](const Context& context) {
        return written(**context.find<LogsOf>(), LogsForm::text);
    };
    BOOST_TEST(text(one) == R"({"logs":"of one"})");
    BOOST_TEST(text(other) == R"({"logs":"[INFO] of the other"})");
    BOOST_TEST(next.lines().size() == 6u);
}

// Before its handler has begun, while it runs, and behind its end.
BOOST_AUTO_TEST_CASE(who_is_given_up_is_abandoned_once) {
    for (const char* when : {"before", "while", "after"}) {
        test::RecordingReporter next;
        LogsReporter reporter(next, Level::info);
        Context context;
        const auto logs = std::make_shared<InvocationLogs>();
        context.put(logs);
        std::vector<const Context*> abandoned;
        const auto give_up = [&](const std::string& now) {
            if (now == when) logs->abandon([&](const Context& one) { abandoned.push_back(&one); });
        };
        give_up("before");
        reporter.began(context);
        give_up("while");
        reporter.ended(context, {});
        give_up("after");
        BOOST_TEST(abandoned.size() == (when == std::string("after") ? 0u : 1u));
        for (const Context* one : abandoned)
            BOOST_TEST(one == &context);
    }
}

BOOST_AUTO_TEST_CASE(what_is_told_behind_the_end_is_passed_on_alone) {
    test::RecordingReporter next;
    LogsReporter reporter(next, Level::info);
    Context context;
    const auto logs = std::make_shared<InvocationLogs>();
    context.put(logs);
    reporter.began(context);
    reporter.ended(context, {});
    reporter.printed(context, Stream::out, "too late");
    BOOST_TEST(written(*logs, LogsForm::text) == "{}");
    BOOST_TEST(next.lines().back() == " out too late");
}

// As the thread does that reads what children print. What goes wrong here ThreadSanitizer sees, and
// AddressSanitizer mostly.
BOOST_AUTO_TEST_CASE(another_thread_may_tell_while_the_handler_attaches) {
    test::RecordingReporter next;
    LogsReporter reporter(next, Level::info);
    for (int round = 0; round < 100; ++round) {
        Context context;
        context.put(std::make_shared<InvocationLogs>());
        reporter.began(context);
        std::atomic<bool> is_over = false;
        std::atomic<int> told = 0;
        std::thread reader([&] {
            while (!is_over || told == 0) {
                reporter.printed(context, Stream::out, "x");
                ++told;
            }
        });
        while (told == 0)
            std::this_thread::yield();
        context.put(1);
        context.put(std::string("two"));
        context.put(3.0);
        is_over = true;
        reader.join();
        reporter.ended(context, {});
    }
}

BOOST_AUTO_TEST_SUITE_END()
