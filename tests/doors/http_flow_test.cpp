// What goes both ways on one connection, slowly, and who leaves meanwhile.
#include <atomic>
#include <csignal>
#include <cstdio>
#include <netinet/in.h>
#include <poll.h>
#include <semaphore>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "support/served.h"
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

BOOST_AUTO_TEST_SUITE_END()
