// The life of a FastCGI connection: what is served on it at once, one after another, and not.
#include <atomic>
#include <csignal>
#include <filesystem>
#include <semaphore>
#include <string>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "support/fcgi_client.h"
#include "support/recording_reporter.h"
#include "support/slow_bodies.h"
#include "support/tcp_client.h"
#include "support/temporary_directory.h"
#include <turngate/os/subprocess.h>

using namespace turngate;
using namespace turngate::test;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

void hello(Request&, ResponseWriter& w) {
    w.write("hello");
}

FastcgiOptions with(HttpOptions common) {
    FastcgiOptions out;
    common.header_size = out.common.header_size;
    common.header_count = out.common.header_count;
    common.listen = {"127.0.0.1:0"};
    out.common = std::move(common);
    return out;
}

FcgiReply ended_with(int protocol_status) {
    return {.app_status = 0, .protocol_status = protocol_status};
}
bool operator==(const FcgiReply& a, const FcgiReply& b) {
    return a.output == b.output && a.app_status == b.app_status &&
           a.protocol_status == b.protocol_status;
}

constexpr int unknown_role = 3;

}  // namespace

BOOST_AUTO_TEST_SUITE(fastcgi_connections)

BOOST_AUTO_TEST_CASE(a_kept_connection_serves_one_request_after_another_and_pipelined) {
    const ServedFcgi served(hello);
    FcgiClient client = served.client();
    for (int i = 0; i < 3; ++i)
        BOOST_TEST(client.ask({.keeps = true, .body = "unread"}).body() == "hello");
    const std::string kept = FcgiRequest{.id = 1, .keeps = true}.whole();
    client.send(kept + kept + kept + FcgiRequest{.id = 2, .keeps = false}.whole());
    for (int i = 0; i < 3; ++i)
        BOOST_TEST(client.read_reply(1).body() == "hello");
    BOOST_TEST(client.read_reply(2).body() == "hello");
    BOOST_TEST(client.is_at_end());
}

// Each handler runs when the one before it is done, and not on top of it.
BOOST_AUTO_TEST_CASE(thousands_may_be_pipelined_by_one_id) {
    const ServedFcgi served(hello);
    FcgiClient client = served.client();
    constexpr int requests = 20'000;
    std::thread sender([&client] {
        const std::string one = FcgiRequest{.keeps = true}.whole();
        for (int i = 0; i < requests; ++i)
            client.send(one);
    });
    int answered = 0;
    while (answered < requests && client.read_reply().body() == "hello")
        ++answered;
    BOOST_TEST(answered == requests);
    sender.join();
}

BOOST_AUTO_TEST_CASE(a_client_may_send_all_of_a_body_that_nobody_reads_before_it_reads_the_answer) {
    const ServedFcgi served(hello);
    for (const bool keeps : {false, true})
        BOOST_TEST(served.ask({.keeps = keeps, .body = std::string(6u << 20, 'x')}).body() ==
                   "hello");
}

BOOST_AUTO_TEST_CASE(a_request_is_the_same_byte_by_byte) {
    const ServedFcgi served(
        [](Request& request, ResponseWriter& w) { w.write(request.body.text() + "|"); });
    FcgiClient client = served.client();
    for (const char c : FcgiRequest{.body = "slow"}.whole())
        client.send({&c, 1});
    BOOST_TEST(client.read_reply().body() == "slow|");
}

BOOST_AUTO_TEST_CASE(requests_of_one_connection_are_served_at_once) {
    std::counting_semaphore<> first_may_end{0};
    const ServedFcgi served([&](Request& request, ResponseWriter& w) {
        if (request.url.path == "/first") first_may_end.acquire();
        w.write(request.url.path + request.body.text());
        if (request.url.path == "/second") first_may_end.release();
    });
    FcgiClient client = served.client();
    client.send(FcgiRequest{.id = 1, .keeps = true, .uri = "/first"}.whole());
    const FcgiRequest second{.id = 7, .keeps = true, .uri = "/second", .body = "ab"};
    client.send(second.begin() + second.params());
    client.send(second.input());
    BOOST_TEST(client.read_reply(7).body() == "/secondab");
    BOOST_TEST(client.read_reply(1).body() == "/first");
}

