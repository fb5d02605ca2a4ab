#include "net/connection.h"

#include <string>
#include <sys/socket.h>
#include <thread>

#include <boost/test/unit_test.hpp>

#include <turngate/http/error.h>

using namespace turngate;
using namespace turngate::net;
using std::chrono::minutes;

namespace {

struct Ends {
    Ends() {
        int fds[2];
        BOOST_TEST_REQUIRE(
            ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds) == 0);
        near.reset(fds[0]);
        far.reset(fds[1]);
    }

    os::Fd near, far;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(connections)

BOOST_AUTO_TEST_CASE(wait_for_no_client_when_there_is_an_alarm) {
    Ends ends;
    const os::WakeUp alarm;
    Connection connection(std::move(ends.near), -1, 0, {.alarm = alarm.fd()});
    const std::string block(1 << 16, 'x');
    const std::string_view part = block;
    while (connection.send_now({&part, 1}) > 0) {
    }
    std::thread ringing([&] { alarm.signal(); });
    BOOST_CHECK_THROW(connection.wait_writable(minutes(10)), Cancelled);
    ringing.join();
    BOOST_TEST(connection.is_broken());
}

BOOST_AUTO_TEST_CASE(take_what_is_here_also_after_the_alarm) {
    Ends ends;
    const os::WakeUp alarm;
    alarm.signal();
    Connection connection(std::move(ends.near), -1, 0, {.alarm = alarm.fd()});
    BOOST_TEST_REQUIRE(::send(ends.far.get(), "here", 4, 0) == 4);
    std::string into(10, '\0');
    const auto until = Connection::Clock::now() + minutes(10);
    BOOST_TEST(connection.receive_until(into, until, {}).value_or(0) == 4u);
    BOOST_TEST(!connection.receive_until(into, until, {}));
}

BOOST_AUTO_TEST_CASE(hear_of_who_leaves_while_they_wait) {
    Ends ends;
    Connection connection(std::move(ends.near), -1, 0);
    std::thread leaving([&] { ends.far.reset(); });
    std::string into(10, '\0');
    BOOST_TEST(
        connection.receive_until(into, Connection::Clock::now() + minutes(10), {}).value_or(1) ==
        0u);
    leaving.join();
}

BOOST_AUTO_TEST_SUITE_END()
