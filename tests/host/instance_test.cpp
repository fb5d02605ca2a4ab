// The states of one execution environment.
#include "host/instance.h"

#include <memory>

#include <boost/test/unit_test.hpp>

using namespace turngate::host;
using namespace std::chrono_literals;

namespace {

using State = Instance::State;

InvocationPtr invocation(const std::string& id) {
    return std::make_shared<FunctionInvocation>(InvocationInput{.id = id, .event = "{}"}, 1);
}

// One whose clock is ours.
struct Fixture {
    Instance::Time now{1h};
    Instance instance{{.init = 10s, .invocation = 3s}};

    std::uint64_t ask() {
        std::uint64_t ticket = 0;
        BOOST_REQUIRE(!instance.ask(ticket));
        return ticket;
    }
    // It has the first invocation, "a".
    void begin() {
        instance.start(now, invocation("a"));
        BOOST_REQUIRE(instance.take(ask(), now));
    }
    void answer(const std::string& id) {
        BOOST_REQUIRE(!instance.begin_answer(id, "InvocationResponse"));
        instance.end_answer();
    }
    std::string refused(const std::string& id) {
        const auto refused = instance.begin_answer(id, "InvocationResponse");
        return refused ? std::to_string(refused->status) + ' ' + refused->message : "";
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(host_instance, Fixture)

BOOST_AUTO_TEST_CASE(its_first_invocation_waits_until_it_asks_for_an_event) {
    instance.start(now, invocation("a"));
    BOOST_TEST((*instance.deadline() == now + 10s));
    now += 2s;
    const InvocationPtr taken = instance.take(ask(), now);
    BOOST_TEST(taken->input.id == "a");
    BOOST_TEST((taken->init == 2s));
    BOOST_TEST((*instance.deadline() == now + 3s));
}

BOOST_AUTO_TEST_CASE(one_that_is_restored_tells_of_that_and_not_of_its_start) {
    instance.start(now, invocation("a"));
    now += 2s;
    BOOST_TEST(!instance.restore(now));
    BOOST_TEST((*instance.deadline() == now + 10s));
    BOOST_TEST(
        instance.restore(now)->message.starts_with("State transition from Started to Restoring"));
    now += 1s;
    const InvocationPtr taken = instance.take(ask(), now);
    BOOST_TEST((taken->restore == 1s));
    BOOST_TEST(!taken->init);
    BOOST_TEST(instance.restore(now)->status == 403);
}

BOOST_AUTO_TEST_CASE(only_one_that_is_being_restored_can_fail_at_it) {
    instance.start(now, invocation("a"));
    BOOST_TEST(instance.fail_restore(now)->status == 403);
    BOOST_TEST(!instance.restore(now));
    BOOST_TEST(!instance.fail_restore(now));
    BOOST_TEST((instance.state() == State::init_failed));
}

BOOST_AUTO_TEST_CASE(it_answers_each_invocation_once) {
    begin();
    answer("a");
    BOOST_TEST(
        refused("a") ==
        "403 State transition from RuntimeResponseSentState to InvocationResponse failed for "
        "runtime. Error: State transition is not allowed");
}

BOOST_AUTO_TEST_CASE(an_answer_to_another_invocation_leaves_its_own_alone) {
    begin();
    BOOST_TEST(refused("b") == "400 Invalid request ID");
    BOOST_TEST(refused("a") == "");
}

BOOST_AUTO_TEST_CASE(it_must_answer_before_it_asks_again) {
    begin();
    std::uint64_t ticket = 0;
    BOOST_TEST(instance.ask(ticket)->message ==
               "State transition from Running to Ready failed for runtime. Error: State transition "
               "is not allowed");
    answer("a");
    BOOST_TEST(!instance.ask(ticket));
    BOOST_TEST(refused("a") == "400 Invalid request ID");
}

BOOST_AUTO_TEST_CASE(it_can_be_given_an_invocation_once_it_asks) {
    begin();
    BOOST_TEST(!instance.is_free());
    answer("a");
    BOOST_TEST(!instance.is_free());
    const std::uint64_t ticket = ask();
    BOOST_TEST(instance.is_free());
    BOOST_TEST(!instance.take(ticket, now));
    instance.assign(now, invocation("b"));
    BOOST_TEST(!instance.is_free());
    const InvocationPtr taken = instance.take(ticket, now);
    BOOST_TEST(taken->input.id == "b");
    BOOST_TEST(!taken->init.has_value());
}

BOOST_AUTO_TEST_CASE(it_may_idle_for_ever_but_not_run) {
    begin();
    BOOST_TEST(instance.deadline().has_value());
    answer("a");
    BOOST_TEST(instance.deadline().has_value());  // it must ask again within its time
    ask();
    BOOST_TEST(!instance.deadline().has_value());
    instance.assign(now, invocation("b"));
    BOOST_TEST(instance.deadline().has_value());  // though it has not been taken
}

BOOST_AUTO_TEST_CASE(of_two_who_ask_the_last_gets_the_event) {
    begin();
    answer("a");
    const std::uint64_t first = ask(), second = ask();
    BOOST_TEST(instance.is_over(first));
    instance.assign(now, invocation("b"));
    BOOST_TEST(!instance.take(first, now));
    BOOST_TEST(instance.take(second, now));
}

BOOST_AUTO_TEST_CASE(a_doomed_one_says_nothing_that_counts) {
    begin();
    instance.doom();
    BOOST_TEST(refused("a").substr(0, 3) == "403");
    std::uint64_t ticket = 0;
    BOOST_TEST(instance.ask(ticket)->status == 403);
    BOOST_TEST(!instance.deadline().has_value());
}

BOOST_AUTO_TEST_CASE(one_that_was_doomed_while_its_answer_came_stays_so) {
    begin();
    BOOST_REQUIRE(!instance.begin_answer("a", "InvocationResponse"));
    instance.doom();
    instance.end_answer();
    BOOST_TEST((instance.state() == State::doomed));
}

BOOST_AUTO_TEST_CASE(its_end_yields_what_it_has_not_answered) {
    begin();
    BOOST_TEST(instance.end()->input.id == "a");
    BOOST_TEST((instance.state() == State::absent));
    BOOST_TEST(refused("a").substr(0, 3) == "403");
}

BOOST_AUTO_TEST_CASE(its_start_fails_once_and_before_it_asks) {
    instance.start(now, invocation("a"));
    BOOST_TEST(!instance.fail_init(now));
    BOOST_TEST(instance.fail_init(now)->message ==
               "State transition from InitError to InitError failed for runtime. Error: State "
               "transition is not allowed");
    std::uint64_t ticket = 0;
    BOOST_TEST(instance.ask(ticket)->status == 403);
    BOOST_TEST((instance.deadline() == now + 500ms));  // then it is ended
    instance.end();
    begin();
    BOOST_TEST(instance.fail_init(now)->status == 403);
}

BOOST_AUTO_TEST_CASE(an_extension_that_hears_of_invocations_is_waited_for) {
    const Notice notice;
    std::string identifier;
    instance.start(now, invocation("a"));
    BOOST_REQUIRE(!instance.extensions().enlist({"mine", {"INVOKE"}}, true, identifier));
    const std::uint64_t ticket = ask();
    BOOST_TEST(!instance.take(ticket, now));
    BOOST_TEST(instance.deadline().has_value());
    BOOST_REQUIRE(!instance.extensions().ask(identifier, notice));
    BOOST_TEST(instance.take(ticket, now));
    instance.extensions().invoke("{}");
    answer("a");
    ask();
    BOOST_TEST(!instance.is_free());
    BOOST_TEST(instance.deadline().has_value());
    BOOST_TEST(
        (instance.extensions().take(identifier, notice).kind == ExtensionEvent::Kind::invoke));
    BOOST_TEST(!instance.is_free());
    BOOST_REQUIRE(!instance.extensions().ask(identifier, notice));
    instance.settle();
    BOOST_TEST(instance.is_free());
    BOOST_TEST(!instance.deadline().has_value());
}

BOOST_AUTO_TEST_SUITE_END()
