// What extensions of an instance may say.
#include "host/extensions.h"

#include <boost/test/unit_test.hpp>

using namespace turngate::host;

namespace {

using Kind = ExtensionEvent::Kind;

struct Fixture {
    Extensions extensions;
    Notice notice;

    // The type of the refusal; else the identifier stands in `identifier`.
    std::string enlist(const std::string& name, std::vector<std::string> events,
                       bool is_open = true) {
        const auto refused = extensions.enlist({name, std::move(events)}, is_open, identifier);
        return refused ? std::string(refused->type) : "";
    }
    std::string identifier;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(host_extensions, Fixture)

BOOST_AUTO_TEST_CASE(an_internal_one_registers_as_long_as_the_runtime_starts) {
    BOOST_TEST(enlist("a", {"INVOKE"}) == "");
    BOOST_TEST(identifier.size() == 36u);
    BOOST_TEST(enlist("b", {}, false) == "Extension.RegistrationClosed");
}

BOOST_AUTO_TEST_CASE(names_and_events_are_checked) {
    BOOST_TEST(enlist("", {}) == "Extension.InvalidExtensionName");
    BOOST_TEST(enlist("a", {"SHUTDOWN"}) == "Extension.InvalidEventType");
    BOOST_TEST(enlist("a", {"invoke"}) == "Extension.InvalidEventType");
    BOOST_TEST(enlist("a", {}) == "");
    BOOST_TEST(enlist("a", {}) == "Extension.InvalidExtensionState");
    for (char name = 'b'; name <= 'j'; ++name)
        BOOST_TEST(enlist(std::string(1, name), {}) == "");
    BOOST_TEST(enlist("k", {}) == "Extension.TooManyExtensions");
}

BOOST_AUTO_TEST_CASE(an_external_one_is_expected_by_its_name) {
    extensions.expect("a");
    BOOST_TEST(!extensions.are_ready());
    BOOST_TEST(enlist("a", {"INVOKE", "SHUTDOWN"}, false) == "");
    BOOST_TEST(enlist("a", {}) == "Extension.InvalidExtensionState");
    BOOST_TEST(extensions.wants_shutdown("a"));
    BOOST_TEST(!extensions.are_ready());
    BOOST_TEST(!extensions.ask(identifier, notice));
    BOOST_TEST(extensions.are_ready());
}

BOOST_AUTO_TEST_CASE(one_that_hears_of_nothing_need_not_ask) {
    BOOST_TEST(enlist("a", {}) == "");
    BOOST_TEST(extensions.are_ready());
}

BOOST_AUTO_TEST_CASE(an_event_is_found_by_the_last_who_asked) {
    enlist("a", {"INVOKE"});
    const Notice second;
    extensions.ask(identifier, notice);
    extensions.ask(identifier, second);
    extensions.invoke("event");
    BOOST_TEST((extensions.take(identifier, notice).kind == Kind::none));
    BOOST_TEST(!extensions.waits(identifier, notice));
    const ExtensionEvent event = extensions.take(identifier, second);
    BOOST_TEST((event.kind == Kind::invoke));
    BOOST_TEST(event.body == "event");
    BOOST_TEST((extensions.take(identifier, second).kind == Kind::none));
}

BOOST_AUTO_TEST_CASE(the_end_is_for_those_who_want_to_know) {
    extensions.expect("a");
    enlist("a", {"SHUTDOWN"});
    extensions.ask(identifier, notice);
    extensions.invoke("invoke");
    BOOST_TEST((extensions.take(identifier, notice).kind == Kind::none));
    extensions.shut_down("end");
    BOOST_TEST((extensions.take(identifier, notice).kind == Kind::shutdown));
    extensions.release();
    BOOST_TEST(!extensions.waits(identifier, notice));
    BOOST_TEST(extensions.empty());
}

BOOST_AUTO_TEST_CASE(one_that_has_failed_hears_no_more) {
    enlist("a", {"INVOKE"});
    BOOST_TEST(!extensions.fail(identifier, "InitError"));
    BOOST_TEST(!extensions.fail(identifier, "InitError"));
    BOOST_TEST(extensions.ask(identifier, notice)->message ==
               "State transition from InitError to Ready failed for extension a. Error: State "
               "transition is not allowed");
    BOOST_TEST(!extensions.are_ready());
}

BOOST_AUTO_TEST_CASE(nobody_is_known_by_an_empty_identifier) {
    extensions.expect("a");
    BOOST_TEST(extensions.ask("", notice)->type == "Extension.UnknownExtensionIdentifier");
    BOOST_TEST(extensions.fail("x", "ExitError")->type == "Extension.UnknownExtensionIdentifier");
}

BOOST_AUTO_TEST_SUITE_END()