BOOST_AUTO_TEST_CASE(no_more_than_sixteen_are_begun_on_one) {
    const ServedFcgi served(hello);
    FcgiClient client = served.client();
    for (int id = 1; id <= 17; ++id)
        client.send(FcgiRequest{.id = id, .keeps = true}.begin());
    BOOST_TEST(client.read_reply(17).status() == "503");
    const FcgiRequest late{.id = 17, .keeps = true};  // what comes of it still is passed over
    client.send(late.params() + late.input());
    for (int id = 1; id <= 16; ++id) {
        const FcgiRequest request{.id = id, .keeps = true};
        client.send(request.params() + request.input());
        BOOST_TEST(client.read_reply(id).body() == "hello");
    }
    BOOST_TEST(client.ask({.id = 17}).body() == "hello");
}

BOOST_AUTO_TEST_CASE(the_connection_may_be_asked_what_it_can_do) {
    FastcgiOptions options;
    options.common.max_threads = 7;
    const ServedFcgi served(hello, options);
    FcgiClient client = served.client();
    client.send(fcgi_record(fcgi_type::get_values, 0,
                            fcgi_pair("FCGI_MPXS_CONNS", "") + fcgi_pair("OTHER", "") +
                                fcgi_pair("FCGI_MAX_REQS", "")));
    const FcgiRecord values = client.read_record();
    BOOST_TEST(values.type == fcgi_type::values);
    BOOST_TEST(values.id == 0);
    BOOST_TEST(values.content ==
               fcgi_pair("FCGI_MAX_REQS", "7") + fcgi_pair("FCGI_MPXS_CONNS", "1"));
    client.send(fcgi_record(99, 0, "whatever", 3));
    const FcgiRecord unknown = client.read_record();
    BOOST_TEST(unknown.type == fcgi_type::unknown);
    BOOST_TEST(unknown.content == std::string({99, 0, 0, 0, 0, 0, 0, 0}));
    BOOST_TEST(client.ask({}).body() == "hello");
}

BOOST_AUTO_TEST_CASE(no_more_requests_are_promised_than_one_connection_takes) {
    const ServedFcgi served(hello);
    const FcgiClient client = served.client();
    client.send(fcgi_record(fcgi_type::get_values, 0, fcgi_pair("FCGI_MAX_REQS", "")));
    BOOST_TEST(client.read_record().content == fcgi_pair("FCGI_MAX_REQS", "16"));
}

BOOST_AUTO_TEST_CASE(as_many_connections_as_it_says_are_taken_and_no_more) {
    os::Subprocess p({"/bin/sh",
                      {"-c", "ulimit -n 100; exec \"$0\" run --as fcgi --listen 127.0.0.1:0",
                       TURNGATE_DOOR_PROGRAM},
                      {}});
    std::string log(500, '\0');
    log.resize(os::read_some(p.err.get(), log));
    const auto at = log.find("127.0.0.1:");
    BOOST_TEST_REQUIRE(at != std::string::npos, log);
    const os::Address address = os::Address::parse(log.substr(at, log.find('"', at) - at));
    const auto ask = [&](const FcgiClient& client) {
        client.send(fcgi_record(fcgi_type::get_values, 0, fcgi_pair("FCGI_MAX_CONNS", "")));
        return client.read_record().content;
    };
    std::vector<FcgiClient> clients;
    const auto connect = [&]() -> FcgiClient& {
        return clients.emplace_back(os::connect_to(address, std::chrono::milliseconds(5000)));
    };

    const std::string answer = ask(connect());
    const std::size_t most = std::stoul(answer.substr(fcgi_pair("FCGI_MAX_CONNS", "").size()));
    BOOST_TEST(most < 100u);
    while (clients.size() < most)
        BOOST_TEST(ask(connect()) == answer);
    BOOST_TEST(ask(connect()) == "");

    p.kill(SIGTERM);
    BOOST_TEST(p.wait()->success());
}

