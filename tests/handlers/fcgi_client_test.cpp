// Requests of a FastCGI client: their records, who gets them, and which are sent again.
#include <future>
#include <semaphore>
#include <string>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "support/fcgi_ask.h"
#include "support/slow_bodies.h"
#include "support/temporary_directory.h"
#include <turngate/handlers/reply_errors.h>
#include <turngate/os/socket.h>

using namespace turngate;
using namespace turngate::test;

namespace {

const std::string hello = reply("Content-Type: text/plain\r\n\r\nhello");

// What an application is asked.
SeenFcgi seen_of(Request request, FcgiOptions options = {}) {
    std::promise<SeenFcgi> seen;
    FakeResponder responder([&](ResponderPeer& peer) {
        seen.set_value(peer.read_request());
        peer.write(hello);
    });
    options.backends = {responder.backend()};
    BOOST_TEST(ask_fcgi(std::move(options), std::move(request)).body == "hello");
    return seen.get_future().get();
}

// A body that comes in pieces, of a length that only its end tells.
class Pieces final : public BodySource {
  public:
    Pieces(std::size_t count, std::size_t size) : left_(count), piece_(size, 'p') {}
    std::size_t read(std::span<char> into) override {
        if (left_ == 0) return 0;
        --left_;
        return piece_.copy(into.data(), into.size());
    }

  private:
    std::size_t left_;
    const std::string piece_;
};

Request streamed(std::size_t count, std::size_t size, std::optional<std::uint64_t> length = {}) {
    Request request = Request::make("POST", "/");
    request.body = Body(std::make_unique<Pieces>(count, size), length);
    return request;
}

// A body that does not come before it is told to end.
class Withheld final : public BodySource {
  public:
    explicit Withheld(std::future<void> end) : end_(std::move(end)) {}
    std::size_t read(std::span<char>) override {
        end_.wait();
        throw Cancelled("the client has gone");
    }

  private:
    const std::future<void> end_;
};

// A client that takes nothing before that time.
class SlowClient final : public ResponseSink {
  public:
    explicit SlowClient(Context::Clock::time_point until) : until_(until) {}
    void on_head(int, const Headers&) override {}
    void on_body(std::string_view) override { std::this_thread::sleep_until(until_); }
    void on_flush() override {}
    void on_finish() override {}
    void on_abort() noexcept override {}

