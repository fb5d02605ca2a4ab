// Clients of HTTP/2 that are slow, in sending or in reading.
#include <atomic>
#include <list>
#include <poll.h>
#include <semaphore>
#include <string>
#include <thread>

#include <boost/test/unit_test.hpp>

#include "support/http2_client.h"
#include "support/served.h"
#include "support/slow_bodies.h"
#include "support/temporary_directory.h"
#include <turngate/http/serve.h>

using namespace turngate;
using namespace turngate::test::http2;
using std::chrono::milliseconds;
using turngate::test::Served;

namespace {

const auto plain = request("GET", "/");

Response hello_world(Request&) {
    return text("hello");
}

// Sends a PING ten times a second, for three seconds or until it is told to end or nobody listens.
class Pinging {
  public:
    explicit Pinging(Client& client)
        : thread_([this, &client] {
              for (; sent_ < most; ++sent_)
                  if (!client.try_to_send(frame(ping, 0, 0, "12345678")) ||
                      end_.try_acquire_for(milliseconds(100)))
                      return;
          }) {}
    Pinging(const Pinging&) = delete;
    Pinging& operator=(const Pinging&) = delete;
    ~Pinging() { thread_.join(); }

    // False if it has ended by itself, for nothing has come of it.
    bool end() {
        end_.release();
        return sent_ < most;
    }
    bool ends_early() {
        thread_.join();
        thread_ = std::thread([] {});
        return sent_ < most;
    }

