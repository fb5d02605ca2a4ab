// How requests of a FastCGI connection end otherwise than well: replies break off, web servers
// leave, uploads are of no use, and the door is full or stops.
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <poll.h>
#include <semaphore>
#include <string>
#include <sys/socket.h>
#include <thread>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "support/fcgi_client.h"
#include "support/recording_reporter.h"
#include "support/tcp_client.h"
#include "support/temporary_directory.h"

using namespace turngate;
using namespace turngate::test;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr int complete = 0, overloaded = 2;

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

// A handler that shows when it has begun, and may end: for the path "/long". Others say hello.
struct Long {
    std::counting_semaphore<> begun{0}, may_end{0};

    auto handler() {
        return [this](Request& request, ResponseWriter& w) {
            if (request.url.path == "/long") {
                begun.release();
                may_end.acquire();
            }
            hello(request, w);
        };
    }
};

// One that waits for its client to leave.
struct Deserted {
    std::binary_semaphore begun{0}, stopped{0};

    auto handler() {
        return [this](Request& request, ResponseWriter& w) {
            if (request.url.path != "/long") return hello(request, w);
            begun.release();
            if (wait_for_stop(request.context)) stopped.release();
        };
    }
    bool is_told() { return stopped.try_acquire_for(seconds(10)); }
};

FcgiRequest long_request(int id = 1) {
    return {.id = id, .keeps = true, .uri = "/long"};
}

// Nothing comes for so long.
bool is_silent(const FcgiClient& client, milliseconds time) {
    pollfd event = {client.fd().get(), POLLIN, 0};
    return ::poll(&event, 1, static_cast<int>(time.count())) == 0;
}

void shut_down(const FcgiClient& client) {
    ::shutdown(client.fd().get(), SHUT_WR);
}

// Where a door listens in turn.
struct Place {
    const char* name;
    bool is_unix;
};
std::ostream& operator<<(std::ostream& out, const Place& place) {
    return out << place.name;
}
const Place places[] = {{"by TCP", false}, {"at a Unix socket", true}};

