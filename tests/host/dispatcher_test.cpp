// Which instance gets which invocation.
#include "host/dispatcher.h"

#include <memory>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

using namespace turngate::host;
using namespace std::chrono_literals;

namespace {

using Clock = Dispatcher::Clock;
using Kind = Dispatcher::Order::Kind;
using Submitted = Dispatcher::Submitted;

InvocationPtr invocation(const std::string& id) {
    return std::make_shared<FunctionInvocation>(InvocationInput{.id = id, .event = "{}"}, 1);
}

// A function without processes.
struct Function {
    explicit Function(std::size_t instances, bool throttles = false,
                      std::optional<Clock::duration> look_every = {})
        : dispatcher({.instances = instances, .throttles = throttles, .look_every = look_every},
                     [this] { ++woken; }) {}

    int woken = 0;
    Dispatcher dispatcher;
    Notice notice;
    Dispatcher::Time next{};

    // "start 0", "timeout 1": what the supervisor is to do.
    std::vector<std::string> orders(Clock::time_point now = Clock::now()) {
        std::vector<std::string> out;
        for (const auto& order : dispatcher.look(now, next))
            out.push_back((order.kind == Kind::start          ? "start "
                           : order.kind == Kind::init_timeout ? "init timeout "
                           : order.kind == Kind::init_failed  ? "init failed "
                                                              : "timeout ") +
                          std::to_string(order.slot));
        return out;
    }
    // What the runtime in `slot` gets when it asks; empty: it is to wait.
    std::string ask(std::size_t slot) {
        std::uint64_t ticket = 0;
        BOOST_REQUIRE(!dispatcher.ask(slot, notice, ticket));
        const InvocationPtr taken = dispatcher.take(slot, ticket);
        return taken ? taken->input.id : "";
    }
    void answer(std::size_t slot, const std::string& id) {
        InvocationPtr answered;
        BOOST_REQUIRE(!dispatcher.begin_answer(slot, id, "InvocationResponse", answered));
        BOOST_TEST(answered->input.id == id);
        dispatcher.end_answer(slot);
    }
};

using Orders = std::vector<std::string>;

}  // namespace

BOOST_AUTO_TEST_SUITE(host_dispatcher)

BOOST_AUTO_TEST_CASE(an_instance_is_started_when_there_is_something_to_do) {
    Function function(2);
    BOOST_TEST((function.orders() == Orders{}));
    BOOST_TEST((function.dispatcher.submit(invocation("a")) == Submitted::taken));
    BOOST_TEST(function.woken == 1);
    BOOST_TEST((function.orders() == Orders{"start 0"}));
    BOOST_TEST((function.orders() == Orders{}));
    BOOST_TEST(function.ask(0) == "a");
}

BOOST_AUTO_TEST_CASE(a_warm_one_is_taken_before_another_is_started) {
    Function function(2);
    function.dispatcher.submit(invocation("a"));
    function.orders();
    function.ask(0);
    function.answer(0, "a");
    BOOST_TEST(function.ask(0) == "");
    function.dispatcher.submit(invocation("b"));
    BOOST_TEST((function.orders() == Orders{}));
    BOOST_TEST(function.ask(0) == "b");
    function.dispatcher.submit(invocation("c"));
    BOOST_TEST((function.orders() == Orders{"start 1"}));
}

BOOST_AUTO_TEST_CASE(what_comes_when_all_are_busy_waits_its_turn) {
    Function function(1);
    for (const char* id : {"a", "b", "c"})
        BOOST_TEST((function.dispatcher.submit(invocation(id)) == Submitted::taken));
    for (const char* id : {"a", "b", "c"}) {
        BOOST_TEST(function.ask(0) == id);
        function.answer(0, id);
    }
    BOOST_TEST(function.ask(0) == "");
}

BOOST_AUTO_TEST_CASE(the_supervisor_is_woken_for_a_look_only_where_he_does_not_come_by_himself) {
    Function function(1, false, 100ms);
    function.dispatcher.submit(invocation("a"));
    const auto now = Clock::now();
    BOOST_TEST((function.orders(now) == Orders{"start 0"}));
    BOOST_TEST((function.next == now + 100ms));
    function.ask(0);
    function.answer(0, "a");
    function.ask(0);
    BOOST_TEST((function.orders(now + 100ms) == Orders{}));
    BOOST_TEST((function.next == Clock::time_point::max()));  // nobody is at work

    const int before = function.woken;
    function.dispatcher.submit(invocation("b"));
    BOOST_TEST(function.ask(0) == "b");
    BOOST_TEST(function.woken > before);
    function.answer(0, "b");
    const int behind = function.woken;
    function.ask(0);
    function.dispatcher.submit(invocation("c"));
    BOOST_TEST(function.ask(0) == "c");
    BOOST_TEST(function.woken == behind);
}

