// Replies of a FastCGI application: what reaches the client, what is a 502 and what breaks off.
#include <map>
#include <string>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "support/fcgi_ask.h"

using namespace turngate;
using namespace turngate::test;

namespace {

constexpr int output_type = 6;
const std::string type = "Content-Type: text/plain\r\n";
const std::string head = type + "\r\n";
const std::string end = output_end() + end_request();

// Past what is held back, so that a client has the head already.
const std::string long_body(ResponseWriter::hold_back + 1, 'l');

Request head_request() {
    return Request::make("HEAD", "/");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(fcgi_replies)

BOOST_AUTO_TEST_CASE(a_reply_is_a_head_and_a_body) {
    const FcgiAnswer answer =
        ask_fcgi(reply("Status: 404 Gone Fishing\r\nX-A: 1\r\n" + head + "hello"));
    BOOST_TEST(answer.status == 404);
    BOOST_TEST(answer.headers.get("X-A") == "1");
    BOOST_TEST(answer.headers.get("Content-Type") == "text/plain");
    BOOST_TEST(answer.body == "hello");
    BOOST_TEST(!answer.has_logged("warn"), answer.log);
}

BOOST_AUTO_TEST_CASE(it_may_be_cut_anywhere_into_records_and_padded) {
    const std::string text = head + "hello";
    for (std::size_t step = 1; step <= text.size(); ++step)
        for (const std::size_t padding : {0u, 1u, 7u, 255u}) {
            std::string bytes;
            for (std::size_t at = 0; at < text.size(); at += step)
                bytes += record(output_type, text.substr(at, step), 1, padding);
            const FcgiAnswer answer = ask_fcgi(bytes + end);
            BOOST_TEST_CONTEXT("step " << step << ", padding " << padding) {
                BOOST_TEST(answer.status == 200);
                BOOST_TEST(answer.body == "hello");
            }
        }
}

BOOST_AUTO_TEST_CASE(a_record_of_the_largest_size_comes_whole) {
    const std::string text = head + std::string(65'535 - head.size(), 'x');
    BOOST_TEST(ask_fcgi(record(output_type, text, 1, 255) + end).body == text.substr(head.size()));
}

BOOST_AUTO_TEST_CASE(php_sends_no_empty_output_before_the_end) {
    BOOST_TEST(ask_fcgi(output(head + "hello") + end_request()).body == "hello");
}

BOOST_AUTO_TEST_CASE(standard_error_goes_to_the_log_of_the_request) {
    const FcgiAnswer answer = ask_fcgi(errors("first\nsec") + output(head + "hi") +
                                       errors("ond\nlast") + errors("") + end);
    BOOST_TEST(answer.body == "hi");
    for (const char* line : {"first\n", "second\n", "last\n"})
        BOOST_TEST(answer.has_logged(line), answer.log);
}

BOOST_AUTO_TEST_CASE(of_a_flood_of_standard_error_the_log_has_a_part) {
    std::string bytes;
    for (int i = 0; i < 20; ++i)
        bytes += errors(std::string(999, 'e') + '\n');
    const FcgiAnswer answer = ask_fcgi(bytes + reply(head + "hi"));
    BOOST_TEST(answer.body == "hi");
    BOOST_TEST(answer.log.size() > 4'000u);
    BOOST_TEST(answer.log.size() < 12'000u);
}

BOOST_AUTO_TEST_CASE(a_status_of_the_application_that_is_not_0_is_logged) {
    const FcgiAnswer answer = ask_fcgi(output(head + "hi") + output_end() + end_request(0x1020304));
    BOOST_TEST(answer.body == "hi");
    BOOST_TEST(answer.has_logged("ended with status 16909060"), answer.log);
}

// Replies that are none, with no body past what is held back.
struct Bad {
    const char* name;
    std::string bytes;
    const char* logged;
    int status = 502;
};
std::ostream& operator<<(std::ostream& out, const Bad& bad) {
    return out << bad.name;
}
const Bad bad_replies[] = {
    {"empty", end, "the reply is empty"},
    {"empty without an end of output", end_request(), "the reply is empty"},
    {"only standard error", errors("Fatal") + end, "the reply is empty"},
    {"half a head", output("Content-Ty") + end, "before the end of its head"},
    {"cut in a record of the head", output(head).substr(0, 15), "closed before the end"},
    {"cut behind a record of the head", output(type), "closed before the end"},
    {"cut in a header", output(head) + "\1\6\0", "closed before the end"},
    {"cut in a record of the body", output(head + "hello").substr(0, 40), "closed before the end"},
    {"cut between records", output(head + "hello"), "closed before the end"},
    {"cut in the padding", record(6, head + "hello", 1, 8).substr(0, 40), "closed before the end"},
    {"no END_REQUEST", output(head + "hello") + output_end(), "closed before the end"},
    {"cut in END_REQUEST", output(head) + end_request().substr(0, 12), "closed before the end"},
    {"cannot multiplex", end_request(0, 1), "one request at a time"},
    {"overloaded", end_request(0, 2), "overloaded", 503},
    {"unknown role", end_request(0, 3), "no responder"},
    {"unknown status", end_request(0, 4), "protocol status 4"},
    {"overloaded within", output(head) + end_request(0, 2), "within its reply"},
    {"cannot multiplex within", output(head) + end_request(0, 1), "within its reply"},
    {"short END_REQUEST", output(head + "hi") + record(3, "1234567"), "has not 8 bytes"},
    {"long END_REQUEST", output(head + "hi") + record(3, "123456789"), "has not 8 bytes"},
    {"another request", record(6, head, 2) + reply(head + "hi"), "of the request 2"},
    {"type 42", record(42, "x") + reply(head + "hi"), "type 42"},
    {"type BEGIN_REQUEST", record(1, {"\0\1\0\0\0\0\0\0", 8}) + reply(head), "type 1"},
    {"version 2", "\2" + reply(head + "hi").substr(1), "version"},
    {"HTTP", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "version"},
    {"less than its Content-Length", reply("Content-Length: 6\r\n" + head + "hello"),
     "the body has 5 bytes, and its Content-Length is 6"},
    {"no body of its Content-Length", reply("Content-Length: 6\r\n" + head),
     "the body has 0 bytes, and its Content-Length is 6"},
    {"a line without a colon", reply("nonsense\r\n" + head), "line 1 of the response head"},
};

BOOST_DATA_TEST_CASE(what_is_no_reply_is_answered_by_us,
                     boost::unit_test::data::make(bad_replies)) {
    // A POST, so that it is not sent again.
    const FcgiAnswer answer = ask_fcgi(sample.bytes, Request::post("/", "x"));
    // A head is flushed where the application pauses behind it, and so may be out already.
    if (answer.is_complete)
        BOOST_TEST(answer.status == sample.status);
    else
        BOOST_TEST(sample.bytes.find(head) != std::string::npos);
    BOOST_TEST(answer.has_logged(sample.logged), answer.log);
    BOOST_TEST(answer.has_logged("fcgi:127.0.0.1:"), answer.log);
}

BOOST_AUTO_TEST_CASE(behind_the_head_a_reply_that_breaks_off_is_never_a_whole_one) {
    const std::string start = output(head) + output(long_body);
    for (const std::string& rest :
         {std::string(), std::string("\1\6"), output_end(), output("more").substr(0, 10),
          end_request(0, 2), end_request(0, 3), record(42, "x"), record(6, "x", 2),
          record(3, "short"), std::string("\2\6\0\1\0\0\0\0", 8)}) {
        const FcgiAnswer answer = ask_fcgi(start + rest, Request::post("/", "x"));
        BOOST_TEST(!answer.is_complete);
        BOOST_TEST(answer.has_logged("error "), answer.log);
    }
    const std::string length = "Content-Length: " + std::to_string(long_body.size() + 1) + "\r\n";
    BOOST_TEST(!ask_fcgi(reply(length + head + long_body)).is_complete);
    BOOST_TEST(ask_fcgi(start + end).body == long_body);  // as a check on the check
}

BOOST_AUTO_TEST_CASE(an_application_may_close_without_a_word_behind_its_content_length) {
    const std::string bytes = output("Content-Length: 5\r\n" + head + "hello");
    BOOST_TEST(ask_fcgi(bytes).body == "hello");
    BOOST_TEST(ask_fcgi(bytes + "\1\6").status != 200);
}

BOOST_AUTO_TEST_CASE(the_end_of_the_output_is_the_end_only_where_the_options_say_so) {
    const FakeResponder responder(FakeResponder::once(output(head + "hello") + output_end()));
    FcgiOptions options{.backends = {responder.backend()}, .tolerate_missing_end = true};
    BOOST_TEST(ask_fcgi(options).body == "hello");
    options.tolerate_missing_end = false;
    BOOST_TEST(ask_fcgi(options).status != 200);
}

BOOST_AUTO_TEST_CASE(what_is_more_than_its_content_length_is_cut_and_logged) {
    const std::string start = "Content-Length: 5\r\n" + head;
    for (const std::string& bytes :
         {reply(start + "helloevil"), output(start + "hello") + output("evil") + end,
          output(start + "hel") + output("loev") + output("il") + end}) {
        const FcgiAnswer answer = ask_fcgi(bytes);
        BOOST_TEST(answer.status == 200);
        BOOST_TEST(answer.body == "hello");
        BOOST_TEST(answer.has_logged("more than its Content-Length, 5"), answer.log);
    }
}

BOOST_AUTO_TEST_CASE(a_head_alone_is_whole_for_head_and_304) {
    const std::string start = "Content-Length: 6\r\n" + head;
    for (const std::string& bytes : {reply(start), reply(start + "hello!")}) {
        const FcgiAnswer answer = ask_fcgi(bytes, head_request());
        BOOST_TEST(answer.status == 200);
        BOOST_TEST(answer.headers.get("Content-Length") == "6");
        BOOST_TEST(answer.body == "");
    }
    const FcgiAnswer answer = ask_fcgi(reply("Status: 304\r\nETag: \"a\"\r\n" + start));
    BOOST_TEST(answer.status == 304);
    BOOST_TEST(answer.headers.get("ETag") == "\"a\"");
    BOOST_TEST(answer.body == "");
}

BOOST_AUTO_TEST_CASE(a_204_has_neither_body_nor_length) {
    const FcgiAnswer answer =
        ask_fcgi(reply("Status: 204\r\nContent-Length: 5\r\n" + head + "hello"));
    BOOST_TEST(answer.status == 204);
    BOOST_TEST(!answer.headers.contains("Content-Length"));
    BOOST_TEST(answer.body == "");
}

BOOST_AUTO_TEST_CASE(records_about_the_connection_are_nothing_to_the_client) {
    BOOST_TEST(ask_fcgi(record(11, std::string(8, '\0'), 0) + reply(head + "hi")).body == "hi");
}

BOOST_AUTO_TEST_CASE(a_connection_on_which_too_much_came_is_not_kept) {
    const std::string whole = reply(head + "hi");
    const std::map<std::string, bool> cases = {
        {whole, true},
        {record(10, "", 0) + whole, false},
        {output(head + "hi") + output_end() + output("evil") + end_request(), false},
        {reply("Content-Length: 1\r\n" + head + "hi"), false},
        {whole + whole, false},
    };
    for (const auto& [bytes, is_kept] : cases) {
        const FakeResponder responder(FakeResponder::always(bytes));
        const HandlerPtr handler = fcgi_client({.backends = {responder.backend()}, .keep = 1});
        for (int i = 0; i < 2; ++i)
            BOOST_TEST(ask_fcgi(*handler).status == 200);
        BOOST_TEST(responder.connections() == (is_kept ? 1u : 2u));
    }
}

BOOST_AUTO_TEST_CASE(fields_for_servers_stay_here_unless_someone_obeys_them) {
    const FakeResponder responder(FakeResponder::always(
        reply("X-Accel-Redirect: /secret\r\nX-Sendfile: /etc/passwd\r\nX-Accel-Expires: 1\r\n" +
              head + "hi")));
    FcgiOptions options{.backends = {responder.backend()}};
    FcgiAnswer answer = ask_fcgi(options);
    for (const char* name : {"X-Accel-Redirect", "X-Sendfile", "X-Accel-Expires"})
        BOOST_TEST(!answer.headers.contains(name));
    options.passes_file_fields = true;
    answer = ask_fcgi(options);
    BOOST_TEST(answer.headers.get("X-Accel-Redirect") == "/secret");
    BOOST_TEST(answer.headers.get("X-Sendfile") == "/etc/passwd");
    BOOST_TEST(!answer.headers.contains("X-Accel-Expires"));
}

BOOST_AUTO_TEST_SUITE_END()