  private:
    const Context::Clock::time_point until_;
};

// A 504 by which an application is told from a client that was slow.
bool is_overdue(const HttpError& error) {
    return error.status() == 504 && dynamic_cast<const OverdueReply*>(&error);
}
bool is_merely_late(const HttpError& error) {
    return error.status() == 504 && !is_overdue(error);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(fcgi_client_requests)

BOOST_AUTO_TEST_CASE(a_request_is_one_of_a_responder_with_its_variables_and_no_body) {
    Request request = Request::get("/a/b?c=d");
    request.headers.set("X-One", "1");
    const SeenFcgi seen = seen_of(std::move(request));
    BOOST_TEST(seen.is_there);
    BOOST_TEST(seen.problem == "");
    BOOST_TEST(seen.role == 1);
    BOOST_TEST(!seen.keeps);
    BOOST_TEST(seen.body == "");
    BOOST_TEST(seen.params.at("REQUEST_METHOD") == "GET");
    BOOST_TEST(seen.params.at("REQUEST_URI") == "/a/b?c=d");
    BOOST_TEST(seen.params.at("QUERY_STRING") == "c=d");
    BOOST_TEST(seen.params.at("HTTP_X_ONE") == "1");
    BOOST_TEST(seen.params.at("CONTENT_LENGTH") == "0");
}

BOOST_AUTO_TEST_CASE(a_connection_is_kept_only_where_the_options_say_so) {
    BOOST_TEST(seen_of(Request::get("/"), {.keep = 1}).keeps);

    const FakeResponder responder(FakeResponder::always(hello));
    const HandlerPtr kept = fcgi_client({.backends = {responder.backend()}, .keep = 1});
    for (int i = 0; i < 3; ++i)
        BOOST_TEST(ask_fcgi(*kept).body == "hello");
    BOOST_TEST(responder.connections() == 1u);

    const HandlerPtr fresh = fcgi_client({.backends = {responder.backend()}});
    for (int i = 0; i < 3; ++i)
        BOOST_TEST(ask_fcgi(*fresh).body == "hello");
    BOOST_TEST(responder.connections() == 4u);
}

// libfcgi takes for the next request what an application has not read of a body.
BOOST_AUTO_TEST_CASE(a_connection_that_has_carried_a_body_is_never_kept) {
    const TemporaryDirectory directory;
    const FcgiOptions options{.keep = 1, .spool_memory = 1, .spool_directory = directory.path()};
    BOOST_TEST(!seen_of(Request::post("/", "x"), options).keeps);
    BOOST_TEST(!seen_of(Request::post("/", std::string(300'000, 'x')), options).keeps);
    BOOST_TEST(!seen_of(streamed(100, 10'000, 1'000'000), options).keeps);
    BOOST_TEST(!seen_of(streamed(2, 1'000), options).keeps);
    BOOST_TEST(seen_of(Request::post("/", ""), options).keeps);
    BOOST_TEST(seen_of(streamed(0, 1), options).keeps);

    // One that keeps it all the same.
    const FakeResponder responder([](ResponderPeer& peer) {
        while (peer.read_request().is_there)
            peer.write(hello);
    });
    const HandlerPtr handler = fcgi_client({.backends = {responder.backend()}, .keep = 1});
    for (int i = 0; i < 3; ++i)
        BOOST_TEST(ask_fcgi(*handler, Request::post("/", "x")).body == "hello");
    BOOST_TEST(responder.connections() == 3u);
}

BOOST_AUTO_TEST_CASE(pairs_are_never_cut_by_the_end_of_a_record) {
    Request request = Request::get("/");
    for (int i = 0; i < 5; ++i)
        request.headers.set("X-Long-" + std::to_string(i), std::string(20'000, 'v'));
    const SeenFcgi seen = seen_of(std::move(request));
    BOOST_TEST(seen.problem == "");
    for (int i = 0; i < 5; ++i)
        BOOST_TEST(seen.params.at("HTTP_X_LONG_" + std::to_string(i)).size() == 20'000u);
}

BOOST_AUTO_TEST_CASE(the_options_add_variables_and_replace_those_of_the_request) {
    const SeenFcgi seen = seen_of(
        Request::get("/app/x"),
        {.script = {.name = "/app"}, .params = {{"SERVER_NAME", "here"}, {"APP_ENV", "test"}}});
    BOOST_TEST(seen.problem == "");
    BOOST_TEST(seen.params.at("SCRIPT_NAME") == "/app");
    BOOST_TEST(seen.params.at("PATH_INFO") == "/x");
    BOOST_TEST(seen.params.at("SERVER_NAME") == "here");
    BOOST_TEST(seen.params.at("APP_ENV") == "test");
}

BOOST_AUTO_TEST_CASE(bodies_come_whole_in_records_of_a_size_that_php_takes) {
    for (const std::size_t size : {1u, 4'096u, 4'097u, 65'528u, 65'529u, 300'000u}) {
        const SeenFcgi seen = seen_of(Request::post("/", std::string(size, 'b')));
        BOOST_TEST(seen.is_there);
        BOOST_TEST(seen.problem == "");
        BOOST_TEST(seen.body.size() == size);
        BOOST_TEST(seen.params.at("CONTENT_LENGTH") == std::to_string(size));
        BOOST_TEST(seen.largest_record <= 65'528u);
    }
}

BOOST_AUTO_TEST_CASE(a_body_of_known_length_is_streamed) {
    const SeenFcgi seen = seen_of(streamed(100, 10'000, 1'000'000));
    BOOST_TEST(seen.is_there);
    BOOST_TEST(seen.body.size() == 1'000'000u);
    BOOST_TEST(seen.params.at("CONTENT_LENGTH") == "1000000");
}

BOOST_AUTO_TEST_CASE(a_body_of_unknown_length_is_read_first) {
    const TemporaryDirectory directory;
    for (const std::size_t count : {0u, 3u, 300u}) {  // the last goes into a file
        const SeenFcgi seen = seen_of(
            streamed(count, 1'000), {.spool_memory = 10'000, .spool_directory = directory.path()});
        BOOST_TEST(seen.is_there);
        BOOST_TEST(seen.body == std::string(count * 1'000, 'p'));
        BOOST_TEST(seen.params.at("CONTENT_LENGTH") == std::to_string(count * 1'000));
    }
    BOOST_TEST(std::filesystem::is_empty(directory.path()));
}

BOOST_AUTO_TEST_CASE(with_a_buffer_for_requests_so_is_one_of_known_length) {
    const TemporaryDirectory directory;
    const FakeResponder responder([](ResponderPeer& peer) {
        peer.write(reply("Content-Type: a/b\r\n\r\n" + peer.read_request().body));
    });
    const HandlerPtr handler = fcgi_client({.backends = {responder.backend()},
                                            .request_buffer = true,
                                            .spool_directory = directory.path()});
    Request withheld = Request::make("POST", "/");
    std::promise<void> end;
    withheld.body = Body(std::make_unique<Withheld>(end.get_future()), 1'000'000);
    auto slow = std::async(std::launch::async,
                           [&] { return ask_fcgi(*handler, std::move(withheld)).is_complete; });

    const std::string body = ask_fcgi(*handler, streamed(100, 10'000, 1'000'000)).body;

    BOOST_TEST((body == std::string(1'000'000, 'p')));
    end.set_value();
    BOOST_TEST(!slow.get());
    BOOST_TEST(responder.connections() == 1u);
}

BOOST_AUTO_TEST_CASE(the_time_of_an_exchange_begins_when_the_application_is_asked) {
    const FakeResponder responder(FakeResponder::always(hello));
    constexpr std::chrono::milliseconds timeout{1000};
    Request request = Request::make("POST", "/");
    request.body =
        Body(std::make_unique<LateBody>(100'000, Context::Clock::now() + timeout), 100'000);
    BOOST_TEST(
        ask_fcgi({.backends = {responder.backend()}, .timeout = timeout, .request_buffer = true},
                 std::move(request))
            .status == 200);
}

BOOST_AUTO_TEST_CASE(who_waits_no_more_is_not_kept_waiting_for_the_body) {
    const FakeResponder responder(FakeResponder::always(hello));
    const FcgiOptions options{.backends = {responder.backend()}, .request_buffer = true};
    for (const std::optional<std::uint64_t> length : {std::optional<std::uint64_t>(), {100'000}}) {
        std::stop_source stop;
        Request request = Request::make("POST", "/");
        request.body = Body(std::make_unique<SilentBody>([&] { stop.request_stop(); }), length);
        request.context.stop = stop.get_token();
        Recorder recorder;
        BOOST_CHECK_THROW(fcgi_client(options)->serve(request, recorder), Cancelled);
    }
    BOOST_TEST(responder.connections() == 0u);
}

BOOST_AUTO_TEST_CASE(a_body_that_is_too_large_troubles_no_application) {
    const FakeResponder responder(FakeResponder::always(hello));
    const FcgiOptions options{.backends = {responder.backend()}, .max_body = 10'000};
    BOOST_TEST(ask_fcgi(options, streamed(11, 1'000)).status == 413);
    BOOST_TEST(ask_fcgi(options, streamed(11, 1'000, 11'000)).status == 413);
    BOOST_TEST(ask_fcgi(options, Request::post("/", std::string(10'001, 'x'))).status == 413);
    FcgiOptions buffered = options;
    buffered.request_buffer = true;
    BOOST_TEST(ask_fcgi(buffered, streamed(100, 1'000, 100'000)).status == 413);
    BOOST_TEST(responder.connections() == 0u);
    BOOST_TEST(ask_fcgi(options, streamed(10, 1'000)).status == 200);
}

BOOST_AUTO_TEST_CASE(an_application_may_answer_at_length_before_it_reads_the_body) {
    constexpr std::size_t size = 1u << 20;
    std::promise<std::size_t> taken;
    const FakeResponder responder([&](ResponderPeer& peer) {
        const SeenFcgi head = peer.read_head();
        peer.write(output("Content-Type: a/b\r\n\r\n"));
        const std::string piece = output(std::string(8'192, 'r'));
        for (std::size_t sent = 0; sent < size; sent += 8'192)
            peer.write(piece);
        std::size_t count = 0;
        for (std::string bytes; !(bytes = peer.read_body()).empty();)
            count += bytes.size();
        taken.set_value(count);
        peer.write(output_end() + end_request());
    });
    const FcgiAnswer answer =
        ask_fcgi({.backends = {responder.backend()}}, Request::post("/", std::string(size, 'q')));
    BOOST_TEST(answer.is_complete);
    BOOST_TEST(answer.body.size() == size);
    BOOST_TEST(taken.get_future().get() == size);
}

BOOST_AUTO_TEST_CASE(an_answer_before_the_end_of_the_body_is_an_answer) {
    const FakeResponder responder([](ResponderPeer& peer) {
        peer.read_head();
        peer.write(reply("Status: 403\r\n\r\nno"));
        peer.wait_for_end();
    });
    const FcgiAnswer answer =
        ask_fcgi({.backends = {responder.backend()}}, streamed(1'000, 10'000, 10'000'000));
    BOOST_TEST(answer.status == 403);
    BOOST_TEST(answer.body == "no");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(fcgi_client_backends)

BOOST_AUTO_TEST_CASE(a_get_is_sent_once_more_if_the_connection_was_closed_before_a_byte) {
    const FakeResponder responder([](ResponderPeer& peer) {
        peer.read_request();
        if (peer.number > 1) peer.write(hello);
    });
    BOOST_TEST(ask_fcgi(FcgiOptions{.backends = {responder.backend()}}).body == "hello");
    BOOST_TEST(responder.connections() == 2u);
}

BOOST_AUTO_TEST_CASE(but_not_a_third_time) {
    const FakeResponder responder(FakeResponder::once(""));
    const FcgiAnswer answer = ask_fcgi(FcgiOptions{.backends = {responder.backend()}});
    BOOST_TEST(answer.status == 502);
    BOOST_TEST(answer.has_logged(responder.backend() +
                                 ": the connection was closed before a byte of the reply"));
    BOOST_TEST(responder.connections() == 2u);
}

BOOST_AUTO_TEST_CASE(a_post_is_never_sent_again) {
    const FakeResponder responder(FakeResponder::once(""));
    const FcgiOptions options{.backends = {responder.backend()}};
    BOOST_TEST(ask_fcgi(options, Request::post("/", "x")).status == 502);
    BOOST_TEST(responder.connections() == 1u);
}

BOOST_AUTO_TEST_CASE(nothing_is_sent_again_behind_a_byte_of_the_reply) {
    const FakeResponder responder(FakeResponder::once("\1"));
    BOOST_TEST(ask_fcgi(FcgiOptions{.backends = {responder.backend()}}).status == 502);
    BOOST_TEST(responder.connections() == 1u);
}

BOOST_AUTO_TEST_CASE(a_kept_connection_that_was_closed_costs_no_request) {
    std::promise<void> closed;
    const FakeResponder responder([&](ResponderPeer& peer) {
        peer.read_request();
        peer.write(hello);
        if (peer.number == 1) closed.set_value();
    });
    const HandlerPtr handler = fcgi_client({.backends = {responder.backend()}, .keep = 1});
    BOOST_TEST(ask_fcgi(*handler).body == "hello");
    closed.get_future().wait();
    BOOST_TEST(ask_fcgi(*handler).body == "hello");
    BOOST_TEST(responder.connections() == 2u);
}

BOOST_AUTO_TEST_CASE(a_socket_that_is_missing_is_named) {
    const TemporaryDirectory directory;
    const FcgiAnswer answer = ask_fcgi(FcgiOptions{.backends = {"unix:" + (directory / "none")}});
    BOOST_TEST(answer.status == 502);
    BOOST_TEST(answer.has_logged("fcgi:unix:" + (directory / "none")), answer.log);
}

BOOST_AUTO_TEST_CASE(another_backend_takes_over_whatever_the_method) {
    const TemporaryDirectory directory;
    const FakeResponder responder(FakeResponder::always(hello), directory / "app.sock");
    std::string heard;
    const HandlerPtr handler = fcgi_client(
        {.backends = {"unix:" + (directory / "none"), responder.backend()},
         .log = [&](Level, std::string_view message) { heard.append(message).append("\n"); }});
    for (int i = 0; i < 4; ++i)
        BOOST_TEST(ask_fcgi(*handler, Request::post("/", "x")).body == "hello");
    BOOST_TEST(heard.find("others get its requests") != heard.npos, heard);
}

BOOST_AUTO_TEST_CASE(a_backend_whose_backlog_is_full_is_left_alone_for_a_while) {
    const TemporaryDirectory directory;
    const os::Address address{.path = directory / "full.sock"};
    const os::Fd full = os::listen_on(address, 0);
    std::vector<os::Fd> waiting;
    BOOST_CHECK_EXCEPTION(
        for (;;) waiting.push_back(os::connect_to(address, std::chrono::milliseconds(0))),
        std::system_error, [](const std::system_error& e) { return e.code().value() == EAGAIN; });
    const FakeResponder responder(FakeResponder::always(hello));
    std::string heard;
    FcgiOptions options{
        .backends = {"unix:" + address.path, responder.backend()},
        .connect_timeout = std::chrono::milliseconds(20),
        .log = [&](Level, std::string_view message) { heard.append(message).append("\n"); }};
    const HandlerPtr handler = fcgi_client(options);

    for (int i = 0; i < 4; ++i)
        BOOST_TEST(ask_fcgi(*handler, Request::post("/", "x")).body == "hello");

    BOOST_TEST(heard.find("too many connections wait for the server already; others get its "
                          "requests") != heard.npos,
               heard);
    options.backends.pop_back();
    BOOST_TEST(ask_fcgi(options).status == 503);
}

BOOST_AUTO_TEST_CASE(an_overloaded_application_is_passed_by_and_503_if_there_is_no_other) {
    const FakeResponder busy(FakeResponder::once(end_request(0, 2)));
    const FakeResponder idle(FakeResponder::always(hello));
    const FcgiOptions both{.backends = {busy.backend(), idle.backend()}};
    const HandlerPtr handler = fcgi_client(both);
    for (int i = 0; i < 2; ++i)
        BOOST_TEST(ask_fcgi(*handler, Request::post("/", "x")).body == "hello");
    BOOST_TEST(busy.connections() == 1u);  // they take turns, however many a request tries

    const FcgiAnswer answer = ask_fcgi(FcgiOptions{.backends = {busy.backend()}});
    BOOST_TEST(answer.status == 503);
    BOOST_TEST(answer.has_logged("overloaded"), answer.log);
}

BOOST_AUTO_TEST_CASE(a_request_waits_once_however_many_backends_are_busy) {
    constexpr std::size_t count = 8;
    std::counting_semaphore<> at_work(0), go_on(0);
    const FakeResponder responder([&](ResponderPeer& peer) {
        peer.read_request();
        at_work.release();
        go_on.acquire();
        peer.write(hello);
    });
    const HandlerPtr handler =
        fcgi_client({.backends = std::vector<std::string>(count, responder.backend()),
                     .max_connections = 1,
                     .queue_timeout = std::chrono::milliseconds(500)});
    std::vector<std::future<FcgiAnswer>> first;
    for (std::size_t i = 0; i < count; ++i) {
        first.push_back(std::async(std::launch::async, [&] { return ask_fcgi(*handler); }));
        at_work.acquire();
    }
    Request request = Request::get("/");  // a 504 if it waited for each of them
    request.context.deadline = Context::Clock::now() + std::chrono::seconds(4);
    BOOST_TEST(ask_fcgi(*handler, std::move(request)).status == 503);
    go_on.release(count);
    for (auto& one : first)
        BOOST_TEST(one.get().body == "hello");
}

BOOST_AUTO_TEST_CASE(an_application_that_never_answers_is_a_504) {
    const FakeResponder responder([](ResponderPeer& peer) { peer.wait_for_end(); });
    const FcgiAnswer answer = ask_fcgi(FcgiOptions{.backends = {responder.backend()},
                                                   .read_timeout = std::chrono::milliseconds(50)});
    BOOST_TEST(answer.status == 504);
    BOOST_TEST(answer.has_logged("waiting for the reply"), answer.log);
}

BOOST_AUTO_TEST_CASE(a_reply_is_overdue_if_it_was_only_the_application_that_was_waited_for) {
    const FakeResponder responder([](ResponderPeer& peer) { peer.wait_for_end(); });
    const HandlerPtr handler = fcgi_client(
        {.backends = {responder.backend()}, .read_timeout = std::chrono::milliseconds(50)});
    for (const std::size_t size : {0u, 100u}) {
        Request request = Request::post("/", std::string(size, 'x'));
        Recorder recorder;
        BOOST_CHECK_EXCEPTION(handler->serve(request, recorder), HttpError, is_overdue);
    }
}

BOOST_AUTO_TEST_CASE(and_not_if_the_client_was_slow_to_send_the_request) {
    std::promise<void> closed;
    const FakeResponder responder([&](ResponderPeer& peer) {
        peer.wait_for_end();
        closed.set_value();
    });
    const HandlerPtr handler =
        fcgi_client({.backends = {responder.backend()}, .timeout = std::chrono::milliseconds(50)});
    Request request = Request::make("POST", "/");
    request.body = Body(std::make_unique<Withheld>(closed.get_future()), 1'000'000);
    Recorder recorder;
    BOOST_CHECK_EXCEPTION(handler->serve(request, recorder), HttpError, is_merely_late);
}

BOOST_AUTO_TEST_CASE(or_to_take_the_reply) {
    const FakeResponder responder([](ResponderPeer& peer) {
        peer.read_request();
        peer.write(output("Content-Type: a/b\r\n\r\n" + std::string(20'000, 'r')));
        peer.wait_for_end();
    });
    const HandlerPtr handler = fcgi_client({.backends = {responder.backend()}});
    Request request = Request::get("/");
    request.context.deadline = Context::Clock::now() + std::chrono::seconds(2);
    SlowClient client(*request.context.deadline);
    ResponseWriter response(client);
    BOOST_CHECK_EXCEPTION(handler->serve(request, response), HttpError, is_merely_late);
}

BOOST_AUTO_TEST_CASE(options_that_are_none_are_refused_in_a_sentence) {
    BOOST_CHECK_THROW(fcgi_client({}), Error);
    BOOST_CHECK_THROW(fcgi_client({.backends = {"nonsense"}}), Error);
    BOOST_CHECK_THROW(fcgi_client({.backends = {"127.0.0.1:1"}, .max_connections = 0}), Error);
    BOOST_CHECK_THROW(fcgi_client({.backends = {"127.0.0.1:1"}, .max_connections = 1, .keep = 2}),
                      Error);
    for (const char* ping : {"ping", "/status?json", "/ping?", "/a b", "/a#b", "*", "http://a/b"})
        BOOST_CHECK_THROW(fcgi_client({.backends = {"127.0.0.1:1"}, .ping = ping}), Error);
}

BOOST_AUTO_TEST_SUITE_END()