BOOST_AUTO_TEST_CASE(a_role_that_is_not_a_responders_is_not_known) {
    const ServedFcgi served(hello);
    FcgiClient client = served.client();
    for (const int role : {2, 3, 9})
        BOOST_TEST((client.ask({.keeps = true, .role = role}) == ended_with(unknown_role)));
    BOOST_TEST(client.ask({.keeps = true}).body() == "hello");
    BOOST_TEST((client.ask({.role = 2}) == ended_with(unknown_role)));
    BOOST_TEST(client.is_at_end());
}

BOOST_AUTO_TEST_CASE(a_body_that_nobody_reads_is_never_taken_for_records) {
    std::atomic<int> served_requests = 0;
    const ServedFcgi served([&](Request& request, ResponseWriter& w) {
        ++served_requests;
        hello(request, w);
    });
    FcgiClient client = served.client();
    const std::string forged =
        FcgiRequest{.id = 1, .keeps = true, .more = {{"REMOTE_USER", "admin"}}}.whole();
    // As it stands, and as bytes of a long body that the handler does not wait for.
    BOOST_TEST(client.ask({.keeps = true, .body = forged}).body() == "hello");
    std::string body(200'000, 'x');
    body += forged;
    BOOST_TEST(client.ask({.keeps = true, .body = body}).body() == "hello");
    BOOST_TEST(client.ask({.keeps = true}).body() == "hello");
    BOOST_TEST(served_requests == 3);
}

BOOST_AUTO_TEST_CASE(a_long_body_that_nobody_reads_is_drained_for_the_next_request) {
    const ServedFcgi served(hello);
    FcgiClient client = served.client();
    for (int i = 0; i < 3; ++i)
        BOOST_TEST(client.ask({.keeps = true, .body = std::string(900'000, 'x')}).body() ==
                   "hello");
}

BOOST_AUTO_TEST_CASE(what_breaks_the_protocol_ends_the_connection) {
    const ServedFcgi served(hello);
    const FcgiRequest request{.keeps = true};
    const std::string bad[] = {
        "GET / HTTP/1.1\r\n\r\n",
        request.params(),                                       // before FCGI_BEGIN_REQUEST
        request.begin() + request.begin(),                      // twice
        request.begin() + request.input(),                      // before the variables
        request.begin() + request.params() + request.params(),  // twice
        fcgi_record(fcgi_type::begin, 1, "short"),
        fcgi_record(fcgi_type::begin, 1, "longer than it is"),
        fcgi_record(fcgi_type::begin, 0, std::string(8, '\1')),
    };
    for (const std::string& bytes : bad) {
        FcgiClient client = served.client();
        client.send(bytes);
        while (client.read_record().type != 0) {
        }
    }
    BOOST_TEST(served.ask({}).body() == "hello");
}

// Without a reset, which would take from it what it has not read of its answer.
BOOST_AUTO_TEST_CASE(who_sends_for_ever_what_nobody_wants_is_left) {
    const ServedFcgi served(hello);
    FcgiClient client = served.client();
    BOOST_TEST(client.ask({.keeps = true}).body() == "hello");
    const std::string more = fcgi_record(fcgi_type::input, 1, std::string(60'000, 'x'));
    for (int i = 0; i < 40; ++i)
        client.send(more);
    char byte = 0;
    BOOST_TEST(::read(client.fd().get(), &byte, 1) == 0);
}

BOOST_AUTO_TEST_CASE(a_long_body_that_nobody_reads_is_no_breach_of_the_protocol) {
    struct Refusals final : DoorObserver {
        std::atomic<int> seen{0};
        void refused(int) noexcept override { ++seen; }
    } refusals;
    RecordingReporter reporter;
    FastcgiOptions options;
    options.common.observer = &refusals;
    options.common.reporter = &reporter;
    const ServedFcgi served(hello, options);
    FcgiClient client = served.client();
    BOOST_TEST(client.ask({.keeps = true, .body = std::string(6u << 20, 'x')}).body() == "hello");
    BOOST_TEST(client.is_at_end());
    BOOST_TEST(refusals.seen == 0);
    for (const std::string& line : reporter.lines())
        BOOST_TEST(line.find(" warn ") == std::string::npos, line);
}

BOOST_AUTO_TEST_CASE(who_is_late_is_told_so) {
    const ServedFcgi served(hello, with({.header_timeout = milliseconds(50),
                                         .body_timeout = milliseconds(60),
                                         .idle_timeout = milliseconds(70)}));
    const FcgiRequest request{.keeps = true, .body = "never"};
    FcgiClient variables = served.client();
    variables.send(request.begin());
    BOOST_TEST(variables.read_reply().status() == "408");
    FcgiClient body = served.client();
    body.send(request.begin() + request.params());
    BOOST_TEST(body.read_reply().status() == "408");
    FcgiClient idle = served.client();
    BOOST_TEST(idle.ask({.keeps = true}).body() == "hello");
    BOOST_TEST(idle.is_at_end());
    const FcgiClient silent = served.client(), half = served.client();
    half.send(request.begin().substr(0, 9));
    BOOST_TEST(half.is_at_end());
    BOOST_TEST(silent.is_at_end());
}

BOOST_AUTO_TEST_CASE(a_handler_that_waits_for_a_late_body_gets_an_error) {
    const ServedFcgi served(
        [](Request& request, ResponseWriter& w) { w.write(request.body.text()); },
        with({.body_timeout = milliseconds(50)}));
    const FcgiRequest request{.body = std::string(100'000, 'x')};
    FcgiClient client = served.client();
    client.send(request.begin() + request.params() + fcgi_record(fcgi_type::input, 1, "some"));
    BOOST_TEST(client.read_reply().status() == "408");
}

BOOST_AUTO_TEST_CASE(a_client_that_does_not_send_does_not_hold_up_its_answer) {
    const ServedFcgi served([](Request& request, ResponseWriter& w) {
        w.status(ends_when_unwanted(request.body) ? 504 : 200).write("late");
    });
    const FcgiRequest request{.body = std::string(100'000, 'x')};
    FcgiClient client = served.client();
    client.send(request.begin() + request.params() + fcgi_record(fcgi_type::input, 1, "some"));
    BOOST_TEST(client.read_reply().status() == "504");
}

BOOST_AUTO_TEST_CASE(who_does_not_read_is_left) {
    std::binary_semaphore ended{0};
    const ServedFcgi served(
        [&](Request&, ResponseWriter& w) {
            try {
                w.write(std::string(30 << 20, 'x'));
            } catch (const Cancelled&) {
                ended.release();
                throw;
            }
        },
        with({.write_timeout = milliseconds(100)}));
    const FcgiClient client = served.client();
    client.send(FcgiRequest{.keeps = true}.whole());
    BOOST_TEST(ended.try_acquire_for(seconds(10)));
}

BOOST_AUTO_TEST_CASE(who_reads_slowly_gets_all_of_it) {
    const std::string body = pattern(5'000'000);
    const ServedFcgi served([&](Request&, ResponseWriter& w) { w.write(body); });
    FcgiClient client(connect_with_receive_buffer(served, 4096));
    BOOST_TEST((client.ask({}).body() == body));
}

BOOST_AUTO_TEST_CASE(a_connection_ends_after_its_requests) {
    const ServedFcgi served(hello, with({.max_requests = 2}));
    FcgiClient client = served.client();
    BOOST_TEST(client.ask({.keeps = true}).body() == "hello");
    BOOST_TEST(client.ask({.keeps = true}).body() == "hello");
    BOOST_TEST(client.is_at_end());
}

BOOST_AUTO_TEST_CASE(only_peers_that_are_allowed_are_served) {
    FastcgiOptions options;
    options.peers = {"127.0.0.1", "::1"};
    BOOST_TEST(ServedFcgi(hello, options).ask({}).body() == "hello");
    for (const char* network : {"127.0.0.0/8", "127.255.0.0/9", "127.0.0.1/32", "0.0.0.0/0"}) {
        options.peers = {"::1", network};
        const bool is_in = std::string(network) != "127.255.0.0/9";
        BOOST_TEST(ServedFcgi(hello, options).ask({}).has_ended() == is_in, network);
    }
    options.peers = {"192.0.2.1", "::/0"};
    BOOST_TEST(!ServedFcgi(hello, options).ask({}).has_ended());
    for (const char* wrong : {"localhost", "", "127.0.0.1/33", "::1/129", "127.0.0.1/", "1.2.3/8",
                              "127.0.0.1/-1", "127.0.0.1/8x"}) {
        options.peers = {wrong};
        BOOST_CHECK_THROW(fastcgi_door(options), std::invalid_argument);
    }

    const TemporaryDirectory directory;
    options = {};
    options.common.listen = {"unix:" + directory.path() + "/socket"};
    options.users = {::getuid()};
    BOOST_TEST(ServedFcgi(hello, options).ask({}).body() == "hello");
    options.users = {::getuid() + 1};
    BOOST_TEST(!ServedFcgi(hello, options).ask({}).has_ended());
}

// The kernel hands out a connection that has been reset, with what came on it, and without a word
// about whose it was.
BOOST_AUTO_TEST_CASE(who_has_gone_before_its_address_is_known_is_not_served) {
    std::atomic<int> served_requests = 0;
    struct Refusals final : DoorObserver {
        std::counting_semaphore<> told{0};
        void refused(int) noexcept override { told.release(); }
    } refusals;
    FastcgiOptions options;
    options.common.listen = {"127.0.0.1:0"};
    options.common.observer = &refusals;
    options.peers = {"192.0.2.1"};
    auto door = fastcgi_door(options);
    os::Fd fd = os::connect_to(os::Address::parse(door->addresses().at(0)), seconds(5));
    os::write_whole(fd.get(), FcgiRequest{}.whole());
    reset(fd);
    const Served served([&](Request&, ResponseWriter&) { ++served_requests; }, std::move(door));
    BOOST_TEST(refusals.told.try_acquire_for(seconds(10)));
    BOOST_TEST(served_requests == 0);
}

BOOST_AUTO_TEST_CASE(a_unix_socket_has_the_mode_it_is_told) {
    const TemporaryDirectory directory;
    FastcgiOptions options;
    options.common.listen = {"unix:" + directory.path() + "/socket"};
    const auto mode = [&] {
        const ServedFcgi served(hello, options);
        return std::filesystem::status(directory.path() + "/socket").permissions();
    };
    BOOST_TEST((mode() == std::filesystem::perms{0660}));
    options.socket.mode = 0606;
    BOOST_TEST((mode() == std::filesystem::perms{0606}));
}

BOOST_AUTO_TEST_CASE(a_unix_socket_belongs_to_the_group_it_is_told) {
    const TemporaryDirectory directory;
    const std::string path = directory.path() + "/socket";
    FastcgiOptions options;
    options.common.listen = {"unix:" + path};
    // Root may give it to any, and others to those they are in.
    std::vector<::gid_t> groups(static_cast<std::size_t>(std::max(0, ::getgroups(0, nullptr))));
    ::getgroups(static_cast<int>(groups.size()), groups.data());
    options.socket.group = ::geteuid() == 0 ? 12'345 : groups.empty() ? ::getegid() : groups.back();
    const ServedFcgi served(hello, options);
    struct ::stat facts {};
    BOOST_TEST(::stat(path.c_str(), &facts) == 0);
    BOOST_TEST(facts.st_gid == *options.socket.group);
    BOOST_TEST((facts.st_mode & 0777) == 0660u);
}

BOOST_AUTO_TEST_SUITE_END()
