#include "systemd.h"

#include <atomic>
#include <cstring>
#include <fcntl.h>
#include <map>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include "support/temporary_directory.h"
#include <turngate/http/error.h>
#include <turngate/os/fd.h>
#include <turngate/os/socket.h>

using namespace turngate;

namespace {

ReadVariable variables(std::map<std::string, std::string> values) {
    return [values = std::move(values)](const std::string& name) -> std::optional<std::string> {
        const auto it = values.find(name);
        return it == values.end() ? std::nullopt : std::optional(it->second);
    };
}

std::string me() {
    return std::to_string(::getpid());
}

// What a service manager listens on. `name` is a path, or begins with '@'.
class Manager {
  public:
    explicit Manager(const std::string& name)
        : fd_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        sockaddr_un own{};
        own.sun_family = AF_UNIX;
        std::memcpy(own.sun_path, name.data(), name.size());
        if (name[0] == '@') own.sun_path[0] = '\0';
        const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size() +
                                                 (name[0] == '@' ? 0 : 1));
        BOOST_TEST_REQUIRE(::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&own), size) == 0);
    }

    std::string heard() const {
        std::string text(4096, '\0');
        const ssize_t n = ::recv(fd_.get(), text.data(), text.size(), 0);
        text.resize(n < 0 ? 0 : static_cast<std::size_t>(n));
        return text;
    }

  private:
    os::Fd fd_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(systemd_notify)

BOOST_AUTO_TEST_CASE(states_reach_a_socket_with_a_path) {
    const test::TemporaryDirectory directory;
    const std::string path = directory / "notify";
    const Manager manager(path);
    const systemd::Notifier notifier(variables({{"NOTIFY_SOCKET", path}}));

    notifier.ready("serving\non 8080");
    notifier.stopping();

    BOOST_TEST(manager.heard() == "READY=1\nSTATUS=serving on 8080\n");
    BOOST_TEST(manager.heard() == "STOPPING=1\n");
}

BOOST_AUTO_TEST_CASE(states_reach_an_abstract_socket) {
    const std::string name = "@turngate-notify-" + me();
    const Manager manager(name);
    const systemd::Notifier notifier(variables({{"NOTIFY_SOCKET", name}}));

    notifier.reloading();
    notifier.status("draining");

    BOOST_TEST(manager.heard().starts_with("RELOADING=1\nMONOTONIC_USEC="));
    BOOST_TEST(manager.heard() == "STATUS=draining\n");
}

BOOST_AUTO_TEST_CASE(without_a_manager_nothing_happens) {
    const systemd::Notifier nobody(variables({}));
    nobody.ready();
    BOOST_TEST(!nobody.enabled());

    const systemd::Notifier gone(variables({{"NOTIFY_SOCKET", "/nonexistent/notify"}}));
    gone.ready();
    BOOST_TEST(gone.enabled());
}

BOOST_AUTO_TEST_CASE(malformed_variables_are_refused) {
    for (const std::string& socket : {std::string("relative"), std::string("@"),
                                      std::string("vsock:2:1"), '/' + std::string(200, 'x')})
        BOOST_CHECK_THROW(systemd::Notifier(variables({{"NOTIFY_SOCKET", socket}})), Error);
    for (const char* interval : {"0", "x", "-1", "1s", "99999999999999999999"})
        BOOST_CHECK_THROW(
            systemd::Notifier(variables({{"NOTIFY_SOCKET", "/x"}, {"WATCHDOG_USEC", interval}})),
            Error);
}

BOOST_AUTO_TEST_CASE(the_watchdog_of_another_process_is_not_ours) {
    const std::map<std::string, std::string> watched = {{"NOTIFY_SOCKET", "/x"},
                                                        {"WATCHDOG_USEC", "2000000"}};
    auto other = watched, own = watched;
    other["WATCHDOG_PID"] = "1";
    own["WATCHDOG_PID"] = me();

    BOOST_TEST(!systemd::Notifier(variables(other)).watchdog());
    BOOST_TEST(systemd::Notifier(variables(own)).watchdog()->count() == 2'000'000);
    BOOST_TEST(systemd::Notifier(variables(watched)).watchdog()->count() == 2'000'000);
}

BOOST_AUTO_TEST_CASE(the_watchdog_speaks_only_while_the_door_lives) {
    const std::string name = "@turngate-watchdog-" + me();
    const Manager manager(name);
    const systemd::Notifier notifier(
        variables({{"NOTIFY_SOCKET", name}, {"WATCHDOG_USEC", "2000"}}));
    std::atomic<int> looks = 0;
    {
        const systemd::Watchdog watchdog(notifier, [&] { return ++looks > 3; });
        BOOST_TEST(manager.heard() == "WATCHDOG=1\n");
        BOOST_TEST(manager.heard() == "WATCHDOG=1\n");
    }
    BOOST_TEST(looks >= 5);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(systemd_sockets)

// They are at 3 and up in this process only if nobody took these numbers: real ones are tried by
// tests/e2e/systemd.py.
BOOST_AUTO_TEST_CASE(what_is_for_another_process_is_left_alone) {
    BOOST_TEST(systemd::listen_sockets(variables({})).empty());
    BOOST_TEST(systemd::listen_sockets(variables({{"LISTEN_FDS", "1"}})).empty());
    BOOST_TEST(
        systemd::listen_sockets(variables({{"LISTEN_FDS", "1"}, {"LISTEN_PID", "1"}})).empty());
}

BOOST_AUTO_TEST_CASE(malformed_counts_are_refused) {
    for (const char* count : {"x", "-1", "1 ", "1025", ""})
        BOOST_CHECK_THROW(
            systemd::listen_sockets(variables({{"LISTEN_FDS", count}, {"LISTEN_PID", me()}})),
            Error);
}

BOOST_AUTO_TEST_CASE(a_descriptor_that_does_not_listen_is_refused) {
    // 1023 descriptors reach past every one that this process has open.
    BOOST_CHECK_THROW(
        systemd::listen_sockets(variables({{"LISTEN_FDS", "1023"}, {"LISTEN_PID", me()}})), Error);
}

BOOST_AUTO_TEST_SUITE_END()