BOOST_AUTO_TEST_CASE(or_is_refused) {
    Function function(1, true);
    function.dispatcher.submit(invocation("a"));
    BOOST_TEST((function.dispatcher.submit(invocation("b")) == Submitted::throttled));
    function.ask(0);
    BOOST_TEST((function.dispatcher.submit(invocation("b")) == Submitted::throttled));
    function.answer(0, "a");  // and it will ask for the next one in a moment
    BOOST_TEST((function.dispatcher.submit(invocation("b")) == Submitted::taken));
    BOOST_TEST((function.dispatcher.submit(invocation("c")) == Submitted::throttled));
    BOOST_TEST(function.ask(0) == "b");
}

BOOST_AUTO_TEST_CASE(when_one_ends_a_new_one_takes_what_waits) {
    Function function(1);
    function.dispatcher.submit(invocation("a"));
    function.dispatcher.submit(invocation("b"));
    function.orders();
    function.ask(0);
    function.dispatcher.ended(0);
    BOOST_TEST((function.orders() == Orders{"start 0"}));
    BOOST_TEST(function.ask(0) == "b");
    function.dispatcher.ended(0);
    BOOST_TEST((function.orders() == Orders{}));
}

BOOST_AUTO_TEST_CASE(time_is_measured_from_the_start_and_from_the_event) {
    Function function(2);
    function.dispatcher.submit(invocation("a"));
    function.dispatcher.submit(invocation("b"));
    function.orders();
    function.ask(1);
    const auto now = Clock::now();
    BOOST_TEST((function.orders(now + 5s) == Orders{"timeout 1"}));
    BOOST_TEST((function.orders(now + 15s) == Orders{"init timeout 0"}));
    BOOST_TEST((function.orders(now + 15s) == Orders{}));
}

BOOST_AUTO_TEST_CASE(who_cannot_start_has_a_moment_to_end) {
    Function function(1);
    function.dispatcher.submit(invocation("a"));
    function.orders();
    InvocationPtr failed;
    const int before = function.woken;
    BOOST_TEST(!function.dispatcher.fail_init(0, failed));
    BOOST_TEST(failed->input.id == "a");
    BOOST_TEST(function.woken == before + 1);
    BOOST_TEST((function.orders() == Orders{}));
    BOOST_TEST((function.orders(Clock::now() + 1s) == Orders{"init failed 0"}));
}

BOOST_AUTO_TEST_CASE(the_supervisor_is_not_woken_for_deadlines_in_their_order) {
    Function function(1);
    function.dispatcher.submit(invocation("a"));
    function.orders();
    BOOST_TEST((function.next < Clock::now() + 11s));
    function.ask(0);  // three seconds are less than the ten to start
    BOOST_TEST(function.woken == 2);
    function.orders();
    const int before = function.woken;
    for (int i = 0; i < 10; ++i) {
        function.answer(0, "a");
        function.ask(0);
        function.dispatcher.submit(invocation("a"));
        function.ask(0);
    }
    BOOST_TEST(function.woken == before);
}

BOOST_AUTO_TEST_CASE(who_asks_is_told_when_there_is_an_event_and_when_it_is_over) {
    Function function(1);
    function.dispatcher.submit(invocation("a"));
    function.orders();
    function.ask(0);
    function.answer(0, "a");
    std::uint64_t ticket = 0;
    BOOST_REQUIRE(!function.dispatcher.ask(0, function.notice, ticket));
    function.dispatcher.submit(invocation("b"));
    function.notice.wait();  // would wait for ever if it had not been signalled
    BOOST_TEST(function.dispatcher.take(0, ticket)->input.id == "b");
    function.answer(0, "b");
    BOOST_REQUIRE(!function.dispatcher.ask(0, function.notice, ticket));
    function.dispatcher.ended(0);
    function.notice.wait();
    BOOST_TEST(function.dispatcher.is_over(0, ticket));
}

BOOST_AUTO_TEST_CASE(nothing_is_taken_on_once_it_stops) {
    Function function(1);
    function.dispatcher.submit(invocation("a"));
    function.dispatcher.submit(invocation("b"));
    const auto left = function.dispatcher.stop();
    BOOST_TEST(left.size() == 1u);
    BOOST_TEST(left.at(0)->input.id == "b");
    BOOST_TEST((function.dispatcher.submit(invocation("c")) == Submitted::stopping));
}

BOOST_AUTO_TEST_SUITE_END()
