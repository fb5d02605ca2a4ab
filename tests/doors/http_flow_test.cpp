// What goes both ways on one connection, slowly, and who leaves meanwhile.
#include <atomic>
#include <csignal>
#include <cstdio>
#include <poll.h>
#include <semaphore>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "support/served.h"
#include "support/slow_bodies.h"
#include "support/tcp_client.h"
#include "support/temporary_directory.h"
#include <turngate/http/serve.h>

using namespace turngate;
using namespace turngate::test;
using std::chrono::milliseconds;

namespace {

constexpr std::string_view get = "GET /one HTTP/1.1\r\nHost: a\r\n\r\n";

// Sends a body that is too long to be collected: first a part of it, the rest when the handler
// waits for it.
void upload(const os::Fd& fd, std::binary_semaphore& waits, std::string_view method = "POST") {
    os::write_whole(fd.get(), std::string(method) +
                                  " /up HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n" +
                                  std::string(50'000, 'u'));
    waits.acquire();
    os::write_whole(fd.get(), std::string(50'000, 'u'));
}

// Counts SIGPIPE, which would end a program that has not asked for anything else.
std::atomic<int> pipe_signals = 0;
class PipeSignalsCounted {
  public:
    PipeSignalsCounted() {
        struct sigaction count {};
        count.sa_handler = [](int) { ++pipe_signals; };
        ::sigaction(SIGPIPE, &count, &before_);
        sigset_t sigpipe;
        ::sigemptyset(&sigpipe);
        ::sigaddset(&sigpipe, SIGPIPE);
        ::pthread_sigmask(SIG_UNBLOCK, &sigpipe, &mask_);  // who started us may have blocked it
    }
    PipeSignalsCounted(const PipeSignalsCounted&) = delete;
    PipeSignalsCounted& operator=(const PipeSignalsCounted&) = delete;
    ~PipeSignalsCounted() {
        ::pthread_sigmask(SIG_SETMASK, &mask_, nullptr);
        ::sigaction(SIGPIPE, &before_, nullptr);
    }

  private:
    struct sigaction before_ {};
    sigset_t mask_{};
};

// One that has little room for what comes, and for what goes.
os::Fd connect_with_small_buffers(const Served& served) {
    os::Fd fd = connect_with_receive_buffer(served, 2048);
    const int little = 4096;
    ::setsockopt(fd.get(), SOL_SOCKET, SO_SNDBUF, &little, sizeof little);
    return fd;
}

// A Unix socket holds no more than 200 kB that nobody has read.
HttpOptions on(const TemporaryDirectory& directory) {
    return {.listen = {"unix:" + directory.path() + "/socket"}};
}

// Reads to the end of what has come, and says that it waits before it does so again.
std::size_t read_body(Request& request, std::binary_semaphore& waits) {
    std::string block(50'000, '\0');
    std::size_t size = 0;
    while (size < 50'000)
        size += request.body.read(block);
    waits.release();
    while (const std::size_t n = request.body.read(block))
        size += n;
    return size;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(http_flow)

BOOST_AUTO_TEST_CASE(clients_that_do_not_read_leave_threads_to_others) {
    constexpr int slow = 6;
    static const std::string more_than_may_be_left(33 << 20, 'x');
    std::counting_semaphore<> begun{0};
    HttpOptions options;
    options.max_threads = 2;
    Served served(
        [&](Request& request, ResponseWriter& w) {
            if (request.url.path != "/large") return w.write("|");
            begun.release();
            w.write(more_than_may_be_left);
        },
        options);
    std::vector<os::Fd> clients;
    for (int i = 0; i < slow; ++i) {
        clients.push_back(served.connect());
        os::write_whole(clients.back().get(), "GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
        BOOST_TEST(begun.try_acquire_for(std::chrono::seconds(10)));
    }
    for (int i = 0; i < 20; ++i)
        BOOST_TEST(ask(served, get).ends_with("|"));
}

BOOST_AUTO_TEST_CASE(a_response_that_does_not_fit_comes_whole_after_a_body_that_came_late) {
    const TemporaryDirectory directory;
    std::binary_semaphore waits{0}, answered{0};
    Served served(
        [&](Request& request, ResponseWriter& w) {
            if (request.method == "GET") return w.write("|");
            read_body(request, waits);
            w.header("Content-Length", std::to_string(1 << 20));
            w.write(std::string(1 << 20, 'x'));
            answered.release();
        },
        on(directory));
    const os::Fd fd = served.connect();
    upload(fd, waits);
    answered.acquire();
    BOOST_TEST(ask(served, get).ends_with("|"));
    read_until(fd, "\r\n\r\n");
    std::string body(1 << 20, '\0');
    const timeval patience{5, 0};
    ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    BOOST_TEST_REQUIRE(os::read_whole(fd.get(), body) == body.size());
    os::write_whole(fd.get(), get);
    BOOST_TEST(read_until(fd, "|").ends_with("|"));
}

BOOST_AUTO_TEST_CASE(a_handler_is_told_who_leaves_after_a_body_that_came_late) {
    std::binary_semaphore waits{0}, stopped{0};
    std::atomic<bool> is_told = false;
    Served served([&](Request& request, ResponseWriter& w) {
        read_body(request, waits);
        w.write("begun");
        w.flush();
        const std::stop_callback on_stop(request.context.stop, [&] { stopped.release(); });
        is_told = stopped.try_acquire_for(std::chrono::seconds(5));
    });
    os::Fd fd = served.connect();
    upload(fd, waits);
    read_until(fd, "begun\r\n");
    pollfd more = {fd.get(), POLLIN, 0};
    BOOST_TEST(::poll(&more, 1, 200) == 0);  // who ends at once would still want the answer
    fd.reset();
    served.stop();
    BOOST_TEST(is_told);
}

// Whether who has ended its side has left or only has no more to say cannot be seen.
BOOST_AUTO_TEST_CASE(a_handler_is_told_who_has_left_before_its_answer) {
    for (const bool is_late : {false, true}) {
        std::binary_semaphore inside{0}, stopped{0}, may_end{0};
        Served served([&](Request& request, ResponseWriter&) {
            inside.release();
            const std::stop_callback on_stop(request.context.stop, [&] { stopped.release(); });
            may_end.acquire();
        });
        os::Fd fd = served.connect();
        os::write_whole(fd.get(), get);
        if (is_late) inside.acquire();  // else the end comes with the request
        fd.reset();
        BOOST_TEST(stopped.try_acquire_for(std::chrono::seconds(20)));  // no door stops yet
        may_end.release();
    }
}
BOOST_AUTO_TEST_CASE(a_client_that_does_not_send_does_not_hold_up_its_answer) {
    Served served([](Request& request, ResponseWriter& w) {
        if (request.method == "GET") return w.write("next");
        w.status(ends_when_unwanted(request.body) ? 504 : 200).write("late");
    });
    const os::Fd fd = served.connect();
    os::write_whole(fd.get(), "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nabc");
    BOOST_TEST(read_until(fd, "late").starts_with("HTTP/1.1 504 "));
    os::write_whole(fd.get(), std::string(99'997, 'u') + std::string(get));  // which goes on
    BOOST_TEST(read_until(fd, "next").starts_with("HTTP/1.1 200 "));
}
BOOST_AUTO_TEST_CASE(who_leaves_a_download_while_no_thread_is_free_raises_no_signal) {
    const PipeSignalsCounted counted;
    const TemporaryDirectory directory;
    std::FILE* file = std::fopen(directory.write("file", std::string(1 << 20, 'f')).c_str(), "r");
    std::binary_semaphore inside{0}, go_on{0};
    HttpOptions options = on(directory);
    options.max_threads = 1;
    Served served(
        [&](Request& request, ResponseWriter& w) {
            if (request.url.path == "/one") {
                w.write("|");
            } else if (request.url.path == "/held") {
                inside.release();
                go_on.acquire();
            } else {
                w.header("Content-Length", std::to_string(1 << 20));
                w.write_file(::fileno(file), 0, 1 << 20);
            }
        },
        options);
    os::Fd download = served.connect();
    os::write_whole(download.get(), "GET /file HTTP/1.1\r\nHost: a\r\n\r\n");
    read_until(download, "\r\n\r\n");
    const os::Fd held = served.connect();
    os::write_whole(held.get(), "GET /held HTTP/1.1\r\nHost: a\r\n\r\n");
    inside.acquire();
    download.reset();
    BOOST_TEST(ask(served, get).starts_with("HTTP/1.1 503 "));  // which comes behind
    go_on.release();
    served.stop();
    BOOST_TEST(pipe_signals == 0);
    std::fclose(file);
}

BOOST_AUTO_TEST_CASE(a_flush_sends_the_end_of_a_response_too) {
    const TemporaryDirectory directory;
    std::binary_semaphore arrived{0};
    std::atomic<bool> has_arrived = false;
    Served served(
        [&](Request&, ResponseWriter& w) {
            w.header("Content-Length", std::to_string(1 << 20));
            w.write(std::string(1 << 20, 'x'));
            w.flush();
            has_arrived = arrived.try_acquire_for(std::chrono::seconds(5));
        },
        on(directory));
    const os::Fd fd = served.connect();
    os::write_whole(fd.get(), get);
    read_until(fd, "\r\n\r\n");
    std::string body(1 << 20, '\0');
    BOOST_TEST(os::read_whole(fd.get(), body) == body.size());
    arrived.release();
    served.stop();
    BOOST_TEST(has_arrived);
}

BOOST_AUTO_TEST_CASE(ten_megabytes_go_both_ways_through_small_buffers) {
    const std::string much = pattern(10 << 20);
    Served served([](Request& request, ResponseWriter& w) {
        std::string block(30'000, '\0');
        w.flush();
        while (const std::size_t n = request.body.read(block))
            w.write(std::string_view(block).substr(0, n));
    });
    const os::Fd fd = connect_with_small_buffers(served);
    std::thread sending([&] {
        os::write_whole(fd.get(),
                        "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: " +
                            std::to_string(much.size()) + "\r\n\r\n" + much);
    });
    const std::string head = read_until(fd, "\r\n\r\n");
    BOOST_TEST(head.starts_with("HTTP/1.1 200 OK\r\n"));
    std::string body;
    for (;;) {
        const std::size_t size = std::strtoul(read_until(fd, "\r\n").c_str(), nullptr, 16);
        std::string chunk(size + 2, '\0');
        os::read_whole(fd.get(), chunk);
        if (size == 0) break;
        body.append(chunk, 0, size);
    }
    sending.join();
    BOOST_TEST((body == much));
}

BOOST_AUTO_TEST_CASE(ten_megabytes_that_do_not_fit_come_whole) {
    const std::string much = pattern(10 << 20);
    Served served([&](Request& request) { return text(request.url.path == "/one" ? "|" : much); });
    const os::Fd fd = connect_with_small_buffers(served);
    os::write_whole(fd.get(), "GET / HTTP/1.1\r\nHost: a\r\n\r\n" + std::string(get));
    read_until(fd, "\r\n\r\n");
    std::string body(much.size(), '\0');
    std::size_t size = 0;
    while (size < body.size()) {  // in small pieces
        const std::size_t n = os::read_some(
            fd.get(),
            std::span(body).subspan(size).first(std::min<std::size_t>(1500, body.size() - size)));
        if (n == 0) break;
        size += n;
    }
    BOOST_TEST((body == much));
    BOOST_TEST(read_until(fd, "|").ends_with("\r\n\r\n|"));
}

BOOST_AUTO_TEST_CASE(a_flood_of_connections_that_are_reset_harms_nobody) {
    std::atomic<int> connections = 0;
    struct Counting final : DoorObserver {
        explicit Counting(std::atomic<int>& count) : count_(count) {}
        void connected() noexcept override { ++count_; }
        void disconnected() noexcept override { --count_; }
        std::atomic<int>& count_;
    } observer(connections);
    {
        Served served(
            [](Request& request, ResponseWriter& w) {
                request.body.text();
                w.write(std::string(300'000, 'x') + "|");
            },
            {.observer = &observer});
        const std::string_view parts[] = {
            "",
            "GET",
            "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 90000\r\n\r\nabc",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab"};
        std::vector<std::thread> clients;
        for (int client = 0; client < 4; ++client)
            clients.emplace_back([&] {
                for (int i = 0; i < 150; ++i) {
                    os::Fd fd = served.connect();
                    try {
                        os::write_whole(fd.get(), parts[i % 6]);
                    } catch (const std::system_error&) {  // the server was quicker
                    }
                    if (i % 4 == 3) ::shutdown(fd.get(), SHUT_WR);
                    reset(fd);
                }
            });
        for (std::thread& client : clients)
            client.join();
        BOOST_TEST(ask(served, get).ends_with("|\r\n0\r\n\r\n"));
    }
    BOOST_TEST(connections == 0);
}

BOOST_AUTO_TEST_CASE(who_leaves_in_the_middle_ends_its_handler) {
    std::counting_semaphore<> ended{0};
    Served served([&](Request& request, ResponseWriter& w) {
        try {
            if (request.method == "POST") request.body.text();
            for (;;)
                w.write(std::string(10'000, 'x'));
        } catch (const std::exception&) {
            ended.release();
            throw;
        }
    });
    for (const bool is_upload : {true, false})
        for (const bool is_reset : {true, false}) {
            os::Fd fd = connect_with_small_buffers(served);
            if (is_upload) {
                os::write_whole(fd.get(),
                                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9000000\r\n\r\n" +
                                    std::string(1'000'000, 'u'));
            } else {
                os::write_whole(fd.get(), get);
                std::string some(50'000, '\0');
                os::read_whole(fd.get(), some);
            }
            if (is_reset) reset(fd);
            fd.reset();
            BOOST_TEST(ended.try_acquire_for(std::chrono::seconds(10)));
        }
}

BOOST_AUTO_TEST_SUITE_END()
