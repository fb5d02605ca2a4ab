// What a handler writes against what the sink is given.
#include <ostream>
#include <stdexcept>
#include <string>
#include <vector>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <turngate/http/error.h>
#include <turngate/http/response_writer.h>

using namespace turngate;
namespace data = boost::unit_test::data;

namespace {

// Writes down the calls, and fails in the one it is told to.
class Sink final : public ResponseSink {
  public:
    std::vector<std::string> calls;
    std::string body;
    Headers head;
    std::string fails_in;

    void on_head(int status, const Headers& headers) override {
        head = headers;
        note("head " + std::to_string(status));
    }
    void on_body(std::string_view chunk) override {
        BOOST_TEST(!chunk.empty());
        note("body " + std::to_string(chunk.size()));
        body += chunk;
    }
    void on_flush() override { note("flush"); }
    void on_finish() override { note("finish"); }
    void on_abort() noexcept override { calls.push_back("abort"); }

  private:
    void note(const std::string& call) {
        calls.push_back(call);
        if (!fails_in.empty() && call.starts_with(fails_in)) throw Cancelled("gone");
    }
};

using Calls = std::vector<std::string>;

struct Fixture {
    Sink sink;
    ResponseWriter w{sink};
};

#define CHECK_CALLS(...) \
    BOOST_TEST(sink.calls == (Calls{__VA_ARGS__}), boost::test_tools::per_element())

}  // namespace

BOOST_AUTO_TEST_SUITE(response_writer)

BOOST_FIXTURE_TEST_CASE(a_small_body_gets_a_content_length_and_a_type, Fixture) {
    w.write("123");
    w.write("45");
    BOOST_TEST(!w.committed());
    w.finish();
    w.finish();
    BOOST_TEST(sink.head.get("Content-Length") == "5");
    BOOST_TEST(sink.head.get("Content-Type") == "text/plain; charset=utf-8");
    BOOST_TEST(w.bytes() == 5u);
    CHECK_CALLS("head 200", "body 5", "finish");
}

BOOST_FIXTURE_TEST_CASE(nothing_written_is_an_empty_body, Fixture) {
    w.finish();
    BOOST_TEST(sink.head.get("Content-Length") == "0");
    BOOST_TEST(!sink.head.contains("Content-Type"));
    CHECK_CALLS("head 200", "finish");
}

BOOST_FIXTURE_TEST_CASE(exactly_the_held_back_size_is_held_back, Fixture) {
    w.write(std::string(ResponseWriter::hold_back, 'x'));
    BOOST_TEST(!w.committed());
    w.write("y");
    BOOST_TEST(w.committed());
    w.finish();
    BOOST_TEST(!sink.head.contains("Content-Length"));
    CHECK_CALLS("head 200", "body 8192", "body 1", "finish");
}

