// Who finds no place.
#include "net/listeners.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include "support/served.h"
#include "support/skip.h"

using namespace turngate;
using namespace turngate::net;

namespace {

struct Pair {
    os::Fd here, there;
};

Pair make_pair() {
    int fds[2];
    BOOST_TEST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
    return {os::Fd(fds[0]), os::Fd(fds[1])};
}

std::size_t unread(const os::Fd& fd) {
    int size = 0;
    BOOST_TEST_REQUIRE(::ioctl(fd.get(), FIONREAD, &size) == 0);
    return static_cast<std::size_t>(size);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(listeners)

BOOST_AUTO_TEST_CASE(tell_who_is_turned_away_to_come_again) {
    Pair pair = make_pair();
    os::write_whole(pair.there.get(), std::string(100'000, 'x'));
    Listeners::turn_away(std::move(pair.here), "come again");
    BOOST_TEST(test::read_all(pair.there) == "come again");
}

BOOST_AUTO_TEST_CASE(tell_when_the_system_does_not_watch_them) {
    const os::Fd epoll(::epoll_create1(EPOLL_CLOEXEC));
    const Listeners listeners({.listen = {"127.0.0.1:0"}});
    BOOST_TEST(!listeners.arm(epoll.get(), 0));
    listeners.begin(epoll.get());
    BOOST_TEST(listeners.arm(epoll.get(), 0));
}

// Who sends as fast as we read would hold up all who wait to be accepted.
BOOST_AUTO_TEST_CASE(do_not_listen_for_ever_to_who_is_turned_away) {
    constexpr std::size_t much = 1 << 20;
    Pair pair = make_pair();
    const int size = 4 * much;
    if (::setsockopt(pair.there.get(), SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size) != 0)
        return test::skip("only root may put so much into a socket");
    os::write_whole(pair.there.get(), std::string(much, 'x'));
    const os::Fd same(::dup(pair.here.get()));
    Listeners::turn_away(std::move(pair.here), "come again");
    BOOST_TEST(unread(same) > 0u);
}

// Some thousand who do not read would fill the memory that the kernel has for everybody.
BOOST_AUTO_TEST_CASE(have_the_kernel_keep_little_for_who_does_not_read) {
    Listeners listeners({.listen = {"127.0.0.1:0"}});
    const auto address = os::Address::parse(listeners.addresses().front());
    const os::Fd client = os::connect_to(address, std::chrono::seconds(10));
    bool is_short = false;
    const os::Fd accepted = listeners.accept(0, is_short);
    BOOST_TEST_REQUIRE(accepted.get() >= 0);
    int most = 0;
    socklen_t size = sizeof most;
    BOOST_TEST_REQUIRE(::getsockopt(accepted.get(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &most, &size) ==
                       0);
    BOOST_TEST(most == 128 * 1024);
}

BOOST_AUTO_TEST_SUITE_END()
