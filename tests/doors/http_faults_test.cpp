#include <array>
#include <csignal>
#include <future>
#include <netinet/in.h>
#include <poll.h>
#include <semaphore>
#include <stdexcept>
#include <string>
#include <sys/resource.h>
#include <sys/socket.h>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "net/incoming_body.h"
#include "support/fake_upstream.h"
#include "support/fault_proxy.h"
#include "support/served.h"
#include "support/tcp_client.h"
#include <turngate/handlers/upstream.h>
#include <turngate/http/serve.h>
#include <turngate/os/subprocess.h>

using namespace turngate;
using namespace turngate::test;
using std::chrono::milliseconds;

namespace {

constexpr std::string_view get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

std::string read_exactly(const os::Fd& fd, std::size_t size) {
    std::string all(size, '\0');
    all.resize(os::read_whole(fd.get(), all));
    return all;
}

std::string through(const FaultProxy& proxy, std::string_view request) {
    const os::Fd fd = os::connect_to(proxy.address(), milliseconds(5000));
    os::write_whole(fd.get(), request);
    return read_all(fd);
}

os::Address address_of(Served& served) {
    return os::Address::parse(served.door().addresses().at(0));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(http_faults_of_handlers)

BOOST_AUTO_TEST_CASE(whatever_is_thrown_is_a_500_and_the_connection_goes_on) {
    Served served([](Request& request) -> Response {
        if (request.url.path == "/error") throw std::runtime_error("secret");
        if (request.url.path == "/int") throw 7;
        if (request.url.path == "/nested") {
            struct Throws {
                ~Throws() noexcept(false) { throw std::logic_error("secret"); }
            } throws;
            return {};  // clang 14 would leak what is in it
        }
        return text("fine|");
    });
    os::Fd fd = served.connect();
    for (const std::string path : {"/error", "/int", "/nested"}) {
        os::write_whole(fd.get(), "GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
        const std::string head = read_until(fd, "\r\n\r\n");
        BOOST_TEST(head.starts_with("HTTP/1.1 500 "), path << head);
        const std::size_t length = head.find("Content-Length: ");
        BOOST_TEST_REQUIRE(length != std::string::npos);
        const std::string body =
            read_exactly(fd, std::strtoul(head.c_str() + length + 16, nullptr, 10));
        BOOST_TEST(body.find("secret") == std::string::npos);
        os::write_whole(fd.get(), "GET /fine HTTP/1.1\r\nHost: a\r\n\r\n");
        BOOST_TEST(read_until(fd, "|").ends_with("fine|"));
    }
}

BOOST_AUTO_TEST_CASE(who_opens_long_bodies_gets_not_all_threads) {
    Served served([](Request& request) { return text(request.body.text() + "|"); },
                  {.max_threads = 8});
    std::vector<os::Fd> slow;
    for (int i = 0; i < 40; ++i) {
        slow.push_back(served.connect());
        os::write_whole(slow.back().get(),
                        i % 2 == 0 ? "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nx"
                                   : "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n"
                                     "Expect: 100-continue\r\n\r\n");
    }
    for (int i = 0; i < 20; ++i)
        BOOST_TEST(ask(served, get).starts_with("HTTP/1.1 200 "));
    // Those that were told to continue, by whomever, are served when they do.
    for (std::size_t i = 1; i < slow.size(); i += 2) {
        BOOST_TEST(read_until(slow[i], "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
        os::write_whole(slow[i].get(), "123456789");
        BOOST_TEST(read_until(slow[i], "|").ends_with("123456789|"));
    }
}

BOOST_AUTO_TEST_CASE(a_body_has_a_pace) {
    using net::is_too_slow;
    BOOST_TEST(!is_too_slow(milliseconds(10'000), 0));
    BOOST_TEST(is_too_slow(milliseconds(10'001), 2399));
    BOOST_TEST(!is_too_slow(milliseconds(10'001), 2400));
    BOOST_TEST(is_too_slow(milliseconds(100'000), 23'999));
    BOOST_TEST(!is_too_slow(milliseconds(100'000), 24'000));
    BOOST_TEST(!is_too_slow(milliseconds(100'000), 0, 0));  // where any will do
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(http_faults_of_clients)

BOOST_AUTO_TEST_CASE(who_leaves_in_an_upload_ends_its_handler) {
    std::promise<void> ended;
    std::binary_semaphore inside{0};
    Served served([&](Request& request) {
        inside.release();
        try {
            request.body.text();
        } catch (...) {
            ended.set_value();
            throw;
        }
        return text("whole");
    });
    os::Fd fd = served.connect();
    os::write_whole(fd.get(), "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nxyz");
    inside.acquire();
    reset(fd);
    ended.get_future().wait();
    BOOST_TEST(ask(served, get).ends_with("whole"));
}

BOOST_AUTO_TEST_CASE(who_leaves_in_a_download_ends_its_handler_and_its_upstream) {
    std::promise<void> ended;
    Served origin([&](Request&, ResponseWriter& w) {
        const std::string much(64 * 1024, 'x');
        try {
            for (;;)
                w.write(much);
        } catch (const std::exception&) {
            ended.set_value();
            throw;
        }
    });
    Served served(upstream({.url = "http://" + origin.door().addresses().at(0)}));
    os::Fd fd = served.connect();
    os::write_whole(fd.get(), get);
    read_exactly(fd, 1'000'000);
    fd.reset();
    ended.get_future().wait();
}

BOOST_AUTO_TEST_CASE(who_leaves_before_reading_harms_nobody) {
    Served served([](Request&) { return text(std::string(1 << 20, 'x')); });
    for (int i = 0; i < 200; ++i) {
        os::Fd fd = served.connect();
        os::write_whole(fd.get(), get);
        if (i % 2 == 0) reset(fd);
    }
    BOOST_TEST(ask(served, get).starts_with("HTTP/1.1 200 "));
}

BOOST_AUTO_TEST_CASE(a_tiny_window_gets_every_byte) {
    const std::string body = pattern(2 << 20);
    Served served([&](Request& request, ResponseWriter& w) {
        if (request.url.path == "/whole") return w.write(body);
        for (std::size_t at = 0; at < body.size(); at += 10'007)
            w.write(std::string_view(body).substr(at, 10'007));
    });
    for (const std::string path : {"/whole", "/pieces"}) {
        os::Fd fd = connect_with_receive_buffer(served, 1);
        os::write_whole(fd.get(), "GET " + path + " HTTP/1.0\r\n\r\n");
        const std::string reply = read_all(fd);
        BOOST_TEST((reply.substr(reply.find("\r\n\r\n") + 4) == body), path);
    }
}

BOOST_AUTO_TEST_CASE(who_does_not_read_is_reset_in_time) {
    Served served([](Request&) { return text(std::string(16 << 20, 'x')); },
                  {.write_timeout = milliseconds(700)});
    const os::Fd fd = connect_with_receive_buffer(served, 1);
    os::write_whole(fd.get(), get);
    pollfd end = {fd.get(), POLLRDHUP, 0};
    BOOST_TEST(::poll(&end, 1, 5000) == 1);
}

BOOST_AUTO_TEST_CASE(who_pipelines_for_ever_keeps_nobody_waiting) {
    Served served([](Request&) { return text("|"); }, {.max_threads = 1});
    os::Fd endless = served.connect();
    std::string requests;
    for (int i = 0; i < 500; ++i)
        requests += get;
    std::thread reading([&] {
        std::array<char, 65536> block;
        while (::recv(endless.get(), block.data(), block.size(), 0) > 0) {
        }
    });
    std::thread sending([&] {
        while (::send(endless.get(), requests.data(), requests.size(), MSG_NOSIGNAL) > 0) {
        }
    });
    // On a machine that is busy with other things some are turned away, and come again.
    int answered = 0;
    for (int i = 0; i < 3000 && answered < 20; ++i) {
        if (ask(served, get).ends_with("|"))
            ++answered;
        else
            std::this_thread::sleep_for(milliseconds(10));
    }
    BOOST_TEST(answered == 20);
    ::shutdown(endless.get(), SHUT_RDWR);
    sending.join();
    reading.join();
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(http_faults_of_networks)

BOOST_AUTO_TEST_CASE(bytes_that_drip_are_a_request_and_a_response_all_the_same) {
    Served served([](Request& request) { return text(request.body.text() + "|"); });
    FaultProxy proxy(address_of(served), {.piece = 1}, {.piece = 1});
    BOOST_TEST(through(proxy,
                       "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                       "Content-Length: 5\r\n\r\nhello")
                   .ends_with("hello|"));
}

BOOST_AUTO_TEST_CASE(a_half_closed_connection_gets_its_answer) {
    Served served([](Request& request) { return text(request.body.text() + "|"); });
    const std::string request = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello";
    FaultProxy proxy(address_of(served),
                     {.cut_after = request.size(), .then = Faults::Then::half_close}, {});
    BOOST_TEST(through(proxy, request).ends_with("hello|"));
}

BOOST_AUTO_TEST_CASE(an_upstream_that_dies_half_way_is_a_broken_response) {
    Served origin([](Request&, ResponseWriter& w) {
        w.headers().set("Content-Length", "200000");
        w.write(std::string(200'000, 'x'));
    });
    for (const auto then : {Faults::Then::close, Faults::Then::reset, Faults::Then::half_close}) {
        FaultProxy proxy(address_of(origin), {}, {.cut_after = 100'000, .then = then});
        Served served(upstream({.url = "http://" + proxy.address().text()}));
        const std::string reply = ask(served, get);
        BOOST_TEST((reply.starts_with("HTTP/1.1 502 ") || reply.ends_with("<reset>")));
        BOOST_TEST(reply.size() < 200'000u);
    }
}

BOOST_AUTO_TEST_CASE(an_upstream_that_lies_about_its_length_is_seen_through) {
    Served origin([](Request&) { return text("hello"); });
    FaultProxy more(address_of(origin), {},
                    {.find = "Content-Length: 5", .lie = "Content-Length: 9"});
    Served longer(
        upstream({.url = "http://" + more.address().text(), .timeout = milliseconds(200)}));
    BOOST_TEST(!ask(longer, get).starts_with("HTTP/1.1 200 "));
    FaultProxy less(address_of(origin), {},
                    {.find = "Content-Length: 5", .lie = "Content-Length: 2"});
    Served shorter(upstream({.url = "http://" + less.address().text()}));
    for (int i = 0; i < 3; ++i)
        BOOST_TEST(ask(shorter, get).ends_with("\r\n\r\nhe"));  // and never "llo" of another
}

BOOST_AUTO_TEST_CASE(an_upstream_that_hangs_is_waited_for_no_longer_than_allowed) {
    Served origin([](Request&) { return text("hello"); });
    const Faults faults[] = {{.reads = false},
                             {.cut_after = 10, .then = Faults::Then::hang},
                             {.piece = 1, .pause = milliseconds(50)}};
    for (const Faults& to_client : faults) {
        FaultProxy proxy(address_of(origin), {}, to_client);
        Served served(
            upstream({.url = "http://" + proxy.address().text(), .timeout = milliseconds(200)}));
        BOOST_TEST(ask(served, get).starts_with("HTTP/1.1 504 "));
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(http_faults_while_stopping)

BOOST_AUTO_TEST_CASE(everybody_who_has_connected_is_served) {
    const auto door = http_door({.listen = {"127.0.0.1:0"}});
    const os::Address address = os::Address::parse(door->addresses().at(0));
    std::vector<os::Fd> fds;
    for (int i = 0; i < 300; ++i) {
        fds.push_back(os::connect_to(address, milliseconds(5000)));
        os::write_whole(fds.back().get(), get);
    }
    door->stop();
    door->serve(to_handler([](Request&) { return text("|"); }));
    std::size_t served = 0;
    for (const os::Fd& fd : fds)
        served += read_all(fd).ends_with("|");
    BOOST_TEST(served == fds.size());
}

// What a client does or leaves undone, in time that is far longer than that to drain.
BOOST_AUTO_TEST_CASE(no_client_keeps_the_door_open_past_its_time) {
    constexpr std::chrono::hours never(1000);
    std::binary_semaphore inside{0};
    Served served(
        [&](Request& request, ResponseWriter& w) {
            inside.release();
            if (request.method == "POST") return w.write(request.body.text());
            const std::string much(64 * 1024, 'x');
            for (;;)
                w.write(much);
        },
        {.header_timeout = never,
         .body_timeout = never,
         .write_timeout = never,
         .idle_timeout = never,
         .drain_timeout = milliseconds(50)});
    std::vector<os::Fd> fds;
    for (const std::string_view request :
         {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nx",
          "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nx",
          "GET /endless HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nHo"}) {
        fds.push_back(served.connect());
        os::write_whole(fds.back().get(), request);
    }
    inside.acquire();
    inside.acquire();
    served.stop();
}

BOOST_AUTO_TEST_CASE(a_deferred_task_is_told_that_the_time_is_up) {
    Served served(
        [](Request& request) {
            request.context.wait_until([stop = &request.context.stop] {
                std::binary_semaphore stopped{0};
                const std::stop_callback on_stop(*stop, [&] { stopped.release(); });
                stopped.acquire();
            });
            return text("|");
        },
        {.drain_timeout = milliseconds(10)});
    BOOST_TEST(ask(served, get).ends_with("|"));
    served.stop();  // would never end
}

BOOST_AUTO_TEST_CASE(a_tunnel_to_a_client_that_does_not_read_ends) {
    FakeUpstream origin([](FakePeer& peer) {
        peer.read_until("\r\n\r\n");
        peer.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n");
        peer.write(std::string(8 << 20, 'x'));
    });
    Served served(upstream({.url = origin.url()}), {.drain_timeout = milliseconds(50)});
    const os::Fd fd = connect_with_receive_buffer(served, 1);
    os::write_whole(fd.get(),
                    "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n");
    BOOST_TEST(read_until(fd, "\r\n\r\n").starts_with("HTTP/1.1 101 "));
    ::shutdown(fd.get(), SHUT_WR);  // nothing is awaited of the upstream any more
    served.stop();
}

BOOST_AUTO_TEST_SUITE_END()

// Not where sanitizers are linked in: UBSan opens a pipe to look at an object whose type it has not
// seen before, and takes a process without descriptors for one with a broken object.
#if !defined(TURNGATE_SANITIZED)
BOOST_AUTO_TEST_SUITE(http_faults_of_descriptors)

BOOST_AUTO_TEST_CASE(service_resumes_when_there_are_some_again) {
    os::Subprocess p({TURNGATE_DOOR_PROGRAM, {}, {"PORT=0", "HOST=127.0.0.1"}});
    std::string log(500, '\0');
    log.resize(os::read_some(p.err.get(), log));
    const auto at = log.find("127.0.0.1:");
    BOOST_TEST_REQUIRE(at != std::string::npos, log);
    const os::Address address = os::Address::parse(log.substr(at, log.find('"', at) - at));
    auto limit = [&](rlim_t most) {
        rlimit now{};
        ::prlimit(p.pid(), RLIMIT_NOFILE, nullptr, &now);
        now.rlim_cur = most;
        BOOST_TEST_REQUIRE(::prlimit(p.pid(), RLIMIT_NOFILE, &now, nullptr) == 0);
    };
    for (int i = 0; i < 3; ++i) {
        limit(4);  // nothing fits, not even in the place of the reserve
        const os::Fd fd = os::connect_to(address, milliseconds(5000));
        os::write_whole(fd.get(), "GET /facts HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        pollfd early = {fd.get(), POLLIN, 0};
        BOOST_TEST(::poll(&early, 1, 50) == 0);
        limit(100);
        pollfd answer = {fd.get(), POLLIN, 0};
        BOOST_TEST(::poll(&answer, 1, 5000) == 1);
        BOOST_TEST(read_all(fd).starts_with("HTTP/1.1 200 "));
    }
    p.kill(SIGTERM);
    BOOST_TEST(p.wait()->success());
}

BOOST_AUTO_TEST_SUITE_END()
#endif
