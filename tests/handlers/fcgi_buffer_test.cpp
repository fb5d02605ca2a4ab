// Replies of a FastCGI application to clients that are slow: when it is free for the next request,
// and what the client gets.
#include <chrono>
#include <functional>
#include <future>
#include <string>
#include <utility>

#include <boost/test/unit_test.hpp>

#include "../../handlers/src/handlers/fcgi_exchange.h"
#include "support/fcgi_ask.h"
#include "support/temporary_directory.h"

using namespace turngate;
using namespace turngate::test;
using Buffer = FcgiOptions::Buffer;

namespace {

constexpr std::chrono::seconds long_enough{60};
constexpr std::chrono::milliseconds moment{200};

const std::string head = "Content-Type: text/plain\r\n\r\n";

// More than all sockets on the way take.
const std::string large(16u << 20, 'l');

// A client that does something with the first piece of the body, or as it is flushed to it.
class Client final : public ResponseSink {
  public:
    std::function<void()> at_first_piece = [] {};
    std::function<void()> at_flush = [] {};
    std::string body;
    int status = 0;
    bool is_aborted = false;

  private:
    void on_head(int code, const Headers&) override { status = code; }
    void on_body(std::string_view chunk) override {
        if (body.empty()) at_first_piece();
        body += chunk;
    }
    void on_flush() override { at_flush(); }
    void on_finish() override {}
    void on_abort() noexcept override { is_aborted = true; }
};

Outcome get(const HandlerPtr& handler, Client& client) {
    Request request = Request::get("/");
    ResponseWriter response(client);
    return serve(*handler, request, response);
}

bool is_ready(std::future<void>& future, std::chrono::milliseconds time) {
    return future.wait_for(time) == std::future_status::ready;
}

// An application that answers with `bytes`, and says when all of that is taken.
struct Application {
    explicit Application(const std::string& bytes)
        : responder([this, bytes](ResponderPeer& peer) {
              peer.read_request();
              if (peer.write(bytes) && peer.wait_for_end()) done.set_value();
          }) {}

