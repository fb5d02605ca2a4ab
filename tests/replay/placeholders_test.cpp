// Secrets that a saved event names and does not have.
#include "replay/placeholders.h"

#include <string>

#include <boost/test/unit_test.hpp>

using namespace turngate;
using namespace turngate::replay;

namespace {

std::optional<std::string> variable(const std::string& name) {
    if (name == "TURNGATE_SECRET_A") return "a b\"&=/";
    if (name == "TURNGATE_SECRET_LINES") return "a\r\nX-B: c";
    if (name == "TURNGATE_SECRET_AGAIN") return "${env:TURNGATE_SECRET_A}";
    if (name == "HOME") return "/root";
    return std::nullopt;
}

std::string body_after(std::string body, std::string_view type) {
    Request request = Request::post("/", std::move(body), type);
    fill_in(request, variable);
    return request.body.text();
}

std::string field_after(std::string_view value) {
    Request request = Request::make("GET", "/", {}, {{"X-A", value}});
    fill_in(request, variable);
    return std::string(request.headers.get("X-A"));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(placeholders)

BOOST_AUTO_TEST_CASE(values_are_written_as_their_places_have_them) {
    BOOST_TEST(field_after("say ${env:TURNGATE_SECRET_A}!") == "say a b\"&=/!");
    BOOST_TEST(body_after(R"({"p":"x${env:TURNGATE_SECRET_A}"})", "text/plain") ==
               R"({"p":"xa b\"&=/"})");
    BOOST_TEST(body_after("p=${env:TURNGATE_SECRET_A}&q=%20",
                          "application/x-www-form-urlencoded") == "p=a%20b%22%26%3D%2F&q=%20");
    BOOST_TEST(body_after("<${env:TURNGATE_SECRET_A}>", "text/plain") == "<a b\"&=/>");
    Request request = Request::get(
        "/a/%24%7Benv:TURNGATE_SECRET_A%7D?b+=%24%7Benv%3aTURNGATE_"
        "SECRET_A%7d&c=+");
    fill_in(request, variable);
    BOOST_TEST(request.url.target() == "/a/a%20b%22%26%3D%2F?b+=a%20b%22%26%3D%2F&c=+");
}

BOOST_AUTO_TEST_CASE(no_other_variable_is_put_anywhere) {
    for (const char* text :
         {"${env:HOME}", "${env:TURNGATE_SECRET_}", "${env:TURNGATE_SECRET_a}", "$HOME",
          "${env:", "${env:TURNGATE_SECRET_A", "${env:TURNGATE_SECRET_A }", "${env:${env:HOME}}"}) {
        BOOST_TEST(field_after(text) == text);
        BOOST_TEST(body_after(text, "text/plain") == text);
    }
}

BOOST_AUTO_TEST_CASE(a_value_is_not_looked_through_again) {
    BOOST_TEST(field_after("${env:TURNGATE_SECRET_AGAIN}") == "${env:TURNGATE_SECRET_A}");
}

BOOST_AUTO_TEST_CASE(a_variable_that_is_not_set_is_named) {
    try {
        field_after("${env:TURNGATE_SECRET_NONE}");
        BOOST_FAIL("nothing was thrown");
    } catch (const MissingVariable& e) {
        BOOST_TEST(e.name() == "TURNGATE_SECRET_NONE");
        BOOST_TEST(std::string(e.what()).find("${env:TURNGATE_SECRET_NONE}") != std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(a_value_that_no_field_can_have_is_an_error) {
    try {
        field_after("${env:TURNGATE_SECRET_LINES}");
        BOOST_FAIL("nothing was thrown");
    } catch (const BadPlaceholder& e) {
        BOOST_TEST(!e.hint().empty());
        BOOST_TEST(std::string(e.what()).find("has a CR, LF or NUL") != std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(the_declared_length_follows_the_body) {
    Request request = Request::post("/", "${env:TURNGATE_SECRET_A}", "text/plain");
    request.headers.set("Content-Length", "24");
    fill_in(request, variable);
    BOOST_TEST(request.headers.get("Content-Length") == "7");
}

BOOST_AUTO_TEST_SUITE_END()
