#include <string>
#include <support/thrown_by.h>

#include <boost/test/unit_test.hpp>

#include <turngate/handlers/vercel.h>
#include <turngate/http/serve.h>

using namespace turngate;
using namespace std::string_literals;

namespace {

std::string query_of(const std::string& query) {
    Request request;
    request.url.query = query;
    const vercel::Request req(request);
    return req.query().dump();
}

std::string cookies_of(const Headers& headers) {
    Request request;
    request.headers = headers;
    const vercel::Request req(request);
    return req.cookies().dump();
}

struct Sent {
    std::string method = "POST";
    std::string type = {};
    std::string bytes = {};

    std::string read() const {
        Request request = Request::make(method, "/", bytes, {{"Content-Type", type}});
        vercel::Request req(request);
        return req.body().dump();
    }
    std::string refusal() const {
        const HandlerPtr handler =
            vercel::handler([](vercel::Request& req, vercel::Response&) { req.body(); });
        return test::thrown_by(handler,
                               Request::make(method, "/", bytes, {{"Content-Type", type}}));
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(vercel_request)

BOOST_AUTO_TEST_CASE(a_repeated_parameter_is_an_array_where_it_first_stood) {
    BOOST_TEST(query_of("a=1&b=2&a=3&a=") == R"({"a":["1","3",""],"b":"2"})");
    BOOST_TEST(query_of("") == "{}");
}

// By URLSearchParams of Node 20.
BOOST_AUTO_TEST_CASE(what_is_not_utf8_in_a_query_is_replaced_sequence_by_sequence) {
    BOOST_TEST(query_of("a=%E2%82&b=%E2%28&c=%F0%9F%98x&d=%C0%80&e=%ED%A0%80") ==
               "{\"a\":\"\uFFFD\",\"b\":\"\uFFFD(\",\"c\":\"\uFFFDx\",\"d\":\"\uFFFD\uFFFD\","
               "\"e\":\"\uFFFD\uFFFD\uFFFD\"}");
    BOOST_TEST(query_of("a=%zz%2&%=%41%") == R"({"a":"%zz%2","%":"A%"})");
}

BOOST_AUTO_TEST_CASE(the_first_value_of_a_parameter_is_at_hand) {
    Request request = Request::get("/?a=1&a=2&b=%20");
    const vercel::Request req(request);

    BOOST_TEST(req.query("a") == "1");
    BOOST_TEST(req.query("b") == " ");
    BOOST_TEST(req.query("c", "none") == "none");
}

// By the package cookie 0.7.0.
BOOST_AUTO_TEST_CASE(cookies_are_unquoted_and_decoded_where_that_can_be) {
    BOOST_TEST(cookies_of({{"Cookie", "a=\"x y\"; b=%C3%A9; c=%E9; d=%4; e=\"; f=\"%41\""}}) ==
               R"({"a":"x y","b":"é","c":"%E9","d":"%4","e":"","f":"A"})");
    BOOST_TEST(cookies_of({{"Cookie", "a=1; x"}, {"cookie", "a=2;b = 3 "}}) ==
               R"({"a":"1","b":"3"})");
    BOOST_TEST(cookies_of({}) == "{}");
}

BOOST_AUTO_TEST_CASE(a_cookie_may_be_missing) {
    Request request;
    request.headers.set("Cookie", "theme=dark%20blue");
    const vercel::Request req(request);

    BOOST_TEST(req.cookie("theme").value_or("") == "dark blue");
    BOOST_TEST(!req.cookie("Theme"));
}

BOOST_AUTO_TEST_CASE(a_json_body_is_its_value_whatever_the_case_and_the_parameters_of_its_type) {
    BOOST_TEST((Sent{.type = "Application/JSON; charset=utf-8", .bytes = "[1]"}.read()) == "[1]");
    BOOST_TEST((Sent{.type = "application/json", .bytes = ""}.read()) == "{}");
    BOOST_TEST((Sent{.type = "application/json", .bytes = R"({"a":1,"a":2})"}.read()) ==
               R"({"a":2})");
    BOOST_TEST((Sent{.type = "application/json", .bytes = "\"\xFF\""}.read()) == "\"\uFFFD\"");
    BOOST_TEST((Sent{.method = "GET", .type = "application/json", .bytes = "["}.read()) == "{}");
}

BOOST_AUTO_TEST_CASE(a_body_that_is_no_json_is_the_clients_fault) {
    for (const char* bytes : {"{", "\xEF\xBB\xBF{}", " ", "1 2", "NaN"})
        BOOST_TEST((Sent{.type = "application/json", .bytes = bytes}.refusal()) ==
                   "400 Invalid JSON");
}

// Which Node reads.
BOOST_AUTO_TEST_CASE(json_that_others_may_not_be_able_to_read_is_refused) {
    const std::string deep = std::string(65, '[') + std::string(65, ']');
    for (const std::string& bytes : {deep, R"("\ud800")"s, "1e999"s})
        BOOST_TEST((Sent{.type = "application/json", .bytes = bytes}.refusal()) ==
                   "400 Invalid JSON");
}

BOOST_AUTO_TEST_CASE(invalid_json_that_nobody_catches_is_answered_400) {
    const HandlerPtr handler =
        vercel::handler([](vercel::Request& req, vercel::Response&) { req.body(); });
    const Response response = record(*handler, Request::post("/", "{", "application/json"));

    BOOST_TEST(response.status == 400);
    BOOST_TEST(response.body == "Invalid JSON\n");
}

BOOST_AUTO_TEST_CASE(a_malformed_content_type_is_the_clients_fault) {
    BOOST_TEST((Sent{.type = "nonsense"}.refusal()) == "400 invalid media type");
    BOOST_TEST((Sent{.method = "GET", .type = "a/b/c"}.refusal()) == "400 invalid media type");
    BOOST_TEST((Sent{.type = "application/json; charset"}.refusal()) ==
               "400 invalid parameter format");
}

BOOST_AUTO_TEST_CASE(the_kind_of_a_body_is_told) {
    const auto kind = [](const char* type) {
        Request request = Request::post("/", "1", type);
        return vercel::Request(request).body_kind();
    };

    BOOST_TEST((kind("application/json") == vercel::BodyKind::json));
    BOOST_TEST((kind("application/octet-stream") == vercel::BodyKind::bytes));
    BOOST_TEST((kind("application/x-www-form-urlencoded") == vercel::BodyKind::form));
    BOOST_TEST((kind("text/plain; charset=latin1") == vercel::BodyKind::text));
    BOOST_TEST((kind("") == vercel::BodyKind::text));
    BOOST_TEST((kind("application/vnd.api+json") == vercel::BodyKind::absent));
}

BOOST_AUTO_TEST_CASE(bytes_stay_as_they_are_and_text_becomes_utf8) {
    Request bytes = Request::post("/", "\xFF\0"s, "application/octet-stream");
    Request text = Request::post("/", "\xFF"s, "text/plain");
    vercel::Request bytes_req(bytes), text_req(text);

    BOOST_TEST(*bytes_req.body().string() == "\xFF\0"s);
    BOOST_TEST(*text_req.body().string() == "\uFFFD");
}

// By querystring.parse() of Node 20, which stops at the 1000th '&'.
BOOST_AUTO_TEST_CASE(a_form_has_at_most_a_thousand_fields) {
    const auto form = [](const std::string& bytes) {
        return Sent{.type = "application/x-www-form-urlencoded", .bytes = bytes}.read();
    };
    std::string many;
    for (int i = 0; i < 999; ++i)
        many += "a&";

    BOOST_TEST(form("a=1&b&a=+&=x&&c=%zz%41") == R"({"a":["1"," "],"b":"","":"x","c":"%zzA"})");
    BOOST_TEST(form(many + "b&c").ends_with(R"(,""],"b":""})"));
    BOOST_TEST(form(std::string(999, '&') + "b&c") == R"({"b":""})");
    BOOST_TEST(form(std::string(1000, '&') + "b") == "{}");
}

BOOST_AUTO_TEST_CASE(a_body_is_parsed_once) {
    Request request = Request::post("/", R"({"a":1})", "application/json");
    vercel::Request req(request);

    const Json& body = req.body();
    request.headers.set("Content-Type", "text/plain");

    BOOST_TEST(&req.body() == &body);
    BOOST_TEST((req.body_kind() == vercel::BodyKind::json));
}

BOOST_AUTO_TEST_CASE(names_without_end_cost_no_square_of_their_number) {
    std::string query;
    for (int i = 0; i < 200'000; ++i)
        query.append(std::to_string(i)).append("&");
    Request request;
    request.url.query = query;
    const vercel::Request req(request);

    BOOST_TEST(req.query().members()->size() == 200'000u);
}

BOOST_AUTO_TEST_SUITE_END()