    std::promise<void> done;
    std::future<void> is_free = done.get_future();
    const FakeResponder responder;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(fcgi_buffer)

BOOST_AUTO_TEST_CASE(a_client_that_takes_nothing_holds_up_no_application) {
    Application application(reply(head + large));
    const HandlerPtr handler =
        fcgi_client({.backends = {application.responder.backend()}, .buffer = Buffer::file});
    Client client;
    client.at_first_piece = [&] { BOOST_TEST(is_ready(application.is_free, long_enough)); };

    const Outcome outcome = get(handler, client);

    BOOST_TEST(outcome.complete);
    BOOST_TEST((client.body == large));
}

BOOST_AUTO_TEST_CASE(who_leases_the_application_is_told_that_it_is_free) {
    const FakeResponder responder(FakeResponder::always(reply(head + large)));
    const HandlerPtr handler =
        fcgi_client({.backends = {responder.backend()}, .buffer = Buffer::file});
    std::promise<void> told;
    std::future<void> is_free = told.get_future();
    Client client;
    client.at_first_piece = [&] { BOOST_TEST(is_ready(is_free, long_enough)); };
    Request request = Request::get("/");
    request.context.put(FcgiReleased{[&] { told.set_value(); }});
    ResponseWriter response(client);

    BOOST_TEST(serve(*handler, request, response).complete);

    BOOST_TEST((client.body == large));
}

BOOST_AUTO_TEST_CASE(unless_there_is_no_room_for_what_it_does_not_take) {
    for (const FcgiOptions& small :
         {FcgiOptions{.buffer = Buffer::off}, FcgiOptions{.buffer = Buffer::memory},
          FcgiOptions{.buffer = Buffer::file, .buffer_file = 1'000},
          FcgiOptions{.buffer = Buffer::file, .buffer_total = 1'000}}) {
        Application application(reply(head + large));
        FcgiOptions options = small;
        options.backends = {application.responder.backend()};
        const HandlerPtr handler = fcgi_client(std::move(options));
        Client client;
        client.at_first_piece = [&] { BOOST_TEST(!is_ready(application.is_free, moment)); };

        BOOST_TEST(get(handler, client).complete);

        BOOST_TEST((client.body == large));
        BOOST_TEST(is_ready(application.is_free, long_enough));
    }
}

BOOST_AUTO_TEST_CASE(a_disk_that_takes_nothing_is_logged_and_the_reply_is_whole) {
    const FakeResponder responder(FakeResponder::always(reply(head + large)));
    const FcgiAnswer answer = ask_fcgi({.backends = {responder.backend()},
                                        .spool_directory = "/no/such/directory",
                                        .buffer = Buffer::file});
    BOOST_TEST(answer.is_complete);
    BOOST_TEST((answer.body == large));
    BOOST_TEST(answer.has_logged("a reply cannot be stored, and waits for its client: cannot make "
                                 "a file in /no/such/directory"),
               answer.log);
}

BOOST_AUTO_TEST_CASE(the_only_connection_carries_the_next_request_meanwhile) {
    const FakeResponder responder(FakeResponder::always(reply(head + large)));
    const HandlerPtr handler = fcgi_client({.backends = {responder.backend()},
                                            .max_connections = 1,
                                            .queue_timeout = long_enough,
                                            .keep = 1,
                                            .buffer = Buffer::file});
    Client first, second;
    first.at_first_piece = [&] { BOOST_TEST(get(handler, second).complete); };

    BOOST_TEST(get(handler, first).complete);

    BOOST_TEST((first.body == large));
    BOOST_TEST((second.body == large));
    BOOST_TEST(responder.connections() == 1u);
}

BOOST_AUTO_TEST_CASE(what_there_is_reaches_the_client_while_the_application_pauses) {
    for (const std::string type : {"text/html", "text/event-stream"}) {
        std::promise<void> seen;
        const FakeResponder responder([&](ResponderPeer& peer) {
            peer.read_request();
            peer.write(output("Content-Type: " + type + "\r\n\r\nfirst"));
            std::future<void> is_seen = seen.get_future();
            if (is_ready(is_seen, long_enough)) peer.write(output("second") + end_request());
        });
        const HandlerPtr handler =
            fcgi_client({.backends = {responder.backend()}, .buffer = Buffer::file});
        Client client;
        bool is_told = false;
        client.at_flush = [&] {
            if (client.body == "first" && !std::exchange(is_told, true)) seen.set_value();
        };
        BOOST_TEST(get(handler, client).complete, type);
        BOOST_TEST(client.body == "firstsecond");
    }
}

BOOST_AUTO_TEST_CASE(streams_are_not_buffered) {
    for (const std::string type :
         {"Content-Type: text/event-stream", "X-Accel-Buffering: no\r\nContent-Type: a/b"}) {
        Application application(reply(type + "\r\n\r\n" + large));
        const HandlerPtr handler =
            fcgi_client({.backends = {application.responder.backend()}, .buffer = Buffer::file});
        Client client;
        client.at_first_piece = [&] { BOOST_TEST(!is_ready(application.is_free, moment), type); };
        BOOST_TEST(get(handler, client).complete);
        BOOST_TEST((client.body == large));
    }
}

BOOST_AUTO_TEST_CASE(a_reply_that_breaks_off_is_broken_off_behind_what_there_was) {
    const std::string promise = "Content-Length: " + std::to_string(large.size() + 1) + "\r\n";
    const std::string whole = reply(head + large);
    const std::size_t end = (output_end() + end_request()).size();
    for (const std::string& bytes :
         {whole.substr(0, whole.size() - end), reply(promise + head + large)}) {
        const FakeResponder responder(FakeResponder::once(bytes));
        const HandlerPtr handler =
            fcgi_client({.backends = {responder.backend()}, .buffer = Buffer::file});
        Client client;
        BOOST_TEST(!get(handler, client).complete);
        BOOST_TEST(client.status == 200);
        BOOST_TEST((client.body == large));
        BOOST_TEST(client.is_aborted);
    }
}

BOOST_AUTO_TEST_CASE(and_a_502_where_nothing_of_it_was_sent) {
    const FakeResponder responder(
        FakeResponder::once(reply("Content-Length: 5001\r\n" + head + large.substr(0, 5'000))));
    const FcgiAnswer answer =
        ask_fcgi({.backends = {responder.backend()}, .buffer = Buffer::memory});
    BOOST_TEST(answer.status == 502);
    BOOST_TEST(answer.has_logged("the body has 5000 bytes, and its Content-Length is 5001"),
               answer.log);
}

BOOST_AUTO_TEST_CASE(replies_without_a_body_are_what_they_are) {
    for (const Buffer buffer : {Buffer::off, Buffer::memory, Buffer::file})
        for (const char* status : {"204 Nothing", "304 Known", "200 HEAD"}) {
            const FakeResponder responder(FakeResponder::always(
                reply("Status: " + std::string(status) + "\r\nETag: \"e\"\r\n\r\n" + large)));
            const bool is_head = status == std::string("200 HEAD");
            const FcgiAnswer answer =
                ask_fcgi({.backends = {responder.backend()}, .buffer = buffer},
                         Request::make(is_head ? "HEAD" : "GET", "/"));
            BOOST_TEST(answer.is_complete);
            BOOST_TEST(std::to_string(answer.status) == std::string(status, 3));
            BOOST_TEST(answer.headers.get("ETag") == "\"e\"");
            BOOST_TEST(answer.body == "");
        }
}

BOOST_AUTO_TEST_CASE(a_client_that_leaves_frees_the_application) {
    for (const Buffer buffer : {Buffer::off, Buffer::memory, Buffer::file}) {
        std::promise<void> ended;
        const FakeResponder responder([&](ResponderPeer& peer) {
            peer.read_request();
            peer.write(output(head));
            while (peer.write(output(large.substr(0, 60'000)))) {  // without an end
            }
            ended.set_value();
        });
        const HandlerPtr handler =
            fcgi_client({.backends = {responder.backend()}, .buffer = buffer});
        std::future<void> has_ended = ended.get_future();
        Client client;
        client.at_first_piece = [] { throw Cancelled("the client has gone"); };
        BOOST_TEST(!get(handler, client).complete);
        BOOST_TEST(is_ready(has_ended, long_enough));
    }
}

BOOST_AUTO_TEST_CASE(unless_the_application_is_not_to_know) {
    for (const Buffer buffer : {Buffer::off, Buffer::memory, Buffer::file}) {
        Application application(reply(head + large));
        const HandlerPtr handler = fcgi_client({.backends = {application.responder.backend()},
                                                .buffer = buffer,
                                                .ignore_client_abort = true});
        Client client;
        client.at_first_piece = [] { throw Cancelled("the client has gone"); };
        BOOST_TEST(!get(handler, client).complete);
        BOOST_TEST(is_ready(application.is_free, long_enough));  // it could write all of it
    }
}

BOOST_AUTO_TEST_SUITE_END()
