// What a request says by FastCGI, and what comes back.
#include <algorithm>
#include <stdexcept>
#include <string>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "support/fcgi_client.h"
#include "support/forged_variables.h"
#include "support/tcp_client.h"

using namespace turngate;
using namespace turngate::test;

namespace {

// Tells the request in the response.
void mirror(Request& request, ResponseWriter& w) {
    std::string out = request.method + ' ' + request.url.scheme + "://" + request.url.host + ' ' +
                      request.url.script_name + '|' + request.url.target() + ' ' +
                      request.protocol + " from " + request.remote_address + '\n';
    for (const auto& [name, value] : request.headers)
        out.append(name).append(": ").append(value).append("\n");
    if (const auto* user = request.context.find<RemoteUser>())
        out += "user " + user->name + " by " + user->auth_type + '\n';
    w.write(out + request.body.text());
}

std::string mirrored(const FcgiRequest& request, FastcgiOptions options = {}) {
    const ServedFcgi served(mirror, std::move(options));
    return served.ask(request).body();
}

struct Refusal {
    const char* name;
    FcgiRequest request;
    const char* status;
    const char* message;
};
std::ostream& operator<<(std::ostream& out, const Refusal& r) {
    return out << r.name;
}

FcgiVariables many(std::size_t count) {
    FcgiVariables out;
    for (std::size_t i = 0; i < count; ++i)
        out.emplace_back("HTTP_X_" + std::to_string(i), "v");
    return out;
}

const Refusal refusals[] = {
    {"too_many_variables", {.more = many(255)}, "431", "more than 256 FastCGI variables"},
    {"too_long_variables",
     {.more = {{"HTTP_COOKIE", std::string(65'500, 'x')}}},
     "431",
     "more than 65536 bytes"},
    {"a_variable_that_lies", {.more = {{"X", std::string("a\0b", 3)}}}, "400", "has a NUL"},
    {"no_method", {.method = ""}, "400", "there is no REQUEST_METHOD"},
    {"no_token", {.method = "GE T"}, "400", "not a token"},
    {"a_dot_segment", {.uri = "/a/../b"}, "400", "has a dot segment"},
    {"an_encoded_dot_segment", {.uri = "/a/..%2F..%2fb"}, "400", "has a dot segment"},
    {"a_line_end_in_the_target", {.uri = "/a\r\nX: 1"}, "400", "has a CR, LF or NUL"},
    {"a_length_below_zero", {.more = {{"CONTENT_LENGTH", "-1"}}}, "411", "is not known"},
    {"no_length", {.more = {{"CONTENT_LENGTH", "1x"}}}, "400", "CONTENT_LENGTH is no number"},
    {"a_length_above_the_limit", {.more = {{"CONTENT_LENGTH", "20"}}}, "413", "larger than 10"},
    {"a_body_that_ends_early",
     {.body = "abc", .more = {{"CONTENT_LENGTH", "3"}, {"CONTENT_LENGTH", "4"}}},
     "400",
     "different values"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(fastcgi_requests)

BOOST_AUTO_TEST_CASE(a_request_is_answered_in_records) {
    const ServedFcgi served([](Request&, ResponseWriter& w) {
        w.status(201)
            .header("X-A", "b")
            .header("Connection", "close, x-b")
            .header("Status", "500 no");
        w.header("X-B", "1");
        w.write("hello");
    });
    const FcgiClient client = served.client();
    client.send(FcgiRequest{.id = 0x1234}.whole());
    const FcgiRecord output = client.read_record();
    BOOST_TEST(output.type == fcgi_type::output);
    BOOST_TEST(output.id == 0x1234);
    BOOST_TEST(output.content ==
               "Status: 201 Created\r\nX-A: b\r\nContent-Length: 5\r\n"
               "Content-Type: text/plain; charset=utf-8\r\n\r\nhello");
    const FcgiRecord end_of_output = client.read_record();
    BOOST_TEST(end_of_output.type == fcgi_type::output);
    BOOST_TEST(end_of_output.content == "");
    const FcgiRecord end = client.read_record();
    BOOST_TEST(end.type == fcgi_type::end);
    BOOST_TEST(end.content == std::string(8, '\0'));
    BOOST_TEST(client.is_at_end());
}

BOOST_AUTO_TEST_CASE(the_variables_are_the_request) {
    BOOST_TEST(mirrored({.method = "PUT",
                         .uri = "http://other/f/a%20b/c?x=/../%20&y",
                         .body = "body",
                         .more = {{"SCRIPT_NAME", "/f/a b"},
                                  {"HTTP_HOST", "h.test:81"},
                                  {"HTTPS", "ON"},
                                  {"SERVER_PROTOCOL", "HTTP/2.0"},
                                  {"REMOTE_ADDR", "192.0.2.1"},
                                  {"REMOTE_USER", "admin"},
                                  {"CONTENT_TYPE", "a/b"},
                                  {"HTTP_X_A", "1"},
                                  {"HTTP_X_A", "2"},
                                  {"PATH", "/bin"}}}) ==
               "PUT https://h.test:81 |/f/a%20b/c?x=/../%20&y HTTP/2.0 from 192.0.2.1\n"
               "host: h.test:81\nx-a: 1\nx-a: 2\ncontent-type: a/b\ncontent-length: 4\nbody");
}

BOOST_AUTO_TEST_CASE(what_only_the_front_may_say_does_not_come_through) {
    FcgiVariables more = {{"CONTENT_LENGTH", "0"}, {"HTTP_OK", "1"}};
    for (const std::string variable : forged_variables) {
        const auto end = variable.find('=');
        more.emplace_back(variable.substr(0, end), variable.substr(end + 1));
    }
    BOOST_TEST(mirrored({.more = more}) ==
               "GET http:// |/x HTTP/1.1 from \nok: 1\ncontent-length: 0\n");
}

BOOST_AUTO_TEST_CASE(whom_the_front_has_authenticated_is_believed_only_when_told_so) {
    const FcgiRequest request{.more = {{"REMOTE_USER", "ada"}, {"AUTH_TYPE", "Basic"}}};
    BOOST_TEST(mirrored(request).find("ada") == std::string::npos);
    FastcgiOptions trusting;
    trusting.trust_remote_user = true;
    BOOST_TEST(mirrored(request, trusting).find("user ada by Basic\n") != std::string::npos);
    BOOST_TEST(mirrored({.more = {{"REMOTE_USER", ""}}}, trusting).find("user") ==
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_handler_is_mounted_where_it_is_told) {
    const FcgiRequest request{.uri = "/app/x/y", .more = {{"SCRIPT_NAME", "/app/x"}}};
    FastcgiOptions options;
    options.mount = "/app";
    BOOST_TEST(mirrored(request, options).find(" /app|/x/y ") != std::string::npos);
    options.mount = "/other";
    BOOST_TEST(mirrored(request, options).find(" |/app/x/y ") != std::string::npos);
    options.mount = "SCRIPT_NAME";
    BOOST_TEST(mirrored(request, options).find(" /app/x|/y ") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_path_with_a_dot_segment_is_passed_only_when_told_so) {
    FastcgiOptions options;
    options.mount = "/app";
    const FcgiRequest request{.uri = "/app/../secret"};
    BOOST_TEST(ServedFcgi(mirror, options).ask(request).status() == "400");
    options.pass_dot_segments = true;
    BOOST_TEST(mirrored(request, options).find(" /app|/../secret ") != std::string::npos);
}

BOOST_DATA_TEST_CASE(what_is_no_request_is_refused_with_an_answer, refusals) {
    FastcgiOptions options;
    options.common.max_body = 10;
    const ServedFcgi served([](Request&, ResponseWriter& w) { w.write("served"); }, options);
    FcgiClient client = served.client();
    FcgiRequest request = sample.request;
    request.keeps = true;
    const FcgiReply reply = client.ask(request);
    BOOST_TEST(reply.status() == sample.status);
    BOOST_TEST(reply.body().find(sample.message) != std::string::npos, reply.body());
    BOOST_TEST(reply.has_output_end);
    BOOST_TEST(reply.app_status == 0);
    BOOST_TEST(client.ask({.keeps = true}).body() == "served");  // the connection goes on
}

BOOST_AUTO_TEST_CASE(a_body_of_any_length_arrives) {
    const ServedFcgi served([](Request& request, ResponseWriter& w) {
        std::string all, block(10'000, '\0');
        while (const std::size_t n = request.body.read(block))
            all.append(block, 0, n);
        w.write(all);
    });
    for (const std::size_t size : {1u, 65'536u, 65'537u, 3'000'000u}) {
        const std::string body = pattern(size);
        BOOST_TEST((served.ask({.method = "POST", .body = body}).body() == body), size);
    }
}

BOOST_AUTO_TEST_CASE(a_body_that_ends_early_is_an_error) {
    const ServedFcgi served(
        [](Request& request, ResponseWriter& w) { w.write(request.body.text()); });
    FcgiRequest request{.body = std::string(10, 'x')};
    const std::string begin = request.begin() + request.params();
    request.body.resize(9);
    FcgiClient client = served.client();
    client.send(begin + request.input());
    const FcgiReply reply = client.read_reply();
    BOOST_TEST(reply.status() == "400");
    BOOST_TEST(reply.body() == "the request body ended before all of it had come\n");

    FcgiRequest large{.body = std::string(100'000, 'x')};  // the handler has begun
    const std::string large_begin = large.begin() + large.params();
    large.body.resize(99'999);
    FcgiClient another = served.client();
    another.send(large_begin + large.input());
    BOOST_TEST(another.read_reply().status() == "400");
}

BOOST_AUTO_TEST_CASE(what_is_more_than_the_body_is_nobodys) {
    const ServedFcgi served(
        [](Request& request, ResponseWriter& w) { w.write('[' + request.body.text() + ']'); });
    FcgiRequest request{.keeps = true, .body = "abc"};
    const std::string begin = request.begin() + request.params();
    request.body = "abcdef";
    FcgiClient client = served.client();
    client.send(begin + request.input());
    BOOST_TEST(client.read_reply().body() == "[abc]");
    BOOST_TEST(client.ask({.keeps = true, .body = "ghi"}).body() == "[ghi]");
    request = {.keeps = true, .body = {}};
    client.send(request.begin() + request.params());
    request.body = "no length";
    client.send(request.input());
    BOOST_TEST(client.read_reply().body() == "[]");
}

BOOST_AUTO_TEST_CASE(the_answer_to_head_has_no_body) {
    const ServedFcgi served([](Request&, ResponseWriter& w) { w.write("hello"); });
    const FcgiReply reply = served.ask({.method = "HEAD"});
    BOOST_TEST(reply.status() == "200");
    BOOST_TEST(reply.output.find("Content-Length: 5\r\n") != std::string::npos);
    BOOST_TEST(reply.output.ends_with("\r\n\r\n"));
    BOOST_TEST(reply.has_ended());
}

BOOST_AUTO_TEST_CASE(a_large_response_comes_in_records_the_first_with_the_head) {
    const std::string body = pattern(1'000'000);
    const ServedFcgi served([&](Request&, ResponseWriter& w) { w.write(body); });
    const FcgiReply reply = served.ask({});
    BOOST_TEST((reply.body() == body));
    BOOST_TEST(reply.records.size() < 20u);
    BOOST_TEST(reply.records.front() > 60'000u);
}

BOOST_AUTO_TEST_CASE(a_head_longer_than_a_record_comes_whole) {
    const ServedFcgi served([&](Request&, ResponseWriter& w) {
        w.header("X-Long", std::string(100'000, 'l'));
        w.write("body");
    });
    const FcgiReply reply = served.ask({});
    BOOST_TEST(reply.output.find("X-Long: " + std::string(100'000, 'l') + "\r\n") !=
               std::string::npos);
    BOOST_TEST(reply.body() == "body");
}

BOOST_AUTO_TEST_CASE(a_flush_is_a_record) {
    const ServedFcgi served([](Request&, ResponseWriter& w) {
        for (const char* piece : {"one", "two", "three"}) {
            w.write(piece);
            w.flush();
        }
    });
    const FcgiReply reply = served.ask({});
    BOOST_TEST(reply.body() == "onetwothree");
    BOOST_TEST(reply.records.size() == 3u);
}

BOOST_AUTO_TEST_CASE(an_exception_is_a_500) {
    const ServedFcgi served(
        [](Request&, ResponseWriter&) { throw std::runtime_error("a secret"); });
    const FcgiReply reply = served.ask({});
    BOOST_TEST(reply.status() == "500");
    BOOST_TEST(reply.output.find("secret") == std::string::npos);
    BOOST_TEST(reply.app_status == 0);
}

BOOST_AUTO_TEST_SUITE_END()
