#include <boost/test/unit_test.hpp>

#include <turngate/turngate.h>

using namespace turngate;

namespace {

HandlerPtr make_none() {
    throw Error("there is no function");
}

HandlerPtr make_greeting() {
    return to_handler([](Request&) { return text("made\n"); });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(run_of_a_program)

BOOST_AUTO_TEST_CASE(a_handler_that_cannot_be_made_is_a_misconfiguration) {
    char program[] = "program";
    char* arguments[] = {program, nullptr};

    BOOST_TEST(turngate::run(1, arguments, make_none) == 2);
}

BOOST_AUTO_TEST_CASE(a_handler_that_is_made_is_the_target_of_the_command_line) {
    char program[] = "program", command[] = "invoke", path[] = "/";
    char* arguments[] = {program, command, path, nullptr};

    BOOST_TEST(turngate::run(3, arguments, make_greeting) == 0);
}

BOOST_AUTO_TEST_SUITE_END()