BOOST_FIXTURE_TEST_CASE(a_big_first_chunk_is_streamed_with_a_type, Fixture) {
    w.write(std::string(100'000, 'x'));
    w.finish();
    BOOST_TEST(sink.head.get("Content-Type") == "text/plain; charset=utf-8");
    BOOST_TEST(!sink.head.contains("Content-Length"));
    CHECK_CALLS("head 200", "body 100000", "finish");
}

BOOST_FIXTURE_TEST_CASE(flush_sends_what_was_held_back, Fixture) {
    w.flush();
    w.write("");
    w.write("one");
    w.flush();
    w.finish();
    CHECK_CALLS("head 200", "flush", "body 3", "flush", "finish");
}

BOOST_FIXTURE_TEST_CASE(the_head_is_final_once_it_is_sent, Fixture) {
    w.status(201).header("X", "1").flush();
    BOOST_CHECK_THROW(w.header("X", "2"), std::logic_error);
    BOOST_CHECK_THROW(w.headers(), std::logic_error);
    BOOST_CHECK_THROW(w.status(200), std::logic_error);
    BOOST_CHECK_THROW(w.reset(), std::logic_error);
    BOOST_CHECK_THROW(w.send(text("late")), std::logic_error);
    BOOST_TEST(std::as_const(w).headers().get("X") == "1");
    BOOST_TEST(w.status() == 201);
}

BOOST_FIXTURE_TEST_CASE(after_the_end_nothing_can_be_written, Fixture) {
    w.finish();
    BOOST_CHECK_THROW(w.write("x"), std::logic_error);
    BOOST_CHECK_THROW(w.write(""), std::logic_error);
    BOOST_CHECK_THROW(w.flush(), std::logic_error);
    w.abort();
    CHECK_CALLS("head 200", "finish");
}

BOOST_DATA_TEST_CASE(only_final_statuses_are_accepted,
                     data::make({-1, 0, 99, 100, 101, 103, 199, 600, 1000}), status) {
    Sink sink;
    ResponseWriter w(sink);
    BOOST_CHECK_THROW(w.status(status), std::invalid_argument);
    BOOST_TEST(w.status() == 200);
}

BOOST_FIXTURE_TEST_CASE(reset_forgets_everything, Fixture) {
    w.status(404).header("X", "1").header("Content-Length", "100").write("half");
    w.reset();
    w.finish();
    BOOST_TEST(!sink.head.contains("X"));
    BOOST_TEST(sink.head.get("Content-Length") == "0");
    CHECK_CALLS("head 200", "finish");
}

// -- Content-Length --

BOOST_FIXTURE_TEST_CASE(a_declared_length_is_kept, Fixture) {
    w.header("content-length", "100000");
    w.write(std::string(60'000, 'x'));
    w.write(std::string(40'000, 'x'));
    w.finish();
    BOOST_TEST(sink.head.get("Content-Length") == "100000");
    BOOST_TEST(sink.body.size() == 100'000u);
}

BOOST_FIXTURE_TEST_CASE(a_held_body_of_another_length_never_goes_out, Fixture) {
    for (const char* declared : {"4", "6", "0"}) {
        w.header("Content-Length", declared).write("12345");
        BOOST_CHECK_THROW(w.finish(), std::logic_error);
        BOOST_TEST(!w.committed());
        w.reset();
    }
    BOOST_TEST(sink.calls.empty());
}

BOOST_FIXTURE_TEST_CASE(not_a_byte_goes_past_the_declared_length, Fixture) {
    w.header("Content-Length", "4").write("123");
    w.flush();
    BOOST_CHECK_THROW(w.write("45"), std::logic_error);
    BOOST_CHECK_THROW(w.finish(), std::logic_error);
    w.abort();
    BOOST_TEST(sink.body == "123");
    CHECK_CALLS("head 200", "body 3", "flush", "abort");
}

BOOST_FIXTURE_TEST_CASE(a_big_chunk_past_the_declared_length_is_caught_before_the_head, Fixture) {
    w.header("Content-Length", "4");
    BOOST_CHECK_THROW(w.write(std::string(10'000, 'x')), std::logic_error);
    BOOST_TEST(!w.committed());
    BOOST_TEST(sink.calls.empty());
}

BOOST_FIXTURE_TEST_CASE(a_streamed_body_that_is_too_short_is_not_finished, Fixture) {
    w.header("Content-Length", "10").write("123");
    w.flush();
    BOOST_CHECK_THROW(w.finish(), std::logic_error);
    w.abort();
    CHECK_CALLS("head 200", "body 3", "flush", "abort");
}

BOOST_DATA_TEST_CASE(a_malformed_length_is_refused,
                     data::make({"", "-1", "+5", "5 ", " 5", "5,5", "0x5", "5.0", "a",
                                 "18446744073709551616"}),
                     declared) {
    Sink sink;
    ResponseWriter w(sink);
    w.header("Content-Length", declared).write("12345");
    BOOST_CHECK_THROW(w.flush(), std::logic_error);
    BOOST_CHECK_THROW(w.finish(), std::logic_error);
    BOOST_TEST(sink.calls.empty());
}

BOOST_FIXTURE_TEST_CASE(equal_lengths_become_one_and_different_ones_are_refused, Fixture) {
    w.headers().add("Content-Length", "5");
    w.headers().add("content-length", "5");
    w.write("12345");
    w.finish();
    BOOST_TEST(sink.head.values("Content-Length").size() == 1u);

    ResponseWriter other(sink);
    other.headers().add("Content-Length", "5");
    other.headers().add("Content-Length", "6");
    other.write("12345");
    BOOST_CHECK_THROW(other.finish(), std::logic_error);
}

BOOST_FIXTURE_TEST_CASE(framing_is_the_doors_business, Fixture) {
    w.header("Transfer-Encoding", "chunked").write("12345");
    w.finish();
    BOOST_TEST(!sink.head.contains("Transfer-Encoding"));
    BOOST_TEST(sink.head.get("Content-Length") == "5");
}

// -- responses without a body --

struct Bodiless {
    const char* method;
    int status;
    const char* declared;  // by the handler
    const char* written;
    const char* length;  // in the head; "none": no such field
};
std::ostream& operator<<(std::ostream& out, const Bodiless& b) {
    return out << b.method << ' ' << b.status << " declaring '" << b.declared << "' writing '"
               << b.written << '\'';
}
const Bodiless bodiless[] = {
    {"HEAD", 200, "", "12345", "5"},     {"HEAD", 200, "", "", "none"},
    {"HEAD", 200, "99", "", "99"},       {"HEAD", 200, "99", "12345", "99"},
    {"HEAD", 204, "5", "12345", "none"}, {"HEAD", 404, "", "12345", "5"},
    {"GET", 204, "", "", "none"},        {"GET", 204, "5", "12345", "none"},
    {"GET", 205, "", "", "0"},           {"GET", 205, "5", "12345", "0"},
    {"GET", 304, "", "", "none"},        {"GET", 304, "99", "", "99"},
    {"GET", 304, "99", "12345", "99"},   {"GET", 304, "", "12345", "none"},
};

BOOST_DATA_TEST_CASE(no_body_where_none_may_be, data::make(bodiless), b) {
    Sink sink;
    ResponseWriter w(sink, b.method);
    w.status(b.status);
    if (*b.declared) w.header("Content-Length", b.declared);
    w.write(b.written);
    w.finish();
    BOOST_TEST(sink.head.get("Content-Length", "none") == b.length);
    BOOST_TEST(w.bytes() == 0u);
    CHECK_CALLS("head " + std::to_string(b.status), "finish");
}

BOOST_AUTO_TEST_CASE(a_big_body_for_head_is_only_counted) {
    Sink sink;
    ResponseWriter w(sink, "HEAD");
    w.send({200, {}, std::string(100'000, 'x')});
    w.finish();
    BOOST_TEST(sink.head.get("Content-Length") == "100000");
    CHECK_CALLS("head 200", "finish");
}

// -- send --

BOOST_FIXTURE_TEST_CASE(send_declares_the_length_of_a_big_body, Fixture) {
    w.send({201, {{"X", "1"}}, std::string(100'000, 'x')});
    w.finish();
    BOOST_TEST(sink.head.get("Content-Length") == "100000");
    CHECK_CALLS("head 201", "body 100000", "finish");
}

BOOST_FIXTURE_TEST_CASE(send_replaces_fields_and_keeps_cookies, Fixture) {
    w.header("Content-Type", "a/b").header("Server", "s").header("Set-Cookie", "outer=1");
    w.send({200,
            {{"content-type", "c/d"},
             {"Set-Cookie", "a=1"},
             {"Set-Cookie", "b=2"},
             {"V", "1"},
             {"V", "2"}},
            "x"});
    w.finish();
    BOOST_TEST(sink.head.values("Content-Type") == (Calls{"c/d"}),
               boost::test_tools::per_element());
    BOOST_TEST(sink.head.values("Set-Cookie") == (Calls{"outer=1", "a=1", "b=2"}),
               boost::test_tools::per_element());
    BOOST_TEST(sink.head.joined("V") == "1, 2");
    BOOST_TEST(sink.head.get("Server") == "s");
}

BOOST_FIXTURE_TEST_CASE(send_after_write_appends, Fixture) {
    w.write("one ");
    w.send(text("two"));
    w.finish();
    BOOST_TEST(sink.body == "one two");
    BOOST_TEST(sink.head.get("Content-Length") == "7");
}

BOOST_FIXTURE_TEST_CASE(nothing_follows_a_whole_response, Fixture) {
    w.send(text("whole"));
    w.write("more");
    BOOST_CHECK_THROW(w.finish(), std::logic_error);
    BOOST_TEST(sink.calls.empty());
}

// -- failing sinks --

BOOST_DATA_TEST_CASE(after_a_failure_the_sink_is_only_aborted,
                     data::make({"head", "body", "flush", "finish"}), place) {
    Sink sink;
    sink.fails_in = place;
    ResponseWriter w(sink);
    auto answer = [&] {
        w.write("x");
        w.flush();
        w.finish();
    };
    BOOST_CHECK_THROW(answer(), Cancelled);
    // A handler that swallows the exception gets it again, and nothing looks complete.
    BOOST_CHECK_THROW(w.write("y"), Cancelled);
    BOOST_CHECK_THROW(w.flush(), Cancelled);
    BOOST_CHECK_THROW(w.finish(), Cancelled);
    const std::size_t calls = sink.calls.size();
    w.abort();
    w.abort();
    BOOST_TEST(sink.calls.size() == calls + 1);
    BOOST_TEST(sink.calls.back() == "abort");
}

BOOST_AUTO_TEST_SUITE_END()
