#include <atomic>
#include <cstdio>
#include <poll.h>
#include <semaphore>
#include <string>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "support/served.h"
#include <turngate/http/serve.h>

using namespace turngate;
using namespace turngate::test;
using std::chrono::milliseconds;

namespace {

constexpr std::string_view get = "GET /one HTTP/1.1\r\nHost: a\r\n\r\n";

Response path(Request& request) {
    return text(request.url.path + "|");
}

std::size_t count(std::string_view text, std::string_view part) {
    std::size_t n = 0;
    for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1))
        ++n;
    return n;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(http_connections)

BOOST_AUTO_TEST_CASE(stay_open_for_the_next_request) {
    Served served(path);
    os::Fd fd = served.connect();
    for (int i = 0; i < 3; ++i) {
        os::write_whole(fd.get(), get);
        const std::string reply = read_until(fd, "|");
        BOOST_TEST(reply.starts_with("HTTP/1.1 200 OK\r\n"));
        BOOST_TEST(reply.find("Connection:") == std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(of_http_1_0_stay_open_if_asked) {
    Served served(path);
    os::Fd fd = served.connect();
    os::write_whole(fd.get(), "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    BOOST_TEST(read_until(fd, "|").find("\r\nConnection: keep-alive\r\n") != std::string::npos);
    os::write_whole(fd.get(), "GET / HTTP/1.0\r\n\r\n");
    BOOST_TEST(read_all(fd).find("\r\nConnection: close\r\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(answer_pipelined_requests_in_order) {
    Served served(path);
    std::string requests, expected;
    for (int i = 0; i < 1000; ++i) {
        requests +=
            "POST /" + std::to_string(i) + " HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc";
        expected += "/" + std::to_string(i) + "|";
    }
    const std::string replies = ask(served, requests);
    std::string bodies;
    for (std::size_t at = replies.find("\r\n\r\n"); at != std::string::npos;
         at = replies.find("\r\n\r\n", at + 1))
        bodies += replies.substr(at + 4, replies.find('|', at) - at - 3);
    BOOST_TEST(bodies == expected);
}

BOOST_AUTO_TEST_CASE(go_on_after_a_body_that_nobody_read) {
    Served served(path);
    for (const std::string size : {"100000", "70000"}) {
        os::Fd fd = served.connect();
        os::write_whole(fd.get(),
                        "POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: " + size + "\r\n\r\n");
        BOOST_TEST(read_until(fd, "|").ends_with("/p|"));
        os::write_whole(fd.get(), std::string(std::stoul(size), 'x') + std::string(get));
        BOOST_TEST(read_until(fd, "|").ends_with("/one|"));
    }
    BOOST_TEST(count(ask(served,
                         "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                         "3\r\nabc\r\n0\r\n\r\n" +
                             std::string(get)),
                     "200 OK") == 2);
}

BOOST_AUTO_TEST_CASE(end_before_an_unread_body_is_taken_for_a_request) {
    Served served(path);
    os::Fd fd = served.connect();
    os::write_whole(fd.get(), "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9000000\r\n\r\n" +
                                  std::string(get));
    BOOST_TEST(count(read_all(fd), "200 OK") == 1);
}

BOOST_AUTO_TEST_CASE(that_are_not_told_to_continue_are_closed) {
    Served served(path);
    os::Fd fd = served.connect();
    os::write_whole(
        fd.get(),
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
    const std::string reply = read_all(fd);
    BOOST_TEST(reply.starts_with("HTTP/1.1 200 OK\r\n"));
    BOOST_TEST(reply.find("\r\nConnection: close\r\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(take_no_more_requests_than_they_may) {
    Served served(path, {.max_requests = 2});
    const std::string replies = ask(served, std::string(get) + std::string(get) + std::string(get));
    BOOST_TEST(count(replies, "200 OK") == 2);
    BOOST_TEST(count(replies, "Connection: close") == 1);
}

BOOST_AUTO_TEST_CASE(that_idle_too_long_are_closed) {
    Served served(path, {.idle_timeout = milliseconds(50)});
    os::Fd fd = served.connect();
    os::write_whole(fd.get(), get);
    BOOST_TEST(read_all(fd).ends_with("/one|"));
}

BOOST_AUTO_TEST_CASE(pass_over_one_empty_line_and_answer_options_of_the_server) {
    Served served([](Request& request) { return text(request.method + request.url.path + "|"); });
    BOOST_TEST(ask(served, "\r\nOPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n").ends_with("OPTIONS*|"));
    BOOST_TEST(ask(served, "GET http://b.example/x HTTP/1.1\r\nHost: b.example\r\n\r\n")
                   .ends_with("GET/x|"));
}

BOOST_AUTO_TEST_CASE(ignore_a_host_beside_a_whole_url) {
    Served served([](Request& request) {
        return text(request.url.host + " " + std::string(request.headers.get("Host")) + "|");
    });
    const std::string replies = ask(served,
                                    "GET http://a:81/ HTTP/1.1\r\nHost: evil\r\n\r\n"
                                    "GET HTTP://b HTTP/1.0\r\n\r\n");
    BOOST_TEST(replies.find("a:81 a:81|") != std::string::npos);
    BOOST_TEST(replies.find("b b|") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(come_in_on_every_address) {
    const std::string socket = "/tmp/turngate-test-" + std::to_string(::getpid()) + ".sock";
    Served served(path, {.listen = {"127.0.0.1:0", "[::1]:0", "unix:" + socket}});
    struct stat facts {};
    BOOST_TEST_REQUIRE(::stat(socket.c_str(), &facts) == 0);
    BOOST_TEST((facts.st_mode & 0777) == 0600u);
    for (std::size_t i = 0; i < 3; ++i) {
        os::Fd fd = served.connect(i);
        os::write_whole(fd.get(), get);
        BOOST_TEST(read_until(fd, "|").ends_with("/one|"));
    }
    served.stop();
    BOOST_TEST(::stat(socket.c_str(), &facts) != 0);
}

BOOST_AUTO_TEST_CASE(come_in_on_a_socket_that_was_inherited) {
    os::Fd listener = os::listen_on({"", "127.0.0.1", 0});
    Served served(path, {.inherited = {::dup(listener.get())}});
    BOOST_TEST(served.door().addresses().front() == os::local_address(listener.get()).text());
    BOOST_TEST(ask(served, get).ends_with("/one|"));
    served.stop();
    // Whoever has given it still listens.
    BOOST_TEST(bool(os::connect_to(os::local_address(listener.get()), milliseconds(5000))));
    os::Pipe pipe = os::make_pipe();
    BOOST_CHECK_THROW(http_door({.inherited = {::dup(pipe.read.get())}}), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(that_drip_hold_up_no_thread) {
    Served served(path, {.max_threads = 2});
    std::vector<os::Fd> slow;
    for (int i = 0; i < 50; ++i) {
        slow.push_back(served.connect());
        os::write_whole(
            slow.back().get(),
            i % 2 == 0 ? "GET / HT" : "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nab");
    }
    BOOST_TEST(ask(served, get).ends_with("/one|"));
}

BOOST_AUTO_TEST_CASE(that_do_not_read_hold_up_no_thread) {
    Served served(
        [](Request& request) {
            if (request.url.path == "/one") return text("one|");
            return text(std::string(1 << 20, 'x') + "|");
        },
        {.max_threads = 2});
    std::vector<os::Fd> slow;
    for (int i = 0; i < 10; ++i) {
        slow.push_back(served.connect());
        os::write_whole(slow.back().get(), "GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
        BOOST_TEST(read_until(slow.back(), "\n") == "HTTP/1.1 200 OK\r\n");
    }
    BOOST_TEST(ask(served, get).ends_with("one|"));
    for (os::Fd& fd : slow) {
        os::write_whole(fd.get(), get);  // the rest comes, and the connection goes on
        read_until(fd, "\r\n\r\n");
        std::string body((1 << 20) + 1, '\0');
        BOOST_TEST(os::read_whole(fd.get(), body) == body.size());
        BOOST_TEST((body == std::string(1 << 20, 'x') + "|"));
        BOOST_TEST(read_until(fd, "|").ends_with("one|"));
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(http_responses)

BOOST_AUTO_TEST_CASE(carry_interim_heads_and_trailers) {
    Served served([](Request&, ResponseWriter& w) {
        w.interim(103, {{"Link", "</a.css>; rel=preload"}});
        w.write("body");
        w.flush();
        w.trailers({{"Digest", "x"}});
    });
    const std::string reply = ask(served, get);
    BOOST_TEST(
        reply.starts_with("HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n"
                          "HTTP/1.1 200 OK\r\n"));
    BOOST_TEST(reply.ends_with("4\r\nbody\r\n0\r\nDigest: x\r\n\r\n"));
    BOOST_TEST(ask(served, "GET / HTTP/1.0\r\n\r\n").starts_with("HTTP/1.1 200 OK\r\n"));
}

BOOST_AUTO_TEST_CASE(show_a_handler_the_trailers_of_its_request) {
    Served served([](Request& request) {
        request.body.text();
        return text(std::string(request.body.trailers().get("Digest")) +
                    (request.headers.contains("Digest") ? " leaked" : "") + "|");
    });
    BOOST_TEST(ask(served,
                   "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                   "3\r\nabc\r\n0\r\nDigest: y\r\n\r\n")
                   .ends_with("\r\ny|"));
}

BOOST_AUTO_TEST_CASE(send_files) {
    std::FILE* file = std::tmpfile();
    const std::string content = "head" + std::string(3 << 20, 'f') + "tail";
    std::fwrite(content.data(), 1, content.size(), file);
    std::fflush(file);
    const int fd = ::fileno(file);
    Served served([&](Request& request, ResponseWriter& w) {
        if (request.url.path == "/one") w.header("Content-Length", std::to_string(3 << 20));
        w.write("");
        w.write_file(fd, 4, 3 << 20);
    });
    BOOST_TEST(ask(served, get).ends_with("\r\n\r\n" + std::string(3 << 20, 'f')));
    BOOST_TEST(ask(served, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                   .ends_with("\r\n\r\n300000\r\n" + std::string(3 << 20, 'f') + "\r\n0\r\n\r\n"));
    std::fclose(file);
}

BOOST_AUTO_TEST_CASE(of_a_file_that_shrinks_break_off) {
    std::FILE* file = std::tmpfile();
    std::fputs("short", file);
    std::fflush(file);
    Served served([&](Request&, ResponseWriter& w) {
        w.header("Content-Length", "100");
        w.write_file(::fileno(file), 0, 100);
    });
    BOOST_TEST(ask(served, get).ends_with("<reset>"));
    std::fclose(file);
}

BOOST_AUTO_TEST_CASE(may_switch_the_protocol) {
    Served served([](Request& request, ResponseWriter& w) {
        if (request.headers.get("Connection") != "Upgrade") throw HttpError(400, "no upgrade");
        RawConnection& raw = w.switch_protocols({{"Upgrade", "echo"}});
        std::string block(100, '\0');
        for (;;) {
            const auto n = raw.read(block);
            if (!n) {
                pollfd event = {raw.fd(), POLLIN, 0};
                ::poll(&event, 1, -1);
            } else if (*n == 0) {
                return;
            } else {
                raw.write(std::string_view(block).substr(0, *n));
            }
        }
    });
    os::Fd fd = served.connect();
    os::write_whole(
        fd.get(), "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nearly");
    BOOST_TEST(read_until(fd, "early") ==
               "HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: upgrade\r\n\r\n"
               "early");
    os::write_whole(fd.get(), "late");
    BOOST_TEST(read_until(fd, "late") == "late");
    ::shutdown(fd.get(), SHUT_WR);
    BOOST_TEST(read_all(fd) == "");
}

BOOST_AUTO_TEST_CASE(that_have_switched_are_read_to_the_end_after_what_we_have_said_last) {
    std::binary_semaphore is_closed{0}, is_read{0};
    std::string last(100, '\0');
    bool is_stopped = false;
    Served served([&](Request& request, ResponseWriter& w) {
        if (request.url.path == "/one") return;
        RawConnection& raw = w.switch_protocols({{"Upgrade", "echo"}});
        raw.end_output();
        is_closed.acquire();
        is_stopped = request.context.stop.stop_requested();
        last.resize(raw.read(last).value_or(0));
        is_read.release();
    });
    os::Fd fd = served.connect();
    os::write_whole(fd.get(),
                    "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
    BOOST_TEST(read_all(fd).starts_with("HTTP/1.1 101 "));
    os::write_whole(fd.get(), "last");
    fd.reset();
    for (int i = 0; i < 10; ++i)  // what happened before has been dealt with
        BOOST_TEST(ask(served, get).starts_with("HTTP/1.1 200 "));
    is_closed.release();
    is_read.acquire();
    BOOST_TEST(!is_stopped);
    BOOST_TEST(last == "last");
}

BOOST_AUTO_TEST_CASE(to_a_request_that_asked_for_no_other_protocol_cannot_switch) {
    Served served([](Request&, ResponseWriter& w) { w.switch_protocols({{"Upgrade", "echo"}}); });
    BOOST_TEST(ask(served, get).starts_with("HTTP/1.1 501 "));
}

BOOST_AUTO_TEST_CASE(are_awaited_no_more_when_the_client_has_gone) {
    std::binary_semaphore inside{0}, stopped{0};
    Served served([&](Request& request) {
        inside.release();
        std::stop_callback on_stop(request.context.stop, [&] { stopped.release(); });
        stopped.acquire();
        return text("nobody reads this");
    });
    os::Fd fd = served.connect();
    os::write_whole(fd.get(), get);
    inside.acquire();
    const linger now = {1, 0};
    ::setsockopt(fd.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
    fd.reset();  // the handler would wait for ever if it were not told
}

BOOST_AUTO_TEST_CASE(come_while_deferred_tasks_still_run) {
    std::binary_semaphore go_on{0};
    std::atomic<int> done = 0;
    Served served([&](Request& request) {
        if (request.url.path == "/one")
            request.context.wait_until([&] {
                go_on.acquire();
                ++done;
            });
        return text(request.url.path + "|");
    });
    os::Fd fd = served.connect();
    os::write_whole(fd.get(), get);
    BOOST_TEST(read_until(fd, "|").ends_with("/one|"));
    os::write_whole(fd.get(), "GET /two HTTP/1.1\r\nHost: a\r\n\r\n");
    BOOST_TEST(read_until(fd, "|").ends_with("/two|"));
    BOOST_TEST(done == 0);
    go_on.release();
    served.stop();
    BOOST_TEST(done == 1);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(http_threads)

BOOST_AUTO_TEST_CASE(are_as_many_as_the_handlers_hold_up) {
    constexpr int many = 40;
    std::counting_semaphore<many> inside{0}, go_on{0};
    Served served([&](Request&) {
        inside.release();
        go_on.acquire();
        return text("|");
    });
    std::vector<os::Fd> fds;
    for (int i = 0; i < many; ++i) {
        fds.push_back(served.connect());
        os::write_whole(fds.back().get(), get);
    }
    for (int i = 0; i < many; ++i)
        inside.acquire();  // all of them at the same time
    go_on.release(many);
    for (os::Fd& fd : fds)
        BOOST_TEST(read_until(fd, "|").ends_with("|"));
}

BOOST_AUTO_TEST_CASE(that_are_all_held_up_turn_requests_away_but_those_of_operations) {
    std::counting_semaphore<2> inside{0}, go_on{0};
    Served served(
        [&](Request&) {
            inside.release();
            go_on.acquire();
            return text("|");
        },
        {.max_threads = 2, .operations = to_handler([](Request&) { return text("alive|"); })});
    std::vector<os::Fd> fds;
    for (int i = 0; i < 2; ++i) {
        fds.push_back(served.connect());
        os::write_whole(fds.back().get(), get);
        inside.acquire();
    }
    const std::string busy = ask(served, get);
    BOOST_TEST(busy.starts_with("HTTP/1.1 503 "));
    BOOST_TEST(busy.find("\r\nRetry-After: 1\r\n") != std::string::npos);
    BOOST_TEST(
        ask(served, "GET /_turngate/health HTTP/1.1\r\nHost: a\r\n\r\n").ends_with("alive|"));
    go_on.release(2);
    for (os::Fd& fd : fds)
        BOOST_TEST(read_until(fd, "|").ends_with("|"));
    BOOST_TEST(
        ask(served, "GET /_turngate/health HTTP/1.1\r\nHost: a\r\n\r\n").ends_with("alive|"));
}

BOOST_AUTO_TEST_CASE(go_on_with_the_handler_that_takes_the_place_of_another) {
    Served served([](Request&) { return text("old|"); });
    os::Fd fd = served.connect();
    os::write_whole(fd.get(), get);
    BOOST_TEST(read_until(fd, "|").ends_with("old|"));
    served.door().replace(to_handler([](Request&) { return text("new|"); }));
    os::write_whole(fd.get(), get);
    BOOST_TEST(read_until(fd, "|").ends_with("new|"));
}

// A part of HTTP/2's preface, or of "POST", is the beginning of a head as any other.
BOOST_AUTO_TEST_CASE(that_begin_with_a_part_of_a_preface_are_told_that_they_are_late) {
    Served served(path, {.header_timeout = milliseconds(50)});
    for (const char* part : {"P", "PRI * HTTP/2"}) {
        os::Fd fd = served.connect();
        os::write_whole(fd.get(), part);
        BOOST_TEST(read_all(fd).starts_with("HTTP/1.1 408 "));
    }
}

// What it has left behind may be its code, as of a plug-in.
BOOST_AUTO_TEST_CASE(a_handler_that_was_replaced_lives_as_long_as_its_tasks) {
    std::binary_semaphore begun{0}, go_on{0}, ended{0};
    auto alive = std::make_shared<int>(7);
    const std::weak_ptr<int> handler_is_there = alive;
    Served served(path);
    os::Fd fd = served.connect();
    os::write_whole(fd.get(), get);
    BOOST_TEST(read_until(fd, "|").ends_with("/one|"));
    served.door().replace(to_handler([&, alive](Request& request) {
        request.context.wait_until([&] {
            begun.release();
            go_on.acquire();
            BOOST_TEST(!handler_is_there.expired());
            ended.release();
        });
        return text("old|");
    }));
    alive.reset();
    os::write_whole(fd.get(), get);
    BOOST_TEST(read_until(fd, "|").ends_with("old|"));
    begun.acquire();
    served.door().replace(to_handler([](Request&) { return text("new|"); }));
    BOOST_TEST(!handler_is_there.expired());
    go_on.release();
    ended.acquire();
    while (!handler_is_there.expired())
        std::this_thread::yield();
}

BOOST_AUTO_TEST_CASE(that_stop_answer_what_has_come_and_say_that_it_is_the_last) {
    std::binary_semaphore inside{0}, go_on{0};
    Served served([&](Request& request) {
        if (request.url.path == "/first") {
            inside.release();
            go_on.acquire();
        }
        return text(request.url.path + "|");
    });
    os::Fd idle = served.connect();
    os::write_whole(idle.get(), get);
    BOOST_TEST(read_until(idle, "|").ends_with("/one|"));
    os::Fd fd = served.connect();
    os::write_whole(fd.get(), "GET /first HTTP/1.1\r\nHost: a\r\n\r\n" + std::string(get));
    inside.acquire();
    served.door().stop();
    // One that idles has a chance to send what is on its way.
    os::write_whole(idle.get(), get);
    go_on.release();
    const std::string replies = read_all(fd);
    BOOST_TEST(count(replies, "200 OK") == 2);
    BOOST_TEST(count(replies, "Connection: close") == 1);
    BOOST_TEST(read_all(idle).find("Connection: close") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
