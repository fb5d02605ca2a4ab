// The C++ interfaces of Open Runtimes and of Appwrite, on any platform.
#include <boost/test/unit_test.hpp>

#include "support/recording_reporter.h"
#include <turngate/handlers/appwrite.h>
#include <turngate/handlers/open_runtimes.h>
#include <turngate/http/serve.h>

using namespace turngate;
using open_runtimes::Context;

namespace {

template <class F>
Response answer(F function, Request request = Request::get("/")) {
    return record(*open_runtimes::handler(function), std::move(request));
}

Request with(Headers headers, std::string_view target = "/", std::string body = {}) {
    Request request = Request::make("POST", target, std::move(body), std::move(headers));
    request.url.host = request.headers.get("Host");
    return request;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(open_runtimes_context)

BOOST_AUTO_TEST_CASE(a_type_without_a_charset_gets_one) {
    const auto type = [](std::string_view set) {
        return std::string(answer([&](Context& context) {
                               return context.res.text("x", 200, {{"Content-Type", set}});
                           }).headers.get("content-type"));
    };
    BOOST_TEST(type("TEXT/Plain") == "text/plain; charset=utf-8");
    BOOST_TEST(type("text/plain; Charset=ISO-8859-1") == "text/plain; Charset=ISO-8859-1");
    BOOST_TEST(type("Multipart/mixed; boundary=A") == "Multipart/mixed; boundary=A");
    BOOST_TEST(answer([](Context& context) {
                   return context.res.text("x");
               }).headers.get("content-type") == "text/plain; charset=utf-8");
}

BOOST_AUTO_TEST_CASE(json_of_what_is_empty_is_that) {
    const auto body = [](const Json& value) {
        return answer([&](Context& context) { return context.res.json(value); }).body;
    };
    BOOST_TEST(body(Json::array({})) == "[]");
    BOOST_TEST(body(nullptr) == "null");
    BOOST_TEST(body("") == "\"\"");
}

BOOST_AUTO_TEST_CASE(nothing_is_a_failure) {
    test::RecordingReporter reporter;
    Request request = Request::get("/");
    request.context.reporter = &reporter;
    const auto nothing = [](Context&) -> std::optional<Response> { return std::nullopt; };
    BOOST_TEST(answer(nothing, std::move(request)).status == 500);
    BOOST_TEST(reporter.lines().at(1) ==
               " error Return statement missing. return context.res.empty() if no response is "
               "expected.");
}

BOOST_AUTO_TEST_CASE(values_are_logged_with_spaces_between) {
    test::RecordingReporter reporter;
    Request request = Request::get("/");
    request.context.reporter = &reporter;
    answer(
        [](Context& context) {
            context.log("a", 1, 2.5, true, nullptr, Json::array({"x"}), std::string("b"));
            context.error("c");
            context.log();
            return context.res.empty();
        },
        std::move(request));
    BOOST_TEST(reporter.lines().at(1) == " info a 1 2.5 true null [\"x\"] b");
    BOOST_TEST(reporter.lines().at(2) == " error c");
    BOOST_TEST(reporter.lines().at(3) == " info ");
}

BOOST_AUTO_TEST_CASE(a_host_has_a_port_or_that_of_the_scheme) {
    const auto url = [](std::string_view host, std::string_view scheme) {
        Request request = with({{"Host", host}, {"X-Forwarded-Proto", scheme}}, "/p?q");
        return open_runtimes::Request(request).url();
    };
    BOOST_TEST(url("h", "") == "http://h/p?q");
    BOOST_TEST(url("h:443", "https") == "https://h/p?q");
    BOOST_TEST(url("h:80", "https") == "https://h:80/p?q");
    BOOST_TEST(url("[::1]:3000", "http") == "http://[::1]:3000/p?q");
    BOOST_TEST(url("[::1]", "http") == "http://[::1]/p?q");
    BOOST_TEST(url("h:", "http") == "http://h/p?q");
    BOOST_TEST(url("null", "http") == "http://null/p?q");
}

BOOST_AUTO_TEST_CASE(a_query_is_split_and_not_decoded) {
    Request request = with({{"Host", "h"}}, "/?a=1&a=2&c==d&h&=x&&e%3D=%41+");
    BOOST_TEST(open_runtimes::Request(request).query().dump() ==
               R"({"a":"2","c":"=d","h":"","e%3D":"%41+"})");
}

BOOST_AUTO_TEST_CASE(repeated_fields_are_joined) {
    Request request =
        with({{"Host", "h"}, {"X", "1"}, {"x", "2"}, {"Cookie", "a=1"}, {"cookie", "b=2"}});
    const open_runtimes::Request req(request);
    BOOST_TEST(req.headers().dump() == R"({"host":"h","x":"1, 2","cookie":"a=1; b=2"})");
    BOOST_TEST(req.header("X") == "1");
}

BOOST_AUTO_TEST_CASE(a_body_is_what_its_type_says) {
    const auto body = [](std::string_view type, std::string bytes) {
        Request request = with({{"Content-Type", type}}, "/", std::move(bytes));
        return open_runtimes::Request(request).body().dump();
    };
    BOOST_TEST(body("application/json", R"({"a":[1]})") == R"({"a":[1]})");
    BOOST_TEST(body("Application/JSON; charset=utf-8", "7") == "7");
    BOOST_TEST(body("application/json", "") == "{}");
    BOOST_TEST(body("text/plain", "7") == "\"7\"");
    BOOST_TEST(body("", "\xff") == "\"\xEF\xBF\xBD\"");
    BOOST_CHECK_EXCEPTION(body("application/json", "{"), JsonError, [](const JsonError& e) {
        return std::string(e.what()).starts_with("invalid JSON in the body: ");
    });
}

BOOST_AUTO_TEST_CASE(a_redirect_cannot_end_its_field) {
    BOOST_CHECK_THROW((void)open_runtimes::Response().redirect("/x\r\ny: z"),
                      std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(appwrite_function)

BOOST_AUTO_TEST_CASE(has_the_variables_of_its_call_and_elsewhere_none) {
    const auto handler =
        appwrite::handler([](const appwrite::Request& req, appwrite::Response& res) {
            res.json(Json::object(
                {{"env", req.env}, {"payload", req.payload}, {"headers", req.headers}}));
        });
    Request request = with({{"X-A", "b"}}, "/", "p");
    BOOST_TEST(record(*handler, std::move(request)).body ==
               R"({"env":{},"payload":"p","headers":{"x-a":"b"}})");
    Request call = with({}, "/", "p");
    call.context.put(appwrite::Variables{Json::object({{"E", "1"}})});
    BOOST_TEST(record(*handler, std::move(call)).body ==
               R"({"env":{"E":"1"},"payload":"p","headers":{}})");
}

BOOST_AUTO_TEST_CASE(the_last_answer_counts_and_none_is_empty) {
    const auto two = appwrite::handler([](const appwrite::Request&, appwrite::Response& res) {
        res.json(7);
        res.send("x", 201);
    });
    const Response last = record(*two, Request::get("/"));
    BOOST_TEST(last.status == 201);
    BOOST_TEST(last.body == "x");
    const auto none = appwrite::handler([](const appwrite::Request&, appwrite::Response&) {});
    BOOST_TEST(record(*none, Request::get("/")).body.empty());
}

BOOST_AUTO_TEST_SUITE_END()
