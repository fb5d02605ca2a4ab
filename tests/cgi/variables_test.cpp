#include <chrono>
#include <string>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <turngate/cgi/variables.h>

using namespace turngate;
using cgi::to_request;
using cgi::to_variables;
using cgi::Variables;

namespace {

Variables variables_of(Headers headers, const char* target = "/") {
    return to_variables(Request::make("GET", target, {}, std::move(headers)));
}

bool has(const Variables& variables, const char* name) {
    return variables.contains(name);
}

// The variables a web server gives for `target` when the program is at `script`.
Variables served(std::string script, std::string info, std::string uri) {
    Variables out = {{"REQUEST_METHOD", "GET"}, {"SCRIPT_NAME", script}, {"PATH_INFO", info}};
    if (!uri.empty()) out["REQUEST_URI"] = uri;
    return out;
}

struct Split {
    const char* name;
    Variables variables;
    const char* script_name;  // encoded
    const char* path;         // encoded
};
std::ostream& operator<<(std::ostream& out, const Split& s) {
    return out << s.name;
}

const Split splits[] = {
    {"plain", served("/app", "/x", "/app/x?q"), "/app", "/x"},
    {"mounted_at_the_root", served("", "/x", "/x"), "", "/x"},
    {"nothing_behind_the_script", served("/app", "", "/app"), "/app", "/"},
    {"escapes_stay", served("/a b", "/x/y", "/a%20b/x%2Fy"), "/a%20b", "/x%2Fy"},
    {"an_escaped_slash_in_the_script", served("/a/b", "/x", "/a%2fb/x"), "/a%2fb", "/x"},
    {"an_escaped_letter", served("/app", "/x", "/%61pp/x"), "/%61pp", "/x"},
    {"a_malformed_escape", served("/a%zz", "/x", "/a%zz/x"), "/a%zz", "/x"},
    {"not_at_a_segment", served("/app", "", "/apple"), "", "/apple"},
    {"rewritten", served("/cgi-bin/app", "/x", "/pretty/x"), "", "/pretty/x"},
    {"shorter_than_the_script", served("/cgi-bin/app", "", "/cgi"), "", "/cgi"},
    {"absolute_form", served("/app", "/x", "http://example.com/app/x"), "/app", "/x"},
    {"without_a_uri", served("/app", "/a b%", ""), "/app", "/a%20b%25"},
    {"without_a_uri_and_path", served("", "", ""), "", "/"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(to_cgi_variables)

BOOST_AUTO_TEST_CASE(the_request_is_told_raw_and_taken_apart) {
    Request request = Request::make("PUT", "/prod/a%20b/c%2Fd?x=%20&y", "body",
                                    {{"Content-Type", "text/plain"}, {"Host", "example.com:8443"}});
    request.url.scheme = "https";
    request.url.strip_prefix("/prod");
    request.remote_address = "2001:db8::1";
    request.protocol = "HTTP/2.0";
    const Variables expected = {
        {"CONTENT_LENGTH", "4"},
        {"CONTENT_TYPE", "text/plain"},
        {"DOCUMENT_ROOT", "/srv"},
        {"GATEWAY_INTERFACE", "CGI/1.1"},
        {"HTTPS", "on"},
        {"HTTP_HOST", "example.com:8443"},
        {"PATH_INFO", "/c/d"},
        {"PATH_TRANSLATED", "/srv/c/d"},
        {"QUERY_STRING", "x=%20&y"},
        {"REDIRECT_STATUS", "200"},
        {"REMOTE_ADDR", "2001:db8::1"},
        {"REMOTE_HOST", "2001:db8::1"},
        {"REQUEST_METHOD", "PUT"},
        {"REQUEST_SCHEME", "https"},
        {"REQUEST_URI", "/prod/a%20b/c%2Fd?x=%20&y"},
        {"SCRIPT_FILENAME", "/srv/a b"},
        {"SCRIPT_NAME", "/prod/a b"},
        {"SERVER_NAME", "example.com"},
        {"SERVER_PORT", "8443"},
        {"SERVER_PROTOCOL", "HTTP/2.0"},
        {"SERVER_SOFTWARE", "turngate"},
    };
    const Variables got =
        to_variables(request, {.name = "/a%20b", .filename = "/srv/a b", .root = "/srv"});
    for (const auto& [name, value] : expected)
        BOOST_TEST((got.contains(name) && got.at(name) == value), name);
    BOOST_TEST(got.size() == expected.size());
}

BOOST_AUTO_TEST_CASE(nothing_behind_the_script_is_no_path_info) {
    Request request = Request::get("/app");
    request.url.strip_prefix("/app");
    const Variables got = to_variables(request);
    BOOST_TEST(got.at("SCRIPT_NAME") == "/app");
    BOOST_TEST(got.at("REQUEST_URI") == "/app");
    BOOST_TEST(!has(got, "PATH_INFO"));
}

BOOST_AUTO_TEST_CASE(a_script_that_answers_for_another_path_says_what_follows_itself) {
    const Request request = Request::get("/blog/a?q");

    const Variables none = to_variables(request, {.name = "/index.php", .path_info = ""});
    BOOST_TEST(none.at("SCRIPT_NAME") == "/index.php");
    BOOST_TEST(none.at("REQUEST_URI") == "/blog/a?q");
    BOOST_TEST(!has(none, "PATH_INFO"));
    const Variables some = to_variables(request, {.name = "/index.php", .path_info = "/b%20c"});
    BOOST_TEST(some.at("PATH_INFO") == "/b c");
}

BOOST_AUTO_TEST_CASE(the_server_as_a_whole_has_no_path) {
    const Variables got = to_variables(Request::make("OPTIONS", "*"));
    BOOST_TEST(got.at("SCRIPT_NAME") == "");
    BOOST_TEST(got.at("REQUEST_URI") == "*");
    BOOST_TEST(!has(got, "PATH_INFO"));
}

BOOST_AUTO_TEST_CASE(a_path_that_climbs_is_not_translated) {
    const Variables got = to_variables(Request::get("/a/%2e%2e/%2e%2e/etc"), {.root = "/srv"});
    BOOST_TEST(got.at("PATH_INFO") == "/a/../../etc");
    BOOST_TEST(!has(got, "PATH_TRANSLATED"));
}

BOOST_AUTO_TEST_CASE(a_control_character_in_the_path_is_a_bad_request) {
    for (const char* path : {"/a%00b", "/a%0ab", "/a%0D", "/%7f"})
        BOOST_CHECK_EXCEPTION(to_variables(Request::get(path)), HttpError,
                              [](const HttpError& e) { return e.status() == 400; });
}

BOOST_AUTO_TEST_CASE(no_byte_that_ends_a_line_or_a_string_gets_into_a_variable) {
    for (char bad : {'\r', '\n', '\0'}) {
        const std::string value = std::string("a") + bad + "b";
        auto refused = [&](auto change) {
            Request request = Request::get("/");
            change(request);
            BOOST_CHECK_THROW(to_variables(request), HttpError);
        };
        refused([&](Request& r) { r.url.host = value; });
        refused([&](Request& r) { r.url.query = value; });
        refused([&](Request& r) { r.url.path = '/' + value; });
        refused([&](Request& r) { r.url.script_name = '/' + value; });
        refused([&](Request& r) { r.method = value; });
        refused([&](Request& r) { r.protocol = value; });
        refused([&](Request& r) { r.remote_address = value; });
    }
}

BOOST_AUTO_TEST_CASE(fields_of_one_name_are_joined_and_cookies_otherwise) {
    const Variables got =
        variables_of({{"Accept", "a"}, {"accept", "b"}, {"Cookie", "a=1"}, {"Cookie", "b=2"}});
    BOOST_TEST(got.at("HTTP_ACCEPT") == "a, b");
    BOOST_TEST(got.at("HTTP_COOKIE") == "a=1; b=2");
}

BOOST_AUTO_TEST_CASE(httpoxy_cannot_happen) {
    const Variables got = variables_of({{"Proxy", "http://evil"}, {"PROXY", "http://evil"}});
    BOOST_TEST(!has(got, "HTTP_PROXY"));
}

BOOST_AUTO_TEST_CASE(names_that_would_collide_are_dropped) {
    const Variables got =
        variables_of({{"Remote_User", "evil"}, {"X.Y", "1"}, {"Remote-User", "2"}});
    BOOST_TEST(got.at("HTTP_REMOTE_USER") == "2");
    BOOST_TEST(!has(got, "HTTP_X.Y"));
    BOOST_TEST(!has(got, "HTTP_X_Y"));
}

BOOST_AUTO_TEST_CASE(any_number_of_names_that_connection_lists_is_looked_up_at_once) {
    Headers headers;
    std::string list;
    for (int i = 0; i < 60'000; ++i) {
        headers.add("X-" + std::to_string(i), "v");
        list += "X-" + std::to_string(i) + ", ";
    }
    headers.add("X-Kept", "v");
    headers.add("Connection", list);
    const auto start = std::chrono::steady_clock::now();
    const Variables got = variables_of(std::move(headers));
    // Comparing each name with each takes minutes.
    BOOST_TEST((std::chrono::steady_clock::now() - start < std::chrono::seconds(10)));
    BOOST_TEST(!has(got, "HTTP_X_59999"));
    BOOST_TEST(has(got, "HTTP_X_KEPT"));
}

BOOST_AUTO_TEST_CASE(a_client_cannot_hide_who_it_is_by_naming_the_field_in_connection) {
    const Variables got = variables_of(
        {{"Connection", "x-forwarded-for, X-Real-IP, Forwarded, X-Forwarded-Proto, Host, Cookie"},
         {"X-Forwarded-For", "192.0.2.1"},
         {"X-Forwarded-Proto", "https"},
         {"X-Real-IP", "192.0.2.1"},
         {"Forwarded", "for=192.0.2.1"},
         {"Host", "example.com"},
         {"Cookie", "a=1"}});
    for (const char* name : {"HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_REAL_IP",
                             "HTTP_FORWARDED", "HTTP_HOST"})
        BOOST_TEST(has(got, name), name);
    BOOST_TEST(!has(got, "HTTP_COOKIE"));
}

BOOST_AUTO_TEST_CASE(fields_of_the_connection_stay_with_it) {
    const Variables got = variables_of({{"Connection", "close, X-Secret ,"},
                                        {"X-Secret", "1"},
                                        {"TE", "trailers"},
                                        {"Transfer-Encoding", "chunked"},
                                        {"Expect", "100-continue"},
                                        {"X-Kept", "1"}});
    for (const char* name :
         {"HTTP_CONNECTION", "HTTP_X_SECRET", "HTTP_TE", "HTTP_TRANSFER_ENCODING", "HTTP_EXPECT"})
        BOOST_TEST(!has(got, name), name);
    BOOST_TEST(has(got, "HTTP_X_KEPT"));
}

BOOST_AUTO_TEST_CASE(content_type_and_length_have_variables_of_their_own) {
    const Variables got = variables_of({{"Content-Type", "a/b"}, {"Content-Length", "0"}});
    BOOST_TEST(got.at("CONTENT_TYPE") == "a/b");
    BOOST_TEST(got.at("CONTENT_LENGTH") == "0");
    BOOST_TEST(!has(got, "HTTP_CONTENT_TYPE"));
    BOOST_TEST(!has(got, "HTTP_CONTENT_LENGTH"));
    BOOST_TEST(!has(variables_of({}), "CONTENT_LENGTH"));
}

BOOST_AUTO_TEST_CASE(a_length_that_is_not_known_is_not_told) {
    struct Endless final : BodySource {
        std::size_t read(std::span<char>) override { return 0; }
    };
    Request request = Request::make("POST", "/");
    request.body = Body(std::make_unique<Endless>(), std::nullopt);
    BOOST_TEST(!has(to_variables(request), "CONTENT_LENGTH"));
}

BOOST_AUTO_TEST_CASE(the_server_is_named_by_the_host) {
    auto name_and_port = [](const char* host) {
        const Variables got = variables_of({{"Host", host}});
        return got.at("SERVER_NAME") + ' ' + got.at("SERVER_PORT");
    };
    BOOST_TEST(name_and_port("example.com") == "example.com 80");
    BOOST_TEST(name_and_port("[::1]:8080") == "[::1] 8080");
    BOOST_TEST(name_and_port("[::1]") == "[::1] 80");
    BOOST_TEST(name_and_port("a b") == "localhost 80");
    BOOST_TEST(name_and_port("") == "localhost 80");
    BOOST_TEST(name_and_port("a:b") == "a 80");
    BOOST_TEST(name_and_port("$(id):1") == "localhost 80");
    Request request = Request::make("GET", "/", {}, {{"Host", "example.com:81"}});
    request.url.port = 8443;
    BOOST_TEST(to_variables(request).at("SERVER_PORT") == "8443");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(from_cgi_variables)

BOOST_DATA_TEST_CASE(the_path_is_split_where_the_script_ends, splits) {
    const Request request = to_request(sample.variables);
    BOOST_TEST(request.url.script_name == sample.script_name);
    BOOST_TEST(request.url.path == sample.path);
}

BOOST_AUTO_TEST_CASE(the_query_comes_with_the_uri_or_alone) {
    Variables variables = served("", "/x", "/x?a=1");
    variables["QUERY_STRING"] = "b=2";
    BOOST_TEST(to_request(variables).url.query == "a=1");
    variables.erase("REQUEST_URI");
    BOOST_TEST(to_request(variables).url.query == "b=2");
}

BOOST_AUTO_TEST_CASE(header_fields_come_back) {
    const Request request = to_request({{"REQUEST_METHOD", "POST"},
                                        {"CONTENT_TYPE", "a/b"},
                                        {"CONTENT_LENGTH", "12"},
                                        {"HTTP_X_A_B", "1"},
                                        {"HTTP_", "x"},
                                        {"HTTP_BAD NAME", "x"},
                                        {"HTTP_PROXY", "http://evil"},
                                        {"HTTP_TRANSFER_ENCODING", "chunked"},
                                        {"HTTP_CONTENT_LENGTH", "99"},
                                        {"PATH", "/bin"}});
    const Headers expected = {{"x-a-b", "1"}, {"content-type", "a/b"}, {"content-length", "12"}};
    BOOST_TEST((request.headers == expected));
}

BOOST_AUTO_TEST_CASE(the_host_is_the_field_or_the_server) {
    auto host_of = [](Variables variables) {
        variables["REQUEST_METHOD"] = "GET";
        return to_request(variables).url.host;
    };
    BOOST_TEST(host_of({{"HTTP_HOST", "a:1"}, {"SERVER_NAME", "b"}}) == "a:1");
    BOOST_TEST(host_of({{"SERVER_NAME", "b"}, {"SERVER_PORT", "80"}}) == "b");
    BOOST_TEST(host_of({{"SERVER_NAME", "b"}, {"SERVER_PORT", "443"}}) == "b:443");
    BOOST_TEST(host_of({{"SERVER_NAME", "b"}, {"SERVER_PORT", "443"}, {"HTTPS", "on"}}) == "b");
}

BOOST_AUTO_TEST_CASE(https_is_told_in_many_ways) {
    auto scheme_of = [](const char* https) {
        return to_request({{"REQUEST_METHOD", "GET"}, {"HTTPS", https}}).url.scheme;
    };
    for (const char* on : {"on", "ON", "1"})
        BOOST_TEST(scheme_of(on) == "https");
    for (const char* off : {"", "off", "OFF", "0"})
        BOOST_TEST(scheme_of(off) == "http");
}

BOOST_AUTO_TEST_CASE(what_is_no_request_is_refused) {
    auto status_of = [](Variables variables) {
        variables.try_emplace("REQUEST_METHOD", "GET");
        try {
            to_request(variables);
        } catch (const HttpError& e) {
            return e.status();
        }
        return 0;
    };
    BOOST_CHECK_THROW(to_request(Variables()), ProtocolError);
    BOOST_TEST(status_of({{"REQUEST_METHOD", "G T"}}) == 400);
    BOOST_TEST(status_of({{"REQUEST_URI", "/a b"}}) == 400);
    BOOST_TEST(status_of({{"REQUEST_URI", "no-slash"}}) == 400);
    BOOST_TEST(status_of({{"HTTP_A", "b\r\nc"}}) == 400);
    BOOST_TEST(status_of({{"HTTP_TRANSFER_ENCODING", "chunked"}}) == 411);
    BOOST_TEST(status_of({{"HTTP_TRANSFER_ENCODING", "chunked"}, {"CONTENT_LENGTH", ""}}) == 411);
    BOOST_TEST(status_of({{"CONTENT_LENGTH", "-1"}}) == 411);
    BOOST_TEST(status_of({{"HTTP_HOST", "a b"}}) == 400);
    BOOST_TEST(status_of({{"REMOTE_ADDR", "a\nb"}}) == 400);
    for (const char* length : {"-2", "+1", "1x", " 1", "99999999999999999999"})
        BOOST_TEST(status_of({{"CONTENT_LENGTH", length}}) == 400);
    BOOST_TEST(status_of({{"CONTENT_LENGTH", ""}}) == 0);
}

BOOST_AUTO_TEST_CASE(a_list_keeps_the_order_of_fields_and_those_that_come_twice) {
    const std::vector<cgi::Variable> list = {{"HTTP_X", "1"},
                                             {"REQUEST_METHOD", "GET"},
                                             {"HTTP_B", "2"},
                                             {"HTTP_X", "3"},
                                             {"", "nothing"}};
    const Headers expected = {{"x", "1"}, {"b", "2"}, {"x", "3"}};
    BOOST_TEST((to_request(list).headers == expected));
}

BOOST_AUTO_TEST_CASE(of_a_variable_that_comes_twice_the_last_counts) {
    const std::vector<cgi::Variable> list = {{"REQUEST_METHOD", "GET"},
                                             {"REQUEST_URI", "/a"},
                                             {"REQUEST_METHOD", "PUT"},
                                             {"REQUEST_URI", "/b"}};
    const Request request = to_request(list);
    BOOST_TEST(request.method == "PUT");
    BOOST_TEST(request.url.path == "/b");
}

BOOST_AUTO_TEST_CASE(cookies_that_a_server_has_joined_by_commas_are_apart) {
    auto cookies = [](const char* text) {
        const Request request = to_request({{"REQUEST_METHOD", "GET"}, {"HTTP_COOKIE", text}});
        return std::string(request.headers.get("cookie"));
    };
    BOOST_TEST(cookies("a=1, b=2; c=3, d=") == "a=1; b=2; c=3; d=");
    BOOST_TEST(cookies("a=Thu, 01 Jan; b=x, ; c=1, y") == "a=Thu, 01 Jan; b=x, ; c=1, y");
}

BOOST_AUTO_TEST_CASE(a_server_is_told_only_by_what_can_be_a_host) {
    auto host_of = [](Variables variables) {
        variables["REQUEST_METHOD"] = "GET";
        return to_request(variables).url.host;
    };
    BOOST_TEST(host_of({{"SERVER_NAME", "[::1]"}, {"SERVER_PORT", "81"}}) == "[::1]:81");
    BOOST_TEST(host_of({{"SERVER_NAME", "[::1]"}, {"SERVER_PORT", "8x"}}) == "[::1]");
    BOOST_TEST(host_of({{"SERVER_NAME", "[::VE"}}) == "");
    BOOST_CHECK_THROW(host_of({{"PATH_INFO", "x://a&b/"}}), HttpError);
}

BOOST_AUTO_TEST_CASE(a_request_is_filled_that_has_had_a_header) {
    const std::vector<cgi::Variable> list = {{"REQUEST_METHOD", "PUT"},
                                             {"REQUEST_URI", "/a?b"},
                                             {"CONTENT_LENGTH", "12"},
                                             {"HTTP_ACCEPT", "x"}};
    for (const auto values : {cgi::Values::unknown, cgi::Values::single_lines}) {
        Request request;
        request.headers.add("Other", "y");
        request.headers.clear();
        BOOST_TEST(cgi::fill_request(request, list, cgi::Mount::script_name, values) == 12u);
        BOOST_TEST(request.method == "PUT");
        BOOST_TEST(request.url.target() == "/a?b");
        BOOST_TEST((request.headers == Headers{{"accept", "x"}, {"content-length", "12"}}));
    }
}

BOOST_AUTO_TEST_CASE(a_body_has_one_length) {
    std::vector<cgi::Variable> list = {
        {"REQUEST_METHOD", "GET"}, {"CONTENT_LENGTH", "1"}, {"CONTENT_LENGTH", "1"}};
    BOOST_TEST(cgi::content_length(list) == 1u);
    BOOST_TEST(to_request(list).headers.size() == 1u);
    list.push_back({"CONTENT_LENGTH", "2"});
    BOOST_CHECK_THROW(to_request(list), HttpError);
    list.clear();
    BOOST_TEST(cgi::content_length(list) == 0u);
}

BOOST_AUTO_TEST_CASE(a_script_name_need_not_be_a_mount) {
    const std::vector<cgi::Variable> list = {
        {"REQUEST_METHOD", "GET"}, {"REQUEST_URI", "/f/x?q"}, {"SCRIPT_NAME", "/f/x"}};
    BOOST_TEST(to_request(list).url.script_name == "/f/x");
    const Request request = to_request(list, cgi::Mount::nowhere);
    BOOST_TEST(request.url.script_name == "");
    BOOST_TEST(request.url.path == "/f/x");
}

BOOST_AUTO_TEST_CASE(a_protocol_that_is_none_of_http_is_not_told) {
    auto protocol_of = [](const char* text) {
        return to_request({{"REQUEST_METHOD", "GET"}, {"SERVER_PROTOCOL", text}}).protocol;
    };
    for (const char* http : {"HTTP/1.0", "HTTP/2.0", "HTTP/3"})
        BOOST_TEST(protocol_of(http) == http);
    for (const char* other : {"", "INCLUDED", "HTTP/", "HTTP/1.1 x", "HTTP/123.45"})
        BOOST_TEST(protocol_of(other) == "HTTP/1.1");
}

BOOST_AUTO_TEST_CASE(a_request_survives_the_way_there_and_back) {
    Request request =
        Request::make("POST", "/app/a%2Fb//c?x=%20&x", "body",
                      {{"Host", "example.com"}, {"X-A", "1"}, {"Content-Length", "4"}});
    request.url.strip_prefix("/app");
    const Variables there = to_variables(request);
    Request back = to_request(there);
    back.body = Body("body");
    BOOST_TEST(back.url.request_uri() == request.url.request_uri());
    BOOST_TEST(back.url.script_name == "/app");
    BOOST_TEST((to_variables(back) == there));
}

BOOST_AUTO_TEST_SUITE_END()
