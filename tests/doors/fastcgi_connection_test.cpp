// The life of a FastCGI connection: what is served on it at once, one after another, and not.
#include <atomic>
#include <condition_variable>
#include <csignal>
#include <filesystem>
#include <mutex>
#include <semaphore>
#include <string>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "support/fcgi_client.h"
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

// Waits for the handler's client to leave; false if it stays.
bool wait_for_stop(const Context& context) {
    std::mutex mutex;
    std::condition_variable_any changed;
    std::unique_lock lock(mutex);
    changed.wait_for(lock, context.stop, seconds(10), [] { return false; });
    return context.stop.stop_requested();
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

constexpr int cannot_multiplex = 1, overloaded = 2, unknown_role = 3;

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
    BOOST_TEST((client.read_reply(17) == ended_with(cannot_multiplex)));
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

BOOST_AUTO_TEST_CASE(who_aborts_a_request_stops_its_handler_and_no_other) {
    std::binary_semaphore begun{0}, stopped{0};
    const ServedFcgi served([&](Request& request, ResponseWriter& w) {
        if (request.url.path != "/long") return hello(request, w);
        begun.release();
        if (wait_for_stop(request.context)) stopped.release();
        w.write("late");
    });
    FcgiClient client = served.client();
    client.send(FcgiRequest{.id = 3, .keeps = true, .uri = "/long"}.whole());
    begun.acquire();
    client.send(fcgi_record(fcgi_type::abort, 3));
    BOOST_TEST((client.read_reply(3) == FcgiReply{.app_status = 1, .protocol_status = 0}));
    BOOST_TEST(stopped.try_acquire_for(seconds(10)));
    BOOST_TEST(client.ask({.id = 3, .keeps = true}).body() == "hello");

    const FcgiRequest half{.id = 4, .keeps = true, .body = "abc"};  // no handler has it yet
    client.send(half.begin() + half.params() + fcgi_record(fcgi_type::abort, 4));
    BOOST_TEST(client.read_reply(4).app_status == 1);
    BOOST_TEST(client.ask({.keeps = true}).body() == "hello");
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

BOOST_AUTO_TEST_CASE(who_sends_for_ever_what_nobody_wants_is_left) {
    const ServedFcgi served(hello);
    FcgiClient client = served.client();
    BOOST_TEST(client.ask({.keeps = true}).body() == "hello");
    const std::string more = fcgi_record(fcgi_type::input, 1, std::string(60'000, 'x'));
    for (int i = 0; i < 40; ++i)
        client.send(more);
    BOOST_TEST(client.is_at_end());
}

BOOST_AUTO_TEST_CASE(a_handler_is_told_who_leaves) {
    std::binary_semaphore begun{0}, stopped{0};
    const ServedFcgi served([&](Request& request, ResponseWriter&) {
        begun.release();
        if (wait_for_stop(request.context)) stopped.release();
    });
    {
        const FcgiClient client = served.client();
        client.send(FcgiRequest{}.whole());
        begun.acquire();
    }
    BOOST_TEST(stopped.try_acquire_for(seconds(10)));
}

BOOST_AUTO_TEST_CASE(a_response_that_breaks_off_is_seen_to) {
    const ServedFcgi served([](Request& request, ResponseWriter& w) {
        w.write("half");
        if (request.url.path == "/later") w.flush();
        throw Cancelled("no more");
    });
    FcgiClient client = served.client();
    BOOST_TEST((client.ask({.keeps = true, .uri = "/at-once"}) ==
                FcgiReply{.app_status = 1, .protocol_status = 0}));
    const FcgiReply reply = client.ask({.keeps = true, .uri = "/later"});
    BOOST_TEST(reply.body() == "half");
    BOOST_TEST(!reply.has_output_end);
    BOOST_TEST(!reply.has_ended());  // the connection has
}

BOOST_AUTO_TEST_CASE(a_broken_response_leaves_others_their_connection) {
    std::binary_semaphore begun{0}, may_end{0};
    const ServedFcgi served([&](Request& request, ResponseWriter& w) {
        if (request.url.path == "/whole") {
            begun.release();
            may_end.acquire();
            return w.write("whole");
        }
        w.write("half");
        w.flush();
        throw Cancelled("no more");
    });
    FcgiClient client = served.client();
    client.send(FcgiRequest{.id = 1, .keeps = true, .uri = "/whole"}.whole());
    begun.acquire();
    const FcgiReply broken = client.ask({.id = 2, .keeps = true, .uri = "/broken"});
    BOOST_TEST(!broken.has_output_end);
    BOOST_TEST(broken.app_status == 1);
    may_end.release();
    BOOST_TEST(client.read_reply(1).body() == "whole");
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

BOOST_AUTO_TEST_CASE(a_door_that_stops_finishes_what_has_begun) {
    std::binary_semaphore begun{0}, may_end{0};
    ServedFcgi served([&](Request& request, ResponseWriter& w) {
        if (request.url.path == "/long") {
            begun.release();
            may_end.acquire();
        }
        hello(request, w);
    });
    FcgiClient client = served.client(), idle = served.client();
    BOOST_TEST(idle.ask({.keeps = true}).body() == "hello");
    client.send(FcgiRequest{.id = 1, .keeps = true, .uri = "/long"}.whole());
    begun.acquire();
    std::thread stopping([&] { served.stop(); });
    BOOST_TEST(idle.is_at_end());
    BOOST_TEST((client.ask({.id = 2, .keeps = true}) == ended_with(overloaded)));
    may_end.release();
    BOOST_TEST(client.read_reply(1).body() == "hello");
    BOOST_TEST(client.is_at_end());
    stopping.join();
}

BOOST_AUTO_TEST_CASE(a_door_without_a_free_thread_says_so) {
    std::counting_semaphore<> begun{0}, may_end{0};
    const ServedFcgi served(
        [&](Request& request, ResponseWriter& w) {
            begun.release();
            may_end.acquire();
            hello(request, w);
        },
        with({.max_threads = 1}));
    FcgiClient busy = served.client();
    busy.send(FcgiRequest{}.whole());
    begun.acquire();
    BOOST_TEST((served.ask({.keeps = true}) == ended_with(overloaded)));
    may_end.release();
    BOOST_TEST(busy.read_reply().body() == "hello");
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
    options.peers = {"192.0.2.1"};
    BOOST_TEST(!ServedFcgi(hello, options).ask({}).has_ended());
    options.peers = {"localhost"};
    BOOST_CHECK_THROW(fastcgi_door(options), std::invalid_argument);

    const TemporaryDirectory directory;
    options = {};
    options.common.listen = {"unix:" + directory.path() + "/socket"};
    options.users = {::getuid()};
    BOOST_TEST(ServedFcgi(hello, options).ask({}).body() == "hello");
    options.users = {::getuid() + 1};
    BOOST_TEST(!ServedFcgi(hello, options).ask({}).has_ended());
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
    options.socket_mode = 0606;
    BOOST_TEST((mode() == std::filesystem::perms{0606}));
}

BOOST_AUTO_TEST_SUITE_END()
