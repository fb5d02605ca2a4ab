#include <cstring>
#include <filesystem>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdexcept>
#include <string>
#include <support/skip.h>
#include <support/temporary_directory.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <vector>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <turngate/http/error.h>
#include <turngate/os/socket.h>

using namespace turngate::os;
using std::chrono::milliseconds;
using turngate::test::TemporaryDirectory;

namespace {

// What one end says arrives at the other.
void check_talk(const Address& listen, const std::string& peer) {
    Fd listener = listen_on(listen);
    Fd client = connect_to(local_address(listener.get()), milliseconds(1000));
    Fd server = accept_from(listener.get());
    BOOST_TEST_REQUIRE(!!server);
    write_whole(client.get(), "hello");
    char got[5];
    BOOST_TEST(read_whole(server.get(), got) == 5u);
    BOOST_TEST(std::string(got, 5) == "hello");
    BOOST_TEST(peer_host(server.get()) == peer);
}

struct Text {
    const char* name;
    Address address;
};
std::ostream& operator<<(std::ostream& out, const Text& t) {
    return out << t.name;
}
const Text good[] = {
    {"127.0.0.1:80", {"", "127.0.0.1", 80}},
    {"[::1]:8080", {"", "::1", 8080}},
    {"localhost:0", {"", "127.0.0.1", 0}},
    {":65535", {"", "", 65535}},
    {"8080", {"", "", 8080}},
    {"unix:/a/b:1", {"/a/b:1", "", 0}},
};
const char* const bad[] = {
    "",         "host", "example.com:80", "127.0.0.1", "127.0.0.1:",   ":65536", ":-1",
    ":+1",      ":8 ",  "::1:80",         "[]:80",     "[1.2.3]:80",   "unix:",  "1.2.3.4:80x",
    "127.1:80", "/a/b", "[::1]",          "a:b:c",     ":99999999999", "[::1]80"};

}  // namespace

BOOST_AUTO_TEST_SUITE(socket_address)

BOOST_DATA_TEST_CASE(an_address_is_read, good) {
    BOOST_TEST((Address::parse(sample.name) == sample.address));
}

BOOST_DATA_TEST_CASE(an_address_is_printed_as_it_can_be_read, good) {
    BOOST_TEST((Address::parse(sample.address.text()) == sample.address));
}

BOOST_DATA_TEST_CASE(anything_else_is_refused, bad) {
    BOOST_CHECK_THROW(Address::parse(sample), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(a_unix_path_that_the_kernel_would_cut_is_refused) {
    BOOST_CHECK_THROW(listen_on({std::string(108, 'x')}), std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(stream_socket)

BOOST_AUTO_TEST_CASE(both_ends_talk_over_ipv4) {
    check_talk({"", "127.0.0.1", 0}, "127.0.0.1");
}

BOOST_AUTO_TEST_CASE(a_listener_on_every_interface_takes_ipv4_too) {
    Fd listener = listen_on({"", "", 0});
    Fd client =
        connect_to({"", "127.0.0.1", local_address(listener.get()).port}, milliseconds(1000));
    BOOST_TEST(peer_host(accept_from(listener.get()).get()) == "127.0.0.1");
}

BOOST_AUTO_TEST_CASE(both_ends_talk_over_ipv6) {
    try {
        listen_on({"", "::1", 0});
    } catch (const std::system_error&) {
        return turngate::test::skip("this machine has no IPv6");
    }
    check_talk({"", "::1", 0}, "::1");
}

BOOST_AUTO_TEST_CASE(both_ends_talk_over_a_unix_socket) {
    TemporaryDirectory here;
    check_talk({here / "s"}, "");
}

BOOST_AUTO_TEST_CASE(a_unix_socket_is_for_its_owner_alone) {
    TemporaryDirectory here;
    Fd listener = listen_on({here / "s"});
    struct stat info {};
    ::stat((here / "s").c_str(), &info);
    BOOST_TEST((info.st_mode & 0777) == 0600u);
}

BOOST_AUTO_TEST_CASE(a_stale_unix_socket_is_replaced) {
    TemporaryDirectory here;
    listen_on({here / "s"}).reset();
    BOOST_TEST(!!listen_on({here / "s"}));
}

BOOST_AUTO_TEST_CASE(a_living_unix_socket_and_what_is_none_are_not_replaced) {
    TemporaryDirectory here;
    Fd first = listen_on({here / "s"});
    BOOST_CHECK_THROW(listen_on({here / "s"}), std::system_error);
    BOOST_TEST(!!connect_to({here / "s"}, milliseconds(1000)));
    here.write("f", "precious");
    BOOST_CHECK_THROW(listen_on({here / "f"}), std::system_error);
    BOOST_TEST(std::filesystem::file_size(here / "f") == 8u);
}

BOOST_AUTO_TEST_CASE(small_writes_are_not_delayed) {
    Fd listener = listen_on({"", "127.0.0.1", 0});
    Fd client = connect_to(local_address(listener.get()), milliseconds(1000));
    Fd server = accept_from(listener.get());
    for (int fd : {client.get(), server.get()}) {
        int on = 0;
        socklen_t size = sizeof on;
        ::getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, &size);
        BOOST_TEST(on != 0);
    }
}

BOOST_AUTO_TEST_CASE(nobody_there_is_an_error_that_names_the_address) {
    Fd listener = listen_on({"", "127.0.0.1", 0});
    const Address address = local_address(listener.get());
    listener.reset();
    BOOST_CHECK_EXCEPTION(
        connect_to(address, milliseconds(1000)), std::system_error, [&](const auto& e) {
            return e.code().value() == ECONNREFUSED &&
                   std::string(e.what()).starts_with("cannot connect to " + address.text());
        });
}

BOOST_AUTO_TEST_CASE(a_unix_socket_whose_backlog_stays_full_is_told_from_one_that_is_slow) {
    TemporaryDirectory here;
    Fd listener = listen_on({here / "s"}, 0);
    Fd first = connect_to({here / "s"}, milliseconds(1000));
    BOOST_CHECK_EXCEPTION(connect_to({here / "s"}, milliseconds(10)), std::system_error,
                          [](const auto& e) { return e.code().value() == EAGAIN; });
}

BOOST_AUTO_TEST_CASE(connecting_can_be_cancelled) {
    TemporaryDirectory here;
    for (const Address& address : {Address{.host = "127.0.0.1"}, Address{.path = here / "full"}}) {
        Fd listener = listen_on(address, 0);
        const Address full = local_address(listener.get());
        std::vector<Fd> waiting;
        try {  // until nobody fits any more
            for (int i = 0; i < 20; ++i)
                waiting.push_back(connect_to(full, milliseconds(50)));
        } catch (const std::system_error& e) {
            BOOST_TEST(e.code().value() == (address.path.empty() ? ETIMEDOUT : EAGAIN));
        }
        std::stop_source stop;
        std::thread canceller([&] { stop.request_stop(); });
        BOOST_CHECK_THROW(connect_to(full, milliseconds(20'000), stop.get_token()),
                          turngate::Cancelled);
        canceller.join();
    }
}

BOOST_AUTO_TEST_CASE(a_path_that_fills_its_place_without_a_nul_is_read_to_its_end) {
    turngate::test::TemporaryDirectory here;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::string path = here / "s";
    path.resize(sizeof address.sun_path, 'x');
    std::memcpy(address.sun_path, path.data(), path.size());
    Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    BOOST_REQUIRE(::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) ==
                  0);
    BOOST_TEST(local_address(fd.get()).path == path);
}

BOOST_AUTO_TEST_SUITE_END()
