// The copy of a call, and that its client notices nothing.
#include "record/recorded.h"

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <turngate/http/serve.h>

using namespace turngate;
using namespace turngate::recording;

namespace {

class Calls final : public CallSink {
  public:
    std::uint64_t arrived() noexcept override { return ++arrivals; }
    void ended(Call call) override { all.push_back(std::move(call)); }

    std::uint64_t arrivals = 0;
    std::vector<Call> all;
};

// What the client sees, call by call.
class Client final : public ResponseSink {
  public:
    void on_interim(int status, const Headers&) override { add(std::to_string(status)); }
    void on_head(int status, const Headers&) override { add(std::to_string(status)); }
    void on_body(std::string_view chunk) override {
        if (is_gone) throw Cancelled("the client has gone");
        add(chunk);
    }
    void on_flush() override { add("flush"); }
    void on_trailers(const Headers&) override { add("trailers"); }
    void on_finish() override { add("finish"); }
    void on_abort() noexcept override { add("abort"); }

    void add(std::string_view what) { seen.append(seen.empty() ? "" : " ").append(what); }
    std::string seen;
    bool is_gone = false;
};

// Pieces of a body, one a read; then it ends, or throws.
class Pieces final : public BodySource {
  public:
    explicit Pieces(std::vector<std::string> pieces) : pieces_(std::move(pieces)) {}
    std::size_t read(std::span<char> into) override {
        ++reads;
        if (next_ == pieces_.size()) return 0;
        return pieces_[next_++].copy(into.data(), into.size());
    }
    static inline int reads = 0;

  private:
    std::vector<std::string> pieces_;
    std::size_t next_ = 0;
};

// The client sends no more.
class Slow final : public BodySource {
  public:
    explicit Slow(int& waits) : waits_(waits) {}
    std::size_t read(std::span<char>) override {
        ++waits_;
        throw HttpError(408, "too slow");
    }

