// What happens to groups of programs when the guard's work is done.
#include "../../handlers/src/handlers/program_guard.h"

#include <csignal>
#include <optional>
#include <sys/wait.h>

#include <boost/test/unit_test.hpp>

using namespace turngate;

namespace {

os::Subprocess sleeper() {
    return os::Subprocess({"/bin/sleep", {"1000"}});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(program_guard)

BOOST_AUTO_TEST_CASE(groups_that_are_still_there_are_killed_with_it) {
    os::Subprocess program = sleeper();
    {
        ProgramGuard guard;
        guard.add(program.pid());
    }
    const auto status = program.wait();
    BOOST_TEST_REQUIRE(status.has_value());
    BOOST_TEST(status->signal == SIGKILL);
}

// Whose number that was may be anybody's by then.
BOOST_AUTO_TEST_CASE(no_group_is_killed_that_was_taken_back) {
    os::Subprocess program = sleeper(), another = sleeper();
    {
        ProgramGuard guard;
        guard.add(program.pid());
        guard.remove(another.pid());  // which was never told
        guard.remove(another.pid());
        guard.remove(program.pid());
    }
    BOOST_TEST(!program.wait(std::chrono::milliseconds(0)).has_value());
    BOOST_TEST(!another.wait(std::chrono::milliseconds(0)).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
