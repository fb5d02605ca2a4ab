#include <stdexcept>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <turngate/handlers/vercel.h>
#include <turngate/http/serve.h>

using namespace turngate;

namespace {

template <class F>
Response answer(F f, std::string_view method = "GET") {
    return record(*vercel::handler([f](vercel::Request&, vercel::Response& res) { f(res); }),
                  Request::make(method, "/"));
}

// What the handler's own exception says.
template <class F>
std::string complaint(F f) {
    Recorder recorder;
    vercel::Response res(recorder);
    try {
        f(res);
    } catch (const std::logic_error& e) {
        return e.what();
    }
    return {};
}

std::string type_after(std::string_view type) {
    const Response response =
        answer([type](auto& res) { res.header("Content-Type", type).send("hey"); });
    return std::string(response.headers.get("Content-Type"));
}

// A status alone is no redirect: Node says so when it runs, C++ when it is compiled.
template <class R>
concept RedirectsByStatusAlone = requires(R& res) {
    res.redirect(307);
};
static_assert(!RedirectsByStatusAlone<vercel::Response>);

}  // namespace

BOOST_AUTO_TEST_SUITE(vercel_response)

BOOST_AUTO_TEST_CASE(text_is_sent_as_utf8_whatever_charset_was_set) {
    BOOST_TEST(type_after("text/plain; charset=iso-8859-1") == "text/plain; charset=utf-8");
    BOOST_TEST(type_after("text/plain; Foo=\"b;ar\"; charset=x") ==
               "text/plain; charset=utf-8; foo=\"b;ar\"");
    BOOST_TEST(type_after("Text/HTML") == "text/html; charset=utf-8");
}

BOOST_AUTO_TEST_CASE(a_malformed_type_is_the_handlers_fault) {
    BOOST_TEST(complaint([](auto& res) { res.header("Content-Type", "nonsense").send("hey"); }) ==
               "invalid media type");
}

BOOST_AUTO_TEST_CASE(every_value_is_sent_as_node_sends_it) {
    const auto sent = [](const Json& value) {
        const Response response = answer([&](auto& res) { res.send(value); });
        return std::string(response.headers.get("Content-Type")) + ' ' + response.body;
    };

    BOOST_TEST(sent("<p>") == "text/html; charset=utf-8 <p>");
    BOOST_TEST(sent(Json::object({{"name", "tobi"}})) ==
               R"(application/json; charset=utf-8 {"name":"tobi"})");
    BOOST_TEST(sent(Json::array({1, "a", nullptr})) ==
               R"(application/json; charset=utf-8 [1,"a",null])");
    BOOST_TEST(sent(nullptr) == " ");
}

BOOST_AUTO_TEST_CASE(numbers_are_printed_as_in_node) {
    BOOST_TEST(answer([](auto& res) { res.json(1e5); }).body == "100000");
    BOOST_TEST(answer([](auto& res) { res.send(0); }).body == "0");
    BOOST_TEST(answer([](auto& res) { res.json(100'000); }).body == "100000");
}

BOOST_AUTO_TEST_CASE(strings_of_every_kind_are_text) {
    const std::string text = "x";
    BOOST_TEST(answer([&](auto& res) { res.send(text); }).body == "x");
    BOOST_TEST(answer([&](auto& res) { res.send(std::string_view(text)); }).body == "x");
    BOOST_TEST(answer([&](auto& res) { res.send(text + text); }).body == "xx");
}

BOOST_AUTO_TEST_CASE(bytes_keep_the_type_that_was_set) {
    const std::vector<std::byte> bytes = {std::byte{0xFF}, std::byte{0}};
    const Response bare = answer([&](auto& res) { res.send(bytes); });
    const Response typed = answer([&](auto& res) {
        res.header("Content-Type", "text/plain; charset=iso-8859-1").send(bytes);
    });

    BOOST_TEST(bare.headers.get("Content-Type") == "application/octet-stream");
    BOOST_TEST(bare.body == std::string("\xFF\0", 2));
    BOOST_TEST(typed.headers.get("Content-Type") == "text/plain; charset=iso-8859-1");
}

BOOST_AUTO_TEST_CASE(nothing_sent_has_no_entity_tag) {
    const Response response = answer([](auto& res) { res.status(202).send(); });

    BOOST_TEST(response.status == 202);
    BOOST_TEST(!response.headers.contains("ETag"));
    BOOST_TEST(!response.headers.contains("Content-Type"));
}

BOOST_AUTO_TEST_CASE(an_entity_tag_that_was_set_stays) {
    const Response response = answer([](auto& res) { res.header("ETag", "\"foo\"").send("hey"); });
    BOOST_TEST(response.headers.get("ETag") == "\"foo\"");
}

BOOST_AUTO_TEST_CASE(a_status_without_content_keeps_the_tag_alone) {
    const Response response = answer([](auto& res) {
        res.status(204).header("Transfer-Encoding", "chunked").header("X-Y", "z").send("foo");
    });

    BOOST_TEST(response.body == "");
    BOOST_TEST(response.headers.size() == 2u);
    BOOST_TEST(response.headers.get("ETag") == "W/\"3-C+7Hteo/D9vJXQ3UfzxbwnXaijM\"");
}

BOOST_AUTO_TEST_CASE(a_head_has_the_length_of_an_empty_body_too) {
    const Response response = answer([](auto& res) { res.send(""); }, "HEAD");
    BOOST_TEST(response.headers.get("Content-Length") == "0");
}

BOOST_AUTO_TEST_CASE(a_redirect_is_temporary_and_keeps_the_method) {
    const Response response = answer([](auto& res) { res.redirect(std::string("/elsewhere")); });
    const Response permanent = answer([](auto& res) { res.redirect(301, "/login"); });

    BOOST_TEST(response.status == 307);
    BOOST_TEST(response.headers.get("Location") == "/elsewhere");
    BOOST_TEST(!response.headers.contains("ETag"));
    BOOST_TEST(permanent.status == 301);
}

BOOST_AUTO_TEST_CASE(a_redirect_to_nowhere_is_refused_in_nodes_words) {
    BOOST_TEST(complaint([](auto& res) { res.redirect(302, nullptr); }) ==
               "Invalid redirect arguments. Please use a single argument URL, e.g. "
               "res.redirect('/destination') or use a status code and URL, e.g. "
               "res.redirect(307, '/destination').");
}

BOOST_AUTO_TEST_CASE(a_response_is_sent_once) {
    BOOST_TEST(complaint([](auto& res) { res.send("a"), res.json(1); }) ==
               "the response has been sent already");
    BOOST_TEST(complaint([](auto& res) { res.redirect("/"), res.send("a"); }) ==
               "the response has been sent already");
}

BOOST_AUTO_TEST_CASE(what_was_sent_first_stands) {
    const Response response = answer([](auto& res) {
        res.json(1);
        BOOST_CHECK_THROW(res.send("other"), std::logic_error);
        BOOST_CHECK_THROW(res.send(std::vector<std::byte>()), std::logic_error);
        BOOST_CHECK_THROW(res.redirect("/"), std::logic_error);
        BOOST_CHECK_THROW(res.send(), std::logic_error);
    });

    BOOST_TEST(response.body == "1");
    BOOST_TEST(response.status == 200);
    BOOST_TEST(response.headers.size() == 3u);
}

BOOST_AUTO_TEST_SUITE_END()