  private:
    int& waits_;
};

Request streamed(std::vector<std::string> pieces, std::optional<std::uint64_t> size = {}) {
    Request request = Request::make("POST", "/a?b=c", {}, {{"X-A", "1"}});
    Pieces::reads = 0;
    request.body = Body(std::make_unique<Pieces>(std::move(pieces)), size);
    return request;
}

struct Served {
    Call call;
    Outcome outcome;
    std::string seen;
};

template <class Function>
Served serve_one(Function function, Request request, Client client = {}, std::size_t limit = 1000) {
    const auto calls = std::make_shared<Calls>();
    const HandlerPtr handler = recorded(to_handler(function), calls, {.body_limit = limit});
    ResponseWriter writer(client, request.method);
    const Outcome outcome = serve(*handler, request, writer);
    BOOST_TEST(calls->all.empty());  // nothing is told before the client has its response
    settle(request.context, outcome);
    BOOST_REQUIRE(calls->all.size() == 1u);
    return {std::move(calls->all[0]), outcome, client.seen};
}

void echo(Request& request, ResponseWriter& response) {
    response.write(request.body.text());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(recorded_calls)

BOOST_AUTO_TEST_CASE(a_call_is_copied_both_ways) {
    Served served = serve_one(echo, streamed({"ab", "c"}));

    BOOST_TEST(served.call.problem == "");
    BOOST_TEST(served.call.number == 1u);
    BOOST_TEST(served.call.request.method == "POST");
    BOOST_TEST(served.call.request.url.target() == "/a?b=c");
    BOOST_TEST(served.call.request.headers.get("X-A") == "1");
    BOOST_TEST(served.call.request_body.bytes() == "abc");
    BOOST_TEST(served.call.reply.status == 200);
    BOOST_TEST(served.call.reply.headers.get("Content-Length") == "3");
    BOOST_TEST(served.call.reply_body.bytes() == "abc");
    BOOST_TEST(served.seen == "200 abc finish");
}

BOOST_AUTO_TEST_CASE(what_the_handler_makes_of_the_request_is_not_recorded) {
    Served served = serve_one(
        [](Request& request, ResponseWriter& response) {
            request.url.strip_prefix("/a");
            request.headers.clear();
            const Body body = std::move(request.body);
            response.status(204);
        },
        Request::make("POST", "/a/b", "body", {{"X-A", "1"}}));

    BOOST_TEST(served.call.request.url.path == "/a/b");
    BOOST_TEST(served.call.request.headers.get("X-A") == "1");
    BOOST_TEST(served.call.request_body.bytes() == "body");
}

BOOST_AUTO_TEST_CASE(a_stream_stays_a_stream) {
    Served served = serve_one(
        [](Request&, ResponseWriter& response) {
            response.interim(103, {});
            response.write("a");
            response.flush();
            response.write("b");
            response.flush();
            response.write("c");
            response.trailers({{"X-T", "1"}});
        },
        Request::get("/"));

    BOOST_TEST(served.seen == "103 200 a flush b flush c trailers finish");
    BOOST_TEST(served.call.reply_body.bytes() == "abc");
    BOOST_TEST(served.call.has_trailers);
}

BOOST_AUTO_TEST_CASE(a_file_is_copied_too) {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::tmpfile(), std::fclose);
    std::fputs("0123456789", file.get());
    std::fflush(file.get());
    const int fd = ::fileno(file.get());
    const auto send = [fd](Request&, ResponseWriter& response) { response.write_file(fd, 2, 5); };

    Served served = serve_one(send, Request::get("/"));
    Served large = serve_one(send, Request::get("/"), {}, 4);

    BOOST_TEST(served.call.reply_body.bytes() == "23456");
    BOOST_TEST(large.call.problem == "the reply's body has more than 4 bytes");
    BOOST_TEST(large.seen == "200 23456 finish");
}

BOOST_AUTO_TEST_CASE(a_body_over_the_limit_passes_and_is_not_kept) {
    Served asked = serve_one(echo, Request::post("/", "12345"), {}, 4);
    Served answered = serve_one([](Request&) { return text("12345"); }, Request::get("/"), {}, 4);

    BOOST_TEST(asked.call.problem == "the reply's body has more than 4 bytes");
    BOOST_TEST(asked.seen == "200 12345 finish");
    BOOST_TEST(answered.call.problem == "the reply's body has more than 4 bytes");
    Served only_asked =
        serve_one([](Request&) { return text("1"); }, Request::post("/", "12345"), {}, 4);
    BOOST_TEST(only_asked.call.problem == "the request's body has more than 4 bytes");
}

BOOST_AUTO_TEST_CASE(a_refusal_is_recorded_as_the_page_that_the_client_gets) {
    Served served = serve_one(
        [](Request&, ResponseWriter& response) {
            response.write("half");
            throw HttpError(404, "not here");
        },
        streamed({"abc"}, 3));

    BOOST_TEST(served.call.problem == "");
    BOOST_TEST(served.call.reply.status == 404);
    BOOST_TEST(served.call.reply_body.bytes() == "not here\n");
    BOOST_TEST(served.call.request_body.bytes() == "abc");
    BOOST_TEST(served.seen == "404 not here\n finish");
}

BOOST_AUTO_TEST_CASE(a_failure_is_not_recorded) {
    Served thrown = serve_one([](Request&) -> Response { throw std::runtime_error("secret"); },
                              Request::get("/"));
    Served broken = serve_one(
        [](Request&, ResponseWriter& response) {
            response.write("a");
            response.flush();
            throw HttpError(404, "late");
        },
        Request::get("/"));

    BOOST_TEST(thrown.call.problem == "the handler failed");
    BOOST_TEST(thrown.seen == "500 internal error\n finish");
    BOOST_TEST(broken.call.problem == "the response broke off");
    BOOST_TEST(broken.seen == "200 a flush abort");
}

BOOST_AUTO_TEST_CASE(a_client_that_leaves_is_not_recorded) {
    Client client;
    client.is_gone = true;

    Served served = serve_one(
        [](Request&, ResponseWriter& response) {
            response.write("a");
            response.flush();
        },
        Request::get("/"), client);

    BOOST_TEST(served.call.problem == "the client left before the end, or the time was up");
    BOOST_TEST(!served.outcome.complete);
}

BOOST_AUTO_TEST_CASE(another_protocol_is_not_recorded) {
    Served served = serve_one(
        [](Request&, ResponseWriter& response) {
            response.switch_protocols({{"Upgrade", "x"}});
        },
        Request::get("/"));

    BOOST_TEST(served.call.problem == "the connection was switched to another protocol");
}

BOOST_AUTO_TEST_CASE(what_the_handler_left_unread_is_read_behind_the_response) {
    const auto ignore = [](Request&) { return text("x"); };

    Served small = serve_one(ignore, streamed({"ab", "c"}));
    Served declared = serve_one(ignore, streamed({std::string(100'000, 'a')}, 100'000));
    BOOST_TEST(Pieces::reads == 0);

    BOOST_TEST(small.call.problem == "");
    BOOST_TEST(small.call.request_body.bytes() == "abc");
    BOOST_TEST(declared.call.problem ==
               "the handler answered before it had read the request's body");
}

BOOST_AUTO_TEST_CASE(nobody_waits_for_a_client_that_waits) {
    Request request = streamed({"abc"}, 3);
    request.headers.add("Expect", "100-continue");

    Served served = serve_one([](Request&) { return text("x"); }, std::move(request));

    BOOST_TEST(Pieces::reads == 0);
    BOOST_TEST(served.call.problem == "the handler answered before it had read the request's body");
}

BOOST_AUTO_TEST_CASE(a_handler_that_reads_just_the_declared_bytes_is_recorded) {
    Served served = serve_one(
        [](Request& request, ResponseWriter&) {
            char block[3];
            request.body.read(block);
        },
        streamed({"abc"}, 3));

    BOOST_TEST(served.call.problem == "");
    BOOST_TEST(served.call.request_body.bytes() == "abc");
}

BOOST_AUTO_TEST_CASE(a_body_that_does_not_come_is_waited_for_once) {
    for (const bool is_prepared : {false, true}) {
        const auto calls = std::make_shared<Calls>();
        RecordedOptions options;
        if (is_prepared) options.prepare = [](Request&, const Call&) {};
        const HandlerPtr handler = recorded(to_handler(echo), calls, options);
        int waits = 0;
        Request request = Request::make("POST", "/");
        request.body = Body(std::make_unique<Slow>(waits), 10);
        Client client;
        ResponseWriter writer(client, request.method);

        settle(request.context, serve(*handler, request, writer));

        BOOST_TEST(waits == 1);
        BOOST_TEST(client.seen.starts_with("408 "));
        BOOST_TEST(calls->all.at(0).problem == "the request's body did not come whole");
    }
}

BOOST_AUTO_TEST_CASE(a_request_is_prepared_once_its_body_is_here) {
    const auto calls = std::make_shared<Calls>();
    std::string seen;
    const HandlerPtr handler =
        recorded(to_handler(echo), calls,
                 {.body_limit = 4, .prepare = [&](Request& request, const Call& call) {
                      seen += std::to_string(call.number) + std::string(request.body.buffered());
                      request.body = Body(std::string("new"));
                  }});
    std::string answers;
    for (std::vector<std::string> pieces : {std::vector<std::string>{"ab", "cd"}, {"abc", "de"}}) {
        Request request = streamed(std::move(pieces));
        Client client;
        ResponseWriter writer(client, request.method);
        settle(request.context, serve(*handler, request, writer));
        answers += client.seen + ' ';
    }

    BOOST_TEST(seen == "1abcd");  // the other one is too large
    BOOST_TEST(answers == "200 new finish 200 abcde finish ");
    BOOST_TEST(calls->all.at(0).request_body.bytes() == "abcd");
    BOOST_TEST(calls->all.at(1).problem == "the reply's body has more than 4 bytes");
}

BOOST_AUTO_TEST_CASE(a_head_has_no_body_and_the_length_it_was_given) {
    Served served = serve_one([](Request&) { return text("abc"); }, Request::make("HEAD", "/"));

    BOOST_TEST(served.call.reply.headers.get("Content-Length") == "3");
    BOOST_TEST(served.call.reply_body.bytes() == "");
    BOOST_TEST(served.seen == "200 finish");
}

BOOST_AUTO_TEST_SUITE_END()
