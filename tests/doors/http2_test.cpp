// HTTP/2 on the port of HTTP/1, asked by frames that are made by hand.
#include <algorithm>
#include <semaphore>
#include <string>
#include <sys/socket.h>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "support/http2_client.h"
#include "support/served.h"
#include <turngate/http/serve.h>

using namespace turngate;
using namespace turngate::test::http2;
using std::chrono::milliseconds;
using turngate::test::Served;

namespace {

Response facts(Request& request) {
    std::string all = request.method + ' ' + request.url.target() + ' ' + request.url.host + ' ' +
                      request.remote_address + ' ' + request.protocol + '\n';
    for (const auto& [name, value] : request.headers)
        all.append(name).append(": ").append(value).append("\n");
    all += request.body.text();
    for (const auto& [name, value] : request.body.trailers())
        all.append(name).append(": ").append(value).append("\n");
    return text(all);
}

const auto plain = request("GET", "/a%20b?x");

struct Refusal {
    const char* name;
    Fields fields;
    const char* status;  // empty: the stream is reset
};
std::ostream& operator<<(std::ostream& out, const Refusal& r) {
    return out << r.name;
}
Fields without(std::string_view name, Fields fields = plain) {
    std::erase_if(fields, [&](const auto& field) { return field.first == name; });
    return fields;
}
Fields with(std::string_view name, std::string_view value) {
    Fields fields = plain;
    for (auto& field : fields)
        if (field.first == name) field.second = value;
    return fields;
}
const Refusal refusals[] = {
    {"a_method_that_is_none", with(":method", "GE T"), ""},
    {"connect", {{":method", "CONNECT"}, {":authority", "a:1"}}, "501"},
    {"trace", with(":method", "TRACE"), "501"},
    {"no_method", without(":method"), ""},
    {"no_path", without(":path"), ""},
    {"no_scheme", without(":scheme"), ""},
    {"no_host", without(":authority"), ""},
    {"another_scheme", with(":scheme", "ftp"), "400"},
    {"an_empty_path", with(":path", ""), ""},
    {"a_path_with_a_space", with(":path", "/ HTTP/1.1"), ""},
    {"a_path_with_a_line_end", with(":path", "/\r\nX: y"), ""},
    {"a_path_with_a_tab", with(":path", "/\t"), ""},
    {"a_path_with_a_zero", with(":path", std::string("/\0", 2)), ""},
    {"a_method_with_a_line_end", with(":method", "GET\r\n"), ""},
    {"a_method_with_a_target", with(":method", "GET /admin HTTP/1.1"), ""},
    {"a_scheme_with_a_target", with(":scheme", "http://a/admin?"), ""},
    {"a_host_with_a_line_end", with(":authority", "a\r\nX: y"), ""},
    {"a_host_with_a_space", with(":authority", "a b"), ""},
    {"a_host_with_a_path", with(":authority", "a/b"), ""},
    {"an_empty_host", with(":authority", ""), ""},
    {"two_host_fields", request("GET", "/", {{"host", "example.com"}, {"host", "example.com"}}),
     ""},
    {"two_methods", request("GET", "/", {{":method", "GET"}}), ""},
    {"two_paths", {{":method", "GET"}, {":scheme", "http"}, {":path", "/"}, {":path", "/"}}, ""},
    {"a_status", request("GET", "/", {{":status", "200"}}), ""},
    {"an_extended_connect",
     {{":method", "CONNECT"},
      {":protocol", "websocket"},
      {":scheme", "http"},
      {":path", "/"},
      {":authority", "a"}},
     ""},
    {"a_path_without_slash", with(":path", "x"), ""},
    {"an_absolute_path", with(":path", "http://a/"), ""},
    {"a_fragment", with(":path", "/#"), "400"},
    {"a_broken_escape", with(":path", "/%x"), "400"},
    {"an_asterisk_for_get", with(":path", "*"), ""},
    {"a_host_that_is_none", with(":authority", "a,b"), "400"},
    {"a_host_with_a_user", with(":authority", "u@a"), "400"},
    {"two_hosts", request("GET", "/", {{"host", "other"}}), "400"},
    {"connection", request("GET", "/", {{"connection", "close"}}), ""},
    {"keep_alive", request("GET", "/", {{"keep-alive", "1"}}), ""},
    {"transfer_encoding", request("GET", "/", {{"transfer-encoding", "chunked"}}), ""},
    {"upgrade", request("GET", "/", {{"upgrade", "x"}}), ""},
    {"te_gzip", request("GET", "/", {{"te", "gzip"}}), ""},
    {"an_upper_case_name", request("GET", "/", {{"X-A", "b"}}), ""},
    {"a_line_end", request("GET", "/", {{"a", "b\r\nc: d"}}), ""},
    {"a_zero_in_a_value", request("GET", "/", {{"a", std::string("b\0c", 3)}}), ""},
    {"a_line_feed_alone", request("GET", "/", {{"a", "b\nc: d"}}), ""},
    {"a_colon_in_a_name", request("GET", "/", {{"a: b", "c"}}), ""},
    {"a_line_end_in_a_name", request("GET", "/", {{"a\r\nb", "c"}}), ""},
    {"a_space_in_a_name", request("GET", "/", {{"a b", "c"}}), ""},
    {"a_name_with_a_space_behind", request("GET", "/", {{"transfer-encoding ", "chunked"}}), ""},
    {"an_empty_name", request("GET", "/", {{"", "c"}}), ""},
    {"proxy_connection", request("GET", "/", {{"proxy-connection", "close"}}), ""},
    {"te_and_more", request("GET", "/", {{"te", "trailers, gzip"}}), ""},
    {"a_late_pseudo_field", request("GET", "/", {{"a", "b"}, {":method", "GET"}}), ""},
    {"an_unknown_pseudo_field", request("GET", "/", {{":x", "b"}}), ""},
    {"another_expectation", request("GET", "/", {{"expect", "x"}}), "417"},
    {"two_lengths", request("POST", "/", {{"content-length", "1"}, {"content-length", "1"}}), ""},
    {"a_negative_length", request("POST", "/", {{"content-length", "-1"}}), ""},
    {"a_length_that_is_none", request("POST", "/", {{"content-length", "+0"}}), ""},
    {"a_length_past_64_bits", request("POST", "/", {{"content-length", "18446744073709551617"}}),
     ""},
    {"a_length_that_is_not_sent", request("POST", "/", {{"content-length", "1"}}), ""},
    {"a_long_path", request("GET", '/' + std::string(1000, 'a')), "414"},
    {"a_large_field", request("GET", "/", {{"a", std::string(3000, 'a')}}), "431"},
    {"a_long_name", request("GET", "/", {{std::string(300, 'a'), "a"}}), "431"},
    {"many_fields", request("GET", "/", Fields(30, {"a", "b"})), "431"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(http2_answers)

BOOST_AUTO_TEST_CASE(a_request_is_served_as_one_of_http1) {
    Served served(facts);
    Client client(served.connect());
    client.send(ask(1, request("GET", "/a%20b?x",
                               {{"cookie", "a=b"},
                                {"te", "trailers"},
                                {"x-a", "b"},
                                {"proxy", "evil"},
                                {"x_b", "c"},
                                {"cookie", "c=d"}})));
    const Answer& answer = client.answer(1);
    BOOST_TEST(answer.status() == "200");
    BOOST_TEST(answer.get("date") != "");
    BOOST_TEST(answer.get("content-type") == "text/plain; charset=utf-8");
    BOOST_TEST(answer.get("content-length") == std::to_string(answer.body.size()));
    BOOST_TEST(answer.body ==
               "GET /a%20b?x example.com 127.0.0.1 HTTP/2\n"
               "Host: example.com\nx-a: b\ncookie: a=b; c=d\n");
}

BOOST_AUTO_TEST_CASE(a_host_stands_in_for_an_authority_and_both_may_agree) {
    Served served(facts);
    Client client(served.connect());
    Fields fields = without(":authority");
    fields.emplace_back("host", "there:80");
    client.send(ask(1, fields) + ask(3, request("GET", "/", {{"host", "EXAMPLE.com"}})));
    BOOST_TEST(client.answer(1).body == "GET /a%20b?x there:80 127.0.0.1 HTTP/2\nHost: there:80\n");
    BOOST_TEST(client.answer(3).body == "GET / example.com 127.0.0.1 HTTP/2\nHost: example.com\n");
}

BOOST_AUTO_TEST_CASE(options_may_be_for_the_whole_server) {
    Served served(facts);
    Client client(served.connect());
    client.send(ask(1, request("OPTIONS", "*")));
    BOOST_TEST(client.answer(1).body.starts_with("OPTIONS * "));
}

BOOST_AUTO_TEST_CASE(every_cut_of_what_is_sent_gives_the_same_answers) {
    Served served(facts);
    const std::string trailers = frame(headers, end_headers | end_stream, 5, block({{"t", "u"}}));
    const std::string all = hello() + ask(1, plain) +
                            ask(3, request("POST", "/", {{"content-length", "5"}}), "hello") +
                            frame(headers, end_headers, 5, block(request("POST", "/t"))) +
                            frame(data, 0, 5, "wor") + frame(data, 0, 5, "ld") + trailers;
    for (std::size_t cut = 0; cut <= all.size(); ++cut) {
        Client client(served.connect(), std::string_view(all).substr(0, cut));
        client.send(std::string_view(all).substr(cut));
        BOOST_TEST_CONTEXT("cut at " << cut) {
            BOOST_TEST(client.answer(1).status() == "200");
            BOOST_TEST(client.answer(3).body.ends_with("\nhello"));
            BOOST_TEST(client.answer(5).body.ends_with("\nworldt: u\n"));
        }
    }
    Client client(served.connect(), "");
    for (const char c : all)
        client.send({&c, 1});
    BOOST_TEST(client.answer(5).body.ends_with("\nworldt: u\n"));
}

BOOST_DATA_TEST_CASE(a_request_is_refused_and_the_connection_goes_on,
                     boost::unit_test::data::make(refusals)) {
    Served served(facts, {.request_line = 500, .header_size = 1000, .header_count = 20});
    Client client(served.connect());
    client.send(ask(1, sample.fields) + ask(3, plain));
    const Answer& answer = client.answer(1);
    BOOST_TEST(answer.status() == sample.status);
    BOOST_TEST(answer.reset.has_value() == (*sample.status == '\0'));
    BOOST_TEST(client.answer(3).status() == "200");
}

BOOST_AUTO_TEST_CASE(trailers_are_as_clean_as_headers) {
    Served served(facts);
    Client client(served.connect());
    const Fields trailers = {{"t", "u"}, {"x-vercel-internal-a", "b"}, {"a_b", "c"}};
    client.send(frame(headers, end_headers, 1, block(request("POST", "/"))) +
                frame(headers, end_headers | end_stream, 1, block(trailers)));
    BOOST_TEST(client.answer(1).body.ends_with("\nHost: example.com\nt: u\n"));
}

BOOST_AUTO_TEST_CASE(a_body_longer_or_shorter_than_declared_is_reset) {
    Served served(facts);
    Client client(served.connect());
    const Fields fields = request("POST", "/", {{"content-length", "5"}});
    client.send(ask(1, fields, "hell") + ask(3, fields, "hello!") + ask(5, fields, "hello"));
    BOOST_TEST(client.answer(1).reset.value_or(0) == 1);
    BOOST_TEST(client.answer(3).reset.value_or(0) == 1);
    BOOST_TEST(client.answer(5).body.ends_with("hello"));
}

BOOST_AUTO_TEST_CASE(trailers_that_are_none_are_reset) {
    Served served(facts, {.header_size = 1000});
    Client client(served.connect());
    const std::string open = block(request("POST", "/"));
    std::uint32_t stream = 1;
    for (const auto& [fields, flags] :
         {std::pair(Fields{{":path", "/other"}}, end_headers | end_stream),
          std::pair(Fields{{"transfer-encoding", "chunked"}}, end_headers | end_stream),
          std::pair(Fields{{"a", "b\r\nc: d"}}, end_headers | end_stream),
          std::pair(Fields{{"a", std::string(2000, 'b')}}, end_headers | end_stream),
          std::pair(Fields{{"a", "not the end"}}, int(end_headers))}) {
        client.send(frame(headers, end_headers, stream, open) + frame(data, 0, stream, "x") +
                    frame(headers, static_cast<std::uint8_t>(flags), stream, block(fields)));
        BOOST_TEST(client.answer(stream).reset.value_or(0) != 0);
        stream += 2;
    }
    client.send(ask(stream, plain));
    BOOST_TEST(client.answer(stream).status() == "200");
}

BOOST_AUTO_TEST_CASE(padding_is_no_part_of_a_message) {
    constexpr std::uint8_t padded = 8;
    Served served(facts);
    Client client(served.connect());
    const std::string zeros(200, '\0');
    client.send(frame(headers, end_headers | padded, 1,
                      '\xC8' + block(request("POST", "/", {{"content-length", "4"}})) + zeros) +
                frame(data, padded, 1,
                      "\xC8"
                      "bo" +
                          zeros) +
                frame(data, padded, 1, std::string("\0", 1)) +
                frame(data, padded | end_stream, 1,
                      "\xC8"
                      "dy" +
                          zeros));
    BOOST_TEST(client.answer(1).body.ends_with("\nbody"));
}

BOOST_AUTO_TEST_CASE(a_body_past_the_limit_is_too_large) {
    Served served(facts, {.max_body = 100});
    Client client(served.connect());
    client.send(ask(1, request("POST", "/"), std::string(101, 'x')) +
                ask(3, request("POST", "/"), std::string(100, 'x')));
    BOOST_TEST(client.answer(1).status() == "413");
    BOOST_TEST(client.answer(3).status() == "200");
    client.send(
        frame(headers, end_headers, 5, block(request("POST", "/", {{"content-length", "101"}}))));
    BOOST_TEST(client.answer(5).status() == "413");
}

BOOST_AUTO_TEST_CASE(a_refusal_is_not_lost_when_more_comes_at_once) {
    Served served(facts, {.max_threads = 1, .max_body = 100});
    Client client(served.connect());
    std::string all = frame(headers, end_headers, 1, block(request("POST", "/")));
    for (int i = 0; i < 12; ++i)
        all += frame(data, 0, 1, std::string(1000, 'x'));
    client.send(all);
    BOOST_TEST(client.answer(1).status() == "413");
    BOOST_TEST(client.answer(1).is_complete);
}

BOOST_AUTO_TEST_CASE(a_large_body_goes_through_the_windows_both_ways) {
    Served served([](Request& request, ResponseWriter& response) {
        std::string block(10'000, '\0');
        while (const std::size_t n = request.body.read(block))
            response.write(std::string_view(block).substr(0, n));
    });
    Client client(served.connect());
    std::string all(2'000'000, '\0');
    for (std::size_t i = 0; i < all.size(); ++i)
        all[i] = static_cast<char>(i % 251);
    client.send(frame(headers, end_headers, 1, block(request("POST", "/"))));
    // No more than the first window ahead of what comes back.
    for (std::size_t at = 0; at < all.size(); at += 10'000) {
        client.send(frame(data, 0, 1, std::string_view(all).substr(at, 10'000)));
        while (client.answers[1].body.size() + 40'000 < at)
            if (!client.read()) break;
    }
    client.send(frame(data, end_stream, 1));
    const Answer& answer = client.answer(1);
    BOOST_TEST(answer.is_complete);
    BOOST_TEST((answer.body == all));
}

BOOST_AUTO_TEST_CASE(who_waits_for_a_100_gets_it_when_the_body_is_read) {
    Served served([](Request& request) {
        return text(request.url.path == "/read" ? request.body.text() : "not read");
    });
    Client client(served.connect());
    const Fields more = {{"expect", "100-continue"}, {"content-length", "2"}};
    client.send(frame(headers, end_headers, 1, block(request("POST", "/read", more))));
    while (client.answers[1].interim.empty())
        BOOST_REQUIRE(client.read());
    BOOST_TEST(client.answers[1].interim[0][0].second == "100");
    client.send(frame(data, end_stream, 1, "ok"));
    BOOST_TEST(client.answer(1).body == "ok");
    client.send(frame(headers, end_headers, 3, block(request("POST", "/", more))));
    BOOST_TEST(client.answer(3).body == "not read");
    BOOST_TEST(client.answer(3).interim.empty());
}

BOOST_AUTO_TEST_CASE(responses_without_a_body_end_with_their_head) {
    Served served([](Request& request, ResponseWriter& response) {
        if (request.url.path == "/204") response.status(204);
        if (request.url.path == "/304") response.status(304);
        if (request.method == "HEAD") response.write("dropped");
    });
    Client client(served.connect());
    client.send(ask(1, request("HEAD", "/")) + ask(3, request("GET", "/204")) +
                ask(5, request("GET", "/304")) + ask(7, request("GET", "/")));
    for (const std::uint32_t stream : {1u, 3u, 5u, 7u})
        BOOST_TEST(client.answer(stream).body == "");
    BOOST_TEST(client.answer(1).get("content-length") == "7");
    BOOST_TEST(client.answer(3).status() == "204");
    BOOST_TEST(client.answer(5).status() == "304");
}

BOOST_AUTO_TEST_CASE(responses_have_interim_heads_and_trailers_and_no_fields_of_connections) {
    Served served([](Request&, ResponseWriter& response) {
        response.interim(103, {{"Link", "</a>"}});
        response.headers().add("Set-Cookie", "a");
        response.headers().add("Set-Cookie", "b");
        response.header("Connection", "close, X-L").header("Keep-Alive", "1").header("X-A", "b");
        response.header("X-L", "listed");
        response.trailers({{"X-T", " u "}});
        response.write("body");
    });
    Client client(served.connect());
    client.send(ask(1, plain));
    const Answer& answer = client.answer(1);
    BOOST_REQUIRE(answer.interim.size() == 1u);
    BOOST_TEST((answer.interim[0] == Fields{{":status", "103"}, {"link", "</a>"}}));
    BOOST_TEST((answer.trailers == Fields{{"x-t", "u"}}));
    BOOST_TEST(answer.body == "body");
    BOOST_TEST(answer.get("connection") == "");
    BOOST_TEST(answer.get("x-l") == "");
    BOOST_TEST(answer.get("keep-alive") == "");
    BOOST_TEST(answer.get("x-a") == "b");
    BOOST_TEST(std::count(answer.fields.begin(), answer.fields.end(),
                          std::pair<std::string, std::string>("set-cookie", "b")) == 1);
}

BOOST_AUTO_TEST_CASE(a_response_that_breaks_off_is_reset) {
    Served served([](Request&, ResponseWriter& response) {
        response.write("half");
        response.flush();
        throw std::runtime_error("late");
    });
    Client client(served.connect());
    client.send(ask(1, plain));
    const Answer& answer = client.answer(1);
    BOOST_TEST(answer.status() == "200");
    BOOST_TEST(!answer.is_complete);
    BOOST_TEST(answer.reset.value_or(0) == 2);
}

BOOST_AUTO_TEST_CASE(a_slow_handler_holds_up_no_other_stream) {
    std::binary_semaphore go_on{0};
    Served served([&](Request& request) {
        if (request.url.path == "/slow") go_on.acquire();
        return text(request.url.path);
    });
    Client client(served.connect());
    client.send(ask(1, request("GET", "/slow")) + ask(3, request("GET", "/fast")));
    BOOST_TEST(client.answer(3).body == "/fast");
    BOOST_TEST(client.answers[1].fields.empty());
    go_on.release();
    BOOST_TEST(client.answer(1).body == "/slow");
}

BOOST_AUTO_TEST_CASE(an_answer_may_come_before_the_body) {
    Served served([](Request&) { return text("early"); });
    Client client(served.connect());
    const Fields declared = {{"content-length", "9000000"}};
    client.send(frame(headers, end_headers, 1, block(request("POST", "/", declared))));
    while (!client.answers[1].reset && client.read()) {
    }
    BOOST_TEST(client.answers[1].body == "early");
    BOOST_TEST(client.answers[1].is_complete);
    BOOST_TEST(client.answers[1].reset.value_or(9) == 0);  // no error
    client.send(frame(headers, end_headers, 3, block(request("POST", "/"))) +
                frame(data, 0, 3, "some"));
    BOOST_TEST(client.answer(3).body == "early");
    client.send(frame(data, end_stream, 3, "more") + ask(5, plain));
    BOOST_TEST(client.answer(5).body == "early");
    BOOST_TEST(!client.answers[3].reset.has_value());
}

// curl 7.88 drops an answer that a reset follows closely.
BOOST_AUTO_TEST_CASE(behind_an_early_error_some_of_the_body_is_let_in) {
    Served served([](Request&) { return text("no", 404); });
    Client client(served.connect());
    client.gives_windows = false;
    const Fields declared = {{"content-length", "9000000"}};
    client.send(frame(headers, end_headers, 1, block(request("POST", "/", declared))));
    BOOST_TEST(client.answer(1).body == "no");
    const std::string piece = frame(data, 0, 1, std::string(10'000, 'x'));
    for (int i = 0; i < 40; ++i)
        client.send(piece);
    client.send(ask(3, plain));
    client.answer(3);
    BOOST_TEST(!client.answers[1].reset.has_value());
    for (int i = 0; i < 40; ++i)
        client.send(piece);
    client.send(ask(5, plain));
    client.answer(5);
    BOOST_TEST(client.answers[1].reset.value_or(9) == 0);
}

BOOST_AUTO_TEST_CASE(an_upgrade_is_not_taken_up) {
    Served served(facts);
    os::Fd fd = served.connect();
    os::write_whole(fd.get(),
                    "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\n"
                    "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n");
    std::string reply(12, '\0');
    BOOST_TEST(::recv(fd.get(), reply.data(), reply.size(), MSG_WAITALL) == 12);
    BOOST_TEST(reply == "HTTP/1.1 200");
}

BOOST_AUTO_TEST_SUITE_END()