  private:
    static constexpr int most = 30;
    std::atomic<int> sent_{0};
    std::binary_semaphore end_{0};
    std::thread thread_;
};

std::string many(int count, const std::string& frame) {
    std::string all;
    for (int i = 0; i < count; ++i)
        all += frame;
    return all;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(http2_slow)

BOOST_AUTO_TEST_CASE(a_client_that_takes_nothing_is_given_up) {
    std::counting_semaphore<> given_up{0};
    Served served(
        [&](Request& request, ResponseWriter& response) {
            try {
                response.write(std::string(request.url.path == "/long" ? 1'000'000 : 100, 'x'));
            } catch (const Cancelled&) {
                given_up.release();
                throw;
            }
        },
        {.write_timeout = milliseconds(50)});
    // The window of every stream is empty from the beginning.
    const std::string no_window = std::string("\0\x04\0\0\0\0", 6);
    Client client(served.connect(), std::string(preface) + frame(settings, 0, 0, no_window));
    client.send(ask(1, request("GET", "/long")) + ask(3, request("GET", "/short")));
    given_up.acquire();
    BOOST_TEST(client.answer(1).reset.value_or(0) == 8);
    BOOST_TEST(client.answer(3).reset.value_or(0) == 8);  // its handler is long done
}

BOOST_AUTO_TEST_CASE(a_client_that_sends_but_takes_nothing_is_given_up) {
    Served served(hello_world, {.write_timeout = milliseconds(50)});
    const std::string no_window = std::string("\0\x04\0\0\0\0", 6);
    Client client(served.connect(), std::string(preface) + frame(settings, 0, 0, no_window));
    client.send(frame(headers, end_headers, 1, block(request("POST", "/"))));
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!client.answers[1].reset && std::chrono::steady_clock::now() < end) {
        client.try_to_send(frame(data, 0, 1, "x"));
        pollfd event = {client.fd(), POLLIN, 0};
        if (::poll(&event, 1, 10) > 0 && !client.read()) break;
    }
    BOOST_TEST(client.answers[1].reset.value_or(0) == 8);
}

BOOST_AUTO_TEST_CASE(clients_that_take_nothing_fill_the_memory_so_far_and_hold_up_no_other) {
    std::counting_semaphore<> written{0};
    Served served([&](Request& request, ResponseWriter& response) {
        response.write(std::string(120'000, 'x'));
        if (request.url.path == "/kept") written.release();
    });
    const std::string no_window = std::string("\0\x04\0\0\0\0", 6);
    std::list<Client> silent;
    for (int i = 0; i < 3; ++i) {  // 36 MB: more than all connections may leave to the epoll
        silent.emplace_back(served.connect(),
                            std::string(preface) + frame(settings, 0, 0, no_window));
        for (std::uint32_t stream = 1; stream < 200; stream += 2)
            silent.back().send(ask(stream, request("GET", "/kept")));
    }
    for (int i = 0; i < 270; ++i)
        written.acquire();
    Client client(served.connect());
    client.send(ask(1, plain));
    BOOST_TEST(client.answer(1).is_complete);
    BOOST_TEST(client.answer(1).body.size() == 120'000u);
}

BOOST_AUTO_TEST_CASE(what_does_not_come_in_time) {
    Served served([](Request& request) { return text(request.body.text()); },
                  {.header_timeout = milliseconds(50),
                   .body_timeout = milliseconds(50),
                   .idle_timeout = milliseconds(50)});
    {
        Client silent(served.connect(), preface);
        silent.read_to_end();
        BOOST_TEST(!silent.has_timed_out);
        Client idle(served.connect());
        BOOST_TEST(idle.error_of_goaway().value_or(9) == 0);
        idle.read_to_end();
        BOOST_TEST(!idle.has_timed_out);
    }
    {
        Client client(served.connect());
        client.send(ask(1, plain));
        client.answer(1);
        client.send(frame(headers, end_stream, 3, block(plain)));
        BOOST_TEST(client.error_of_goaway().value_or(0) == enhance_your_calm);
    }
    for (const Fields& more : {Fields{}, Fields{{"content-length", "10"}}}) {
        Client client(served.connect());
        client.send(frame(headers, end_headers, 1, block(request("POST", "/", more))) +
                    frame(data, 0, 1, "some"));
        BOOST_TEST(client.answer(1).status() == "408");
    }
}

BOOST_AUTO_TEST_CASE(a_client_that_does_not_send_does_not_hold_up_its_answer) {
    Served served([](Request& request) {
        return text("late", test::ends_when_unwanted(request.body) ? 504 : 200);
    });
    Client client(served.connect());
    client.send(frame(headers, end_headers, 1, block(request("POST", "/"))));
    BOOST_TEST(client.answer(1).status() == "504");
}

BOOST_AUTO_TEST_CASE(who_keeps_sending_something_has_no_more_time) {
    Served served([](Request& request) { return text(request.body.text()); },
                  {.body_timeout = milliseconds(50), .idle_timeout = milliseconds(50)});
    {
        Client client(served.connect());
        client.send(frame(headers, end_headers, 1,
                          block(request("POST", "/", {{"content-length", "10"}}))) +
                    frame(data, 0, 1, "some"));
        Pinging pinging(client);
        BOOST_TEST(client.answer(1).status() == "408");
        BOOST_TEST(pinging.end());
    }
    Client idle(served.connect());
    Pinging pinging(idle);
    BOOST_TEST(idle.error_of_goaway().value_or(9) == 0);
    BOOST_TEST(pinging.end());
}

BOOST_AUTO_TEST_CASE(who_reads_nothing_but_keeps_sending_is_given_up) {
    const test::TemporaryDirectory directory;
    Served served([](Request&) { return text(std::string(8 << 20, 'x')); },
                  {.listen = {"unix:" + directory / "socket"}, .write_timeout = milliseconds(300)});
    const std::string large_window = std::string("\0\x04\x7f\xff\xff\xff", 6);
    Client client(served.connect(), std::string(preface) + frame(settings, 0, 0, large_window) +
                                        frame(window_update, 0, 0, number(0x7000'0000)));
    client.send(ask(1, plain));
    Pinging pinging(client);
    BOOST_TEST(pinging.ends_early());
}

BOOST_AUTO_TEST_CASE(a_head_that_drips_in_is_given_up) {
    Served served(hello_world, {.header_timeout = milliseconds(50)});
    Client client(served.connect());
    client.send(frame(headers, end_stream, 1, block(plain)) +
                frame(continuation, 0, 1, block({{"a", std::string(10'000, 'a')}})).substr(0, 100));
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (client.goaways.empty() && std::chrono::steady_clock::now() < end) {
        client.try_to_send("a");
        pollfd event = {client.fd(), POLLIN, 0};
        if (::poll(&event, 1, 10) > 0 && !client.read()) break;
    }
    BOOST_REQUIRE(!client.goaways.empty());
    BOOST_TEST(client.goaways.back().second == enhance_your_calm);
}

BOOST_AUTO_TEST_CASE(padding_alone_is_not_taken_for_ever) {
    constexpr std::uint8_t padded = 8;
    Served served([](Request& request) { return text(request.body.text()); },
                  {.body_timeout = milliseconds(50)});
    Client client(served.connect());
    client.send(frame(headers, end_headers, 1, block(request("POST", "/"))));
    const std::string nothing = frame(data, padded, 1, std::string(1, '\0'));
    for (int i = 0; i < 20 && client.try_to_send(many(1000, nothing)); ++i) {
    }
    BOOST_TEST((client.answer(1).status() == "408" || !client.goaways.empty()));
}

BOOST_AUTO_TEST_SUITE_END()
