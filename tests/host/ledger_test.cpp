// What is told of requests, and what a function may not do.
#include "host/ledger.h"

#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

using namespace turngate;
using namespace turngate::host;

namespace {

using Type = IpcMessage::Type;

// A ledger whose lines are kept, without their times.
struct Host {
    std::vector<Line> lines;
    Ledger ledger{[this](const Line& line) { lines.push_back(line); }};

    Host() { ledger.take({.type = Type::server_started, .port = 4711, .init_ms = 12}); }

    IpcContext request(const std::string& target) {
        const IpcContext context = ledger.begin("GET", target);
        ledger.passed_on(context);
        return context;
    }
    void end(const IpcContext& context) { ledger.take({.type = Type::end, .context = context}); }
    void log(const IpcContext& context, const std::string& text) {
        ledger.take({.type = Type::log, .context = context, .origin = "info", .text = text});
    }
    std::vector<std::string> breaches() const {
        std::vector<std::string> out;
        for (const Line& line : lines)
            if (line.kind == Line::Kind::breach)
                out.push_back('#' + std::to_string(line.request) + ' ' + line.text);
        return out;
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(host_ledger)

BOOST_AUTO_TEST_CASE(a_request_is_told_from_its_beginning_to_its_end) {
    Host host;
    const IpcContext context = host.request("/a?x=1");
    BOOST_TEST(context.request_id == 1u);
    BOOST_TEST(context.invocation_id.size() == 36u);
    host.log(context, "hello\n");
    FetchMetric metric;
    metric.method = "GET";
    metric.host = "h";
    metric.path = "/x";
    metric.search = "a=1";
    metric.status = 200;
    metric.duration = std::chrono::milliseconds(3);
    host.ledger.take({.type = Type::metric, .context = context, .metric = metric});
    host.ledger.answered(context, 200, 5, {});
    host.end(context);
    host.ledger.finished();
    BOOST_TEST_REQUIRE(host.lines.size() == 6u);
    BOOST_TEST(host.lines[0].text == "started: port 4711, initialised in 12 ms");
    BOOST_TEST(host.lines[1].text == "GET /a?x=1");
    BOOST_TEST(host.lines[2].text == "info  hello");
    BOOST_TEST(host.lines[3].text == "GET h/x?a=1 -> 200  3 ms");
    BOOST_TEST(host.lines[4].text.starts_with("200  "));
    BOOST_TEST(host.lines[4].text.ends_with("  5 bytes"));
    BOOST_TEST(host.lines[5].text.ends_with(" behind the answer"));
    BOOST_TEST(host.ledger.breaches() == 0u);
}

BOOST_AUTO_TEST_CASE(an_end_may_come_before_the_answer_has_been_passed_on) {
    Host host;
    const IpcContext context = host.request("/");
    host.end(context);
    host.ledger.answered(context, 200, 0, {});
    host.ledger.finished();
    BOOST_TEST(host.breaches().empty());
}

BOOST_AUTO_TEST_CASE(nothing_comes_before_the_start) {
    Host host;
    host.ledger.starting();
    host.log({"0", 0}, "early");
    host.ledger.take({.type = Type::unrecoverable_error, .text = "no handler", .exit_code = 1});
    host.ledger.take({.type = Type::server_started});
    host.ledger.take({.type = Type::server_started});
    const std::vector<std::string> expected = {"#0 a frame came before server-started",
                                               "#0 a second server-started"};
    BOOST_TEST(host.breaches() == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_request_ends_once) {
    Host host;
    const IpcContext first = host.request("/1"), second = host.request("/2");
    host.end(first);
    host.end(first);
    host.ledger.answered(first, 200, 0, {});
    host.end({second.invocation_id, 99});
    host.end({"another", second.request_id});
    host.ledger.answered(second, 200, 0, {});
    host.ledger.finished();
    const std::vector<std::string> expected = {
        "#1 it has ended twice",
        "#0 end is of invocation \"" + second.invocation_id + "\", request 99, which there is not",
        "#2 end is of invocation \"another\", request 2, which has ended, or is another",
        "#2 it never ended: the function has gone"};
    BOOST_TEST(host.breaches() == expected, boost::test_tools::per_element());
    BOOST_TEST(host.ledger.breaches() == 4u);
}

BOOST_AUTO_TEST_CASE(logs_may_come_behind_the_end_and_outside_of_requests) {
    Host host;
    const IpcContext context = host.request("/");
    host.ledger.answered(context, 200, 0, {});
    host.end(context);
    host.log(context, "late");
    host.log({"0", 0}, "of none");
    BOOST_TEST(host.breaches().empty());
    BOOST_TEST(host.lines[host.lines.size() - 2].request == 1u);
    BOOST_TEST(host.lines.back().request == 0u);
}

BOOST_AUTO_TEST_CASE(who_has_not_got_the_request_need_not_end_it) {
    Host host;
    host.ledger.refused(host.ledger.begin("GET", "/"), 500, "it does not start");
    host.ledger.finished();
    BOOST_TEST(host.breaches().empty());
}

BOOST_AUTO_TEST_CASE(an_end_that_does_not_come_is_told_once) {
    Host host;
    const IpcContext context = host.request("/");
    host.ledger.look(Ledger::Clock::now() +
                     std::chrono::hours(1));  // not answered: it may take time
    host.ledger.answered(context, 200, 0, {});
    host.ledger.look(Ledger::Clock::now() + std::chrono::seconds(29));
    BOOST_TEST(host.breaches().empty());
    host.ledger.look(Ledger::Clock::now() + std::chrono::seconds(31));
    host.ledger.look(Ledger::Clock::now() + std::chrono::seconds(32));
    host.ledger.finished();
    const std::vector<std::string> expected = {"#1 it was answered 30 s ago and has not ended"};
    BOOST_TEST(host.breaches() == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_oldest_of_very_many_that_never_end_are_forgotten) {
    constexpr int most = 10'000;
    Host host;
    const auto answered = [&] {
        const IpcContext context = host.request("/");
        host.ledger.answered(context, 200, 0, {});
        return context;
    };
    const IpcContext first = answered();
    const IpcContext second = answered();
    for (int i = 1; i < most; ++i)
        answered();

    host.ledger.look(Ledger::Clock::now() + std::chrono::seconds(31));
    host.lines.clear();
    host.end(second);
    BOOST_TEST(host.breaches().empty());
    host.end(first);
    BOOST_TEST(host.breaches().size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