FastcgiOptions at(const Place& place, const TemporaryDirectory& directory) {
    FastcgiOptions options;
    if (place.is_unix) options.common.listen = {"unix:" + directory.path() + "/socket"};
    return options;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(fastcgi_endings)

BOOST_AUTO_TEST_CASE(who_aborts_a_request_stops_its_handler_and_no_other) {
    Deserted deserted;
    const ServedFcgi served(deserted.handler());
    FcgiClient client = served.client();
    client.send(long_request(3).whole());
    deserted.begun.acquire();
    client.send(fcgi_record(fcgi_type::abort, 3));
    const FcgiReply aborted = client.read_reply(3);
    BOOST_TEST(aborted.app_status == 1);
    BOOST_TEST(aborted.protocol_status == complete);
    BOOST_TEST(aborted.output == "");
    BOOST_TEST(deserted.is_told());
    BOOST_TEST(client.ask({.id = 3, .keeps = true}).body() == "hello");

    const FcgiRequest half{.id = 4, .keeps = true, .body = "abc"};  // no handler has it yet
    client.send(half.begin() + half.params() + fcgi_record(fcgi_type::abort, 4));
    BOOST_TEST(client.read_reply(4).app_status == 1);
    BOOST_TEST(client.ask({.keeps = true}).body() == "hello");
}

BOOST_AUTO_TEST_CASE(a_response_that_breaks_off_is_seen_to) {
    const ServedFcgi served([](Request& request, ResponseWriter& w) {
        w.write("half");
        if (request.url.path == "/later") w.flush();
        throw Cancelled("no more");
    });
    FcgiClient client = served.client();
    const FcgiReply at_once = client.ask({.keeps = true, .uri = "/at-once"});
    BOOST_TEST(at_once.status() == "502");
    BOOST_TEST(at_once.app_status == 1);
    const FcgiReply reply = client.ask({.keeps = true, .uri = "/later"});
    BOOST_TEST(reply.body() == "half");
    BOOST_TEST(!reply.has_output_end);
    BOOST_TEST(!reply.has_ended());  // the connection has
}

// The head has been decided on, and waits with the body for more.
BOOST_AUTO_TEST_CASE(one_that_breaks_off_before_any_of_it_was_sent_becomes_a_502) {
    const ServedFcgi served([](Request& request, ResponseWriter& w) {
        w.header("X-Late", "1").write(std::string(std::stoul(request.url.path.substr(1)), 'x'));
        throw std::runtime_error("late");
    });
    FcgiClient client = served.client();
    for (const char* size : {"/9000", "/12000", "/16000"}) {
        const FcgiReply reply = client.ask({.keeps = true, .uri = size});
        BOOST_TEST(reply.status() == "502", size);
        BOOST_TEST(reply.output.find("X-Late") == std::string::npos);
        BOOST_TEST(reply.body() == "the response broke off\n");
        BOOST_TEST(reply.has_output_end);
    }
    BOOST_TEST(client.ask({.keeps = true, .method = "HEAD", .uri = "/12000"}).has_ended());
}

BOOST_AUTO_TEST_CASE(a_broken_response_breaks_its_connection_when_others_have_ended) {
    std::binary_semaphore begun{0}, may_end{0};
    const ServedFcgi served([&](Request& request, ResponseWriter& w) {
        if (request.url.path == "/whole") {
            begun.release();
            may_end.acquire();
            return w.write("whole");
        }
        if (request.url.path != "/broken") return hello(request, w);
        w.write("half");
        w.flush();
        throw Cancelled("no more");
    });
    FcgiClient client = served.client();
    client.send(FcgiRequest{.id = 1, .keeps = true, .uri = "/whole"}.whole());
    begun.acquire();
    client.send(FcgiRequest{.id = 2, .keeps = true, .uri = "/broken", .body = "x"}.whole());
    while (client.read_record().content.find("half") == std::string::npos) {
    }
    // Until it has broken off others may begin.
    while (client.ask({.id = 3, .keeps = true}).protocol_status == complete) {
    }
    BOOST_TEST(client.ask({.id = 3, .keeps = true}).protocol_status == overloaded);
    may_end.release();
    BOOST_TEST(client.read_reply(1).body() == "whole");
    BOOST_TEST(!client.read_reply(2).has_ended());  // an end would say that it is whole
}

BOOST_AUTO_TEST_CASE(a_broken_response_takes_nothing_from_one_that_has_ended) {
    std::binary_semaphore begun{0}, has_ended{0}, has_broken{0};
    const std::string whole = pattern(150'000);
    const ServedFcgi served([&](Request& request, ResponseWriter& w) {
        if (request.url.path == "/whole") {
            request.context.wait_until([&] { has_ended.release(); });
            return w.write(whole);
        }
        request.context.wait_until([&] { has_broken.release(); });
        w.write("half");
        w.flush();
        begun.release();
        has_ended.acquire();
        throw Cancelled("no more");
    });
    FcgiClient client(connect_with_receive_buffer(served, 4096));
    client.send(FcgiRequest{.id = 1, .keeps = true, .uri = "/broken"}.whole());
    begun.acquire();
    client.send(FcgiRequest{.id = 2, .keeps = true, .uri = "/whole"}.whole());
    has_broken.acquire();  // most of the other one is still with the door
    const FcgiReply reply = client.read_reply(2);
    BOOST_TEST((reply.body() == whole));
    BOOST_TEST(reply.has_ended());
    BOOST_TEST(!client.read_reply(1).has_ended());
}

BOOST_AUTO_TEST_CASE(others_of_a_broken_connection_are_not_waited_for_without_end) {
    Deserted deserted;
    const ServedFcgi served([&](Request& request, ResponseWriter& w) {
        if (request.url.path == "/long") return deserted.handler()(request, w);
        w.write("half");
        w.flush();
        throw Cancelled("no more");
    });
    FcgiClient client = served.client();
    client.send(long_request(1).whole());
    deserted.begun.acquire();
    const FcgiReply broken = client.ask({.id = 2, .keeps = true});
    BOOST_TEST(broken.body() == "half");
    BOOST_TEST(!broken.has_ended());
    BOOST_TEST(deserted.is_told());
}

BOOST_AUTO_TEST_CASE(a_refused_upload_leaves_others_their_connection) {
    Long some;
    const ServedFcgi served(some.handler());
    FcgiClient client = served.client();
    client.send(long_request(1).whole());
    some.begun.acquire();
    const FcgiRequest upload{.id = 2, .keeps = true, .body = std::string(20'000'000, 'x')};
    client.send(upload.begin() + upload.params());
    BOOST_TEST(client.read_reply(2).status() == "413");
    client.send(upload.input());
    BOOST_TEST(client.ask({.id = 3, .keeps = true}).body() == "hello");
    some.may_end.release();
    BOOST_TEST(client.read_reply(1).body() == "hello");
}

BOOST_AUTO_TEST_CASE(so_does_one_that_is_given_up) {
    Long some;
    const ServedFcgi served(some.handler());
    FcgiClient client = served.client();
    client.send(long_request(1).whole());
    some.begun.acquire();
    const FcgiRequest upload{.id = 2, .keeps = true, .body = std::string(20'000'000, 'x')};
    client.send(upload.begin() + upload.params() + fcgi_record(fcgi_type::input, 2, "some"));
    BOOST_TEST(client.read_reply(2).status() == "413");
    const FcgiRequest other{.id = 3, .keeps = true, .body = upload.body};
    client.send(other.begin() + other.params());
    BOOST_TEST(client.read_reply(3).status() == "413");
    client.send(fcgi_record(fcgi_type::abort, 3));      // the other one just stops
    BOOST_TEST(is_silent(client, milliseconds(1500)));  // until its end is not waited for any more
    BOOST_TEST(client.ask({.id = 4, .keeps = true}).body() == "hello");
    some.may_end.release();
    BOOST_TEST(client.read_reply(1).body() == "hello");
    BOOST_TEST(client.ask({.id = 2, .keeps = true}).body() == "hello");
}

BOOST_AUTO_TEST_CASE(sixteen_short_bodies_may_come_at_once) {
    const ServedFcgi served(
        [](Request& request, ResponseWriter& w) { w.write(request.body.text()); });
    FcgiClient client = served.client();
    const std::string body = pattern(60'000);
    std::string first, second;
    for (int id = 1; id <= 16; ++id) {
        const FcgiRequest request{.id = id, .keeps = true, .body = body};
        const std::string_view bytes = body;
        first += request.begin() + request.params() +
                 request.records(fcgi_type::input, bytes.substr(0, 59'999));
        second += request.records(fcgi_type::input, bytes.substr(59'999)) +
                  fcgi_record(fcgi_type::input, id);
    }
    client.send(first + second);
    for (int id = 1; id <= 16; ++id)
        BOOST_TEST((client.read_reply(id).body() == body));
}

// Together they are more than a connection keeps for handlers, until these have them.
BOOST_AUTO_TEST_CASE(what_comes_behind_bodies_that_handlers_have_is_seen_at_once) {
    constexpr int requests = 5;
    std::counting_semaphore<> begun{0};
    const ServedFcgi served([&](Request& request, ResponseWriter&) {
        begun.release();
        wait_for_stop(request.context);
    });
    const std::string body = pattern(60'000);
    const std::string_view bytes = body;
    milliseconds best = seconds(10);
    for (int attempt = 0; attempt < 3; ++attempt) {
        FcgiClient client = served.client();
        std::string first, second, third;
        for (int id = 1; id <= requests; ++id) {
            const FcgiRequest request{.id = id, .keeps = true, .body = body};
            first += request.begin() + request.params() +
                     request.records(fcgi_type::input, bytes.substr(0, 59'999));
            second += request.records(fcgi_type::input, bytes.substr(59'999)) +
                      fcgi_record(fcgi_type::input, id);
            third += fcgi_record(fcgi_type::abort, id);
        }
        client.send(first);
        client.send(second);
        for (int id = 1; id <= requests; ++id)
            begun.acquire();
        const auto start = std::chrono::steady_clock::now();
        client.send(third);
        for (int id = 1; id <= requests; ++id)
            BOOST_TEST(client.read_reply(id).app_status == 1);
        best = std::min(best, std::chrono::duration_cast<milliseconds>(
                                  std::chrono::steady_clock::now() - start));
    }
    BOOST_TEST(best.count() < 500);
}

BOOST_DATA_TEST_CASE(a_handler_is_told_who_leaves, places) {
    const TemporaryDirectory directory;
    Deserted deserted;
    const ServedFcgi served(deserted.handler(), at(sample, directory));
    {
        const FcgiClient client = served.client();
        client.send(long_request().whole());
        deserted.begun.acquire();
    }
    BOOST_TEST(deserted.is_told());
}

BOOST_DATA_TEST_CASE(so_is_one_that_has_not_read_the_body, places) {
    const TemporaryDirectory directory;
    Deserted deserted;
    const ServedFcgi served(deserted.handler(), at(sample, directory));
    {
        const FcgiClient client = served.client();
        FcgiRequest request = long_request();
        request.body = std::string(300'000, 'x');
        client.send(request.whole());
        deserted.begun.acquire();
        BOOST_TEST(is_silent(client, milliseconds(50)));  // all has been read that will be
    }
    BOOST_TEST(deserted.is_told());
}

BOOST_DATA_TEST_CASE(so_is_one_with_another_request_behind_it, places) {
    const TemporaryDirectory directory;
    Deserted deserted;
    const ServedFcgi served(deserted.handler(), at(sample, directory));
    {
        const FcgiClient client = served.client();
        client.send(long_request().whole());
        deserted.begun.acquire();
        client.send(FcgiRequest{.keeps = true}.whole());
        BOOST_TEST(is_silent(client, milliseconds(50)));
    }
    BOOST_TEST(deserted.is_told());
}

BOOST_DATA_TEST_CASE(who_has_sent_all_and_shuts_down_its_side_gets_the_answer, places) {
    const TemporaryDirectory directory;
    Long some;
    const ServedFcgi served(some.handler(), at(sample, directory));
    FcgiClient client = served.client();
    client.send(long_request(1).whole() + FcgiRequest{.id = 2, .keeps = true}.whole());
    shut_down(client);
    some.begun.acquire();
    BOOST_TEST(client.read_reply(2).body() == "hello");
    some.may_end.release();
    BOOST_TEST(client.read_reply(1).body() == "hello");
    BOOST_TEST(client.is_at_end());
}

BOOST_DATA_TEST_CASE(who_has_not_sent_all_is_told_so, places) {
    const TemporaryDirectory directory;
    const ServedFcgi served(hello, at(sample, directory));
    const FcgiRequest request{.keeps = true, .body = "never"};
    FcgiClient client = served.client();
    client.send(request.begin() + request.params());
    shut_down(client);
    BOOST_TEST(client.read_reply().status() == "400");
    BOOST_TEST(client.is_at_end());
}

BOOST_AUTO_TEST_CASE(a_handler_that_waits_for_the_rest_of_a_body_is_told_that_it_does_not_come) {
    Deserted deserted;
    const ServedFcgi served(deserted.handler());
    FcgiRequest request = long_request();
    request.body = std::string(100'000, 'x');
    FcgiClient client = served.client();
    client.send(request.begin() + request.params() + fcgi_record(fcgi_type::input, 1, "some"));
    deserted.begun.acquire();
    shut_down(client);
    BOOST_TEST(deserted.is_told());
}

BOOST_AUTO_TEST_CASE(the_log_says_why) {
    RecordingReporter reporter;
    FastcgiOptions options;
    options.common.reporter = &reporter;
    options.common.max_body = 10;
    const ServedFcgi served(
        [](Request&, ResponseWriter& w) { w.header("X-Long", std::string(5000, 'x')); }, options);
    const auto is_said = [&](const std::string& line) {
        const auto lines = reporter.lines();
        return std::find(lines.begin(), lines.end(), line) != lines.end();
    };
    served.ask({.body = "more than ten bytes"});
    BOOST_TEST(
        is_said(" info refused a FastCGI request with 413: the request body is larger than "
                "10 bytes"));
    for (const std::string& bytes :
         {std::string("GET / HTTP/1.1\r\n\r\n"), FcgiRequest{}.input()}) {
        const FcgiClient client = served.client();
        client.send(bytes);
        BOOST_TEST(client.is_at_end());
    }
    BOOST_TEST(
        is_said(" warn closed a FastCGI connection of 127.0.0.1: a FastCGI record has the "
                "version 71, and only 1 is known (HTTP is for another port)"));
    BOOST_TEST(
        is_said(" warn closed a FastCGI connection of 127.0.0.1: a record is of a request "
                "that has not begun"));
    served.ask({});
    const auto lines = reporter.lines();
    BOOST_TEST(std::count_if(lines.begin(), lines.end(), [](const std::string& line) {
                   return line.find(" warn the head of a response has 50") != std::string::npos;
               }) == 1);
}

BOOST_AUTO_TEST_CASE(a_door_that_stops_finishes_what_has_begun) {
    Long some;
    ServedFcgi served(some.handler());
    FcgiClient client = served.client(), idle = served.client();
    BOOST_TEST(idle.ask({.keeps = true}).body() == "hello");
    client.send(long_request(1).whole() + long_request(2).whole());
    some.begun.acquire();
    some.begun.acquire();
    std::thread stopping([&] { served.stop(); });
    BOOST_TEST(idle.is_at_end());
    BOOST_TEST(client.ask({.id = 3, .keeps = true}).protocol_status == overloaded);
    some.may_end.release();
    const FcgiRecord first = client.read_record();  // of one of the two
    BOOST_TEST(first.type == fcgi_type::output);
    BOOST_TEST(client.ask({.id = 3, .keeps = true}).protocol_status == overloaded);
    some.may_end.release();
    BOOST_TEST(client.read_reply(first.id == 1 ? 2 : 1).body() == "hello");
    BOOST_TEST(client.is_at_end());
    stopping.join();
}

// A whole response: web servers make nothing good of an FCGI_OVERLOADED.
BOOST_AUTO_TEST_CASE(a_door_without_a_free_thread_says_so) {
    Long some;
    FastcgiOptions options;
    options.common.max_threads = 1;
    const ServedFcgi served(some.handler(), options);
    FcgiClient busy = served.client(), other = served.client();
    busy.send(long_request().whole());
    some.begun.acquire();
    for (const char* body : {"", "a body"}) {
        const FcgiReply reply = other.ask({.keeps = true, .body = body});
        BOOST_TEST(reply.status() == "503");
        BOOST_TEST(reply.output.find("\r\nRetry-After: 1\r\n") != std::string::npos);
        BOOST_TEST(reply.body() == "the server is busy, try again later\n");
        BOOST_TEST(reply.protocol_status == complete);
    }
    some.may_end.release();
    BOOST_TEST(busy.read_reply().body() == "hello");
}

BOOST_AUTO_TEST_SUITE_END()
