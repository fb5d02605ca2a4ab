// What is taken out of a call, and what its replay then ignores.
#include "record/redaction.h"

#include <string>
#include <vector>
#include <zlib.h>

#include <boost/test/unit_test.hpp>

#include "cli/commands.h"
#include <turngate/events/make_event.h>
#include <turngate/handlers/middleware.h>
#include <turngate/http/serve.h>

using namespace turngate;
using namespace turngate::recording;

namespace {

struct Redacted {
    Request request;
    Response reply;
    RedactedCall call;
};

Redacted redact_all(Request request, Response reply, const std::vector<std::string>& rules = {}) {
    RedactionRules all = RedactionRules::defaults();
    for (const std::string& rule : rules)
        all.add(rule);
    std::string body = request.body.text();
    request.body = {};
    RedactedCall call = redact(request, std::move(body), reply, all);
    return {std::move(request), std::move(reply), std::move(call)};
}

Response json_reply(std::string body) {
    return {200, {{"Content-Type", "application/json"}}, std::move(body)};
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words)
        text += (text.empty() ? "" : " ") + word;
    return text;
}

std::string body_after(std::string body, const std::string& rule,
                       std::string_view type = "application/json") {
    return redact_all(Request::post("/", std::move(body), type), {}, {rule}).call.body;
}

// As a server that compresses has it.
std::string gzipped(std::string_view text) {
    const HandlerPtr handler = compress({.min_size = 0})(to_handler([&](Request&) {
        return Response{200, {{"Content-Type", "text/plain"}}, std::string(text)};
    }));
    Request request = Request::get("/");
    request.headers.set("Accept-Encoding", "gzip");
    return record(*handler, std::move(request)).body;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(redaction)

BOOST_AUTO_TEST_CASE(credentials_go_without_a_rule) {
    const Redacted done = redact_all(
        Request::make("GET", "/?a=1&access_token=T0P", {},
                      {{"Authorization", "Bearer x"}, {"X-Api-Key", "k"}, {"Accept", "*/*"}}),
        {});

    BOOST_TEST(done.request.headers.get("Authorization") == "REDACTED");
    BOOST_TEST(done.request.headers.get("X-Api-Key") == "REDACTED");
    BOOST_TEST(done.request.headers.get("Accept") == "*/*");
    BOOST_TEST(done.request.url.query == "a=1&access_token=REDACTED");
}

BOOST_AUTO_TEST_CASE(cookies_keep_their_names_and_attributes) {
    const Redacted done =
        redact_all(Request::make("GET", "/", {}, {{"Cookie", "a=1; b=\"x=y\";c; =d"}}),
                   {200, {{"Set-Cookie", "sid=1; Path=/; HttpOnly"}, {"Set-Cookie", "odd"}}, ""});

    BOOST_TEST(done.request.headers.get("Cookie") == "a=REDACTED; b=REDACTED;REDACTED; =REDACTED");
    BOOST_TEST(joined(done.reply.headers.values("Set-Cookie")) ==
               "sid=REDACTED; Path=/; HttpOnly REDACTED");
    BOOST_TEST(joined(done.call.ignore) == "/headers/set-cookie");
}

BOOST_AUTO_TEST_CASE(one_cookie_can_be_named) {
    const Redacted done =
        redact_all(Request::make("GET", "/", {}, {{"Cookie", "theme=dark; sid=1"}}),
                   {200, {{"Set-Cookie", "theme=light"}, {"Set-Cookie", "SID=2; Secure"}}, ""},
                   {"!cookie", "!set-cookie", "cookie:sid"});

    BOOST_TEST(done.request.headers.get("Cookie") == "theme=dark; sid=REDACTED");
    BOOST_TEST(joined(done.reply.headers.values("Set-Cookie")) ==
               "theme=light SID=REDACTED; Secure");
}

BOOST_AUTO_TEST_CASE(parameters_go_from_urls_in_headers_too) {
    const Redacted done =
        redact_all(Request::make("GET", "/?%74oken=a&token&x=token&token=b", {},
                                 {{"Referer", "http://x/?token=a#f"}}),
                   {302, {{"Location", "/next?z=1&token=c"}}, ""}, {"query:token"});

    BOOST_TEST(done.request.url.query == "%74oken=REDACTED&token&x=token&token=REDACTED");
    BOOST_TEST(done.request.headers.get("Referer") == "http://x/?token=REDACTED#f");
    BOOST_TEST(done.reply.headers.get("Location") == "/next?z=1&token=REDACTED");
    BOOST_TEST(joined(done.call.ignore) == "/headers/location");
}

BOOST_AUTO_TEST_CASE(a_pointer_takes_values_of_any_type_and_leaves_every_other_byte) {
    const std::string rule = "/body/json/password";

    BOOST_TEST(body_after(R"( {"a" : 1.0, "password" : "x" , "b":[ ]} )", rule) ==
               R"( {"a" : 1.0, "password" : "REDACTED" , "b":[ ]} )");
    BOOST_TEST(body_after(R"({"password":12,"password":null})", rule) ==
               R"({"password":"REDACTED","password":"REDACTED"})");
    BOOST_TEST(body_after(R"({"password": {"a":[1,{"b":2}]},"c":3})", rule) ==
               R"({"password": "REDACTED","c":3})");
    BOOST_TEST(body_after(R"({"p\u0061ssword":"\u0041\""})", rule) ==
               R"({"p\u0061ssword":"REDACTED"})");
    BOOST_TEST(body_after("\xEF\xBB\xBF{\"password\":1}", rule) ==
               "\xEF\xBB\xBF{\"password\":\"REDACTED\"}");
    BOOST_TEST(body_after(R"({"a":{"password":1}})", rule) == R"({"a":{"password":1}})");
}

BOOST_AUTO_TEST_CASE(a_star_is_any_member_or_item) {
    BOOST_TEST(body_after(R"({"u":[{"p":1,"q":2},{"q":3},{"p":[4]}]})", "/body/json/u/*/p") ==
               R"({"u":[{"p":"REDACTED","q":2},{"q":3},{"p":"REDACTED"}]})");
    BOOST_TEST(body_after(R"([[1,2],[3]])", "/body/json/1/0") == R"([[1,2],["REDACTED"]])");
}

BOOST_AUTO_TEST_CASE(json_is_known_by_its_bytes_and_may_be_deep) {
    const std::string deep = std::string(5000, '[') + std::string(5000, ']');

    BOOST_TEST(body_after(R"({"p":1})", "/body/json/p", "text/plain") == R"({"p":"REDACTED"})");
    BOOST_TEST(body_after("{\"a\":" + deep + ",\"p\":1}", "/body/json/p") ==
               "{\"a\":" + deep + ",\"p\":\"REDACTED\"}");
}

BOOST_AUTO_TEST_CASE(a_form_field_can_be_named) {
    const std::string type = "application/x-www-form-urlencoded";

    for (const char* rule : {"form:pass", "/body/form/pass"})
        BOOST_TEST(body_after("user=a&pass=b%20c&Pass=d", rule, type) ==
                   "user=a&pass=REDACTED&Pass=REDACTED");
}

BOOST_AUTO_TEST_CASE(the_whole_body_can_go) {
    const Redacted done = redact_all(Request::post("/", "abc"), text("def"), {"/body"});

    BOOST_TEST(done.call.body == "REDACTED");
    BOOST_TEST(done.reply.body == "REDACTED");
    BOOST_TEST(joined(done.call.ignore) == "/body");
}

BOOST_AUTO_TEST_CASE(a_body_that_cannot_be_searched_refuses_the_call) {
    const auto refused = [](std::string body, std::string_view type, std::string_view coding) {
        Request request = Request::post("/", std::move(body), type);
        if (!coding.empty()) request.headers.set("Content-Encoding", coding);
        BOOST_CHECK_THROW(redact_all(std::move(request), {}, {"/body/json/p"}), Error);
    };

    refused(R"({"p":"x")", "text/plain", "");
    refused(R"("p)", "application/json", "");
    refused("\x1b\x02", "application/json", "br");
    refused(gzipped(R"({"p":"x"})"), "application/json", "gzip");
}

BOOST_AUTO_TEST_CASE(a_body_without_a_rule_for_it_is_left_alone) {
    for (const char* body : {"{\"p\":", "\xff\xfe", ""})
        BOOST_TEST(redact_all(Request::post("/", body, "application/json"), {}).call.body == body);
}

BOOST_AUTO_TEST_CASE(values_of_the_reply_are_ignored_where_they_were) {
    const Redacted done =
        redact_all(Request::get("/"), json_reply(R"({"token":"abc","n":[{"t":1}]})"),
                   {"/body/json/token", "/n/*/t"});

    BOOST_TEST(done.reply.body == R"({"token":"REDACTED","n":[{"t":"REDACTED"}]})");
    BOOST_TEST(joined(done.call.ignore) == "/body/json/token /n/*/t");
}

BOOST_AUTO_TEST_CASE(a_reply_that_is_compared_as_text_is_ignored_as_a_whole) {
    const Redacted done =
        redact_all(Request::get("/"), text(R"({"token":"abc"})"), {"/body/json/token"});

    BOOST_TEST(done.reply.body == R"({"token":"REDACTED"})");
    BOOST_TEST(joined(done.call.ignore) == "/body");
}

BOOST_AUTO_TEST_CASE(a_compressed_reply_with_a_secret_goes_as_a_whole) {
    Response reply = text(gzipped(R"({"token":"abc"})"));
    reply.headers.set("Content-Encoding", "gzip");
    Response other = text(gzipped(R"({"name":"abc"})"));
    other.headers.set("Content-Encoding", "gzip");
    const std::string before = other.body;

    const Redacted done = redact_all(Request::get("/"), std::move(reply), {"/body/json/token"});
    const Redacted kept = redact_all(Request::get("/"), std::move(other), {"/body/json/token"});

    BOOST_TEST(done.reply.body == "REDACTED");
    BOOST_TEST(joined(done.call.ignore) == "/body");
    BOOST_TEST((kept.reply.body == before));
    BOOST_TEST(kept.call.ignore.empty());
}

BOOST_AUTO_TEST_CASE(what_was_taken_out_is_found_wherever_else_it_stands) {
    const std::string secret = "tops3cret/value+1";
    Request request =
        Request::make("POST", "/of/tops3cret%2Fvalue%2B1?x=tops3cret%2Fvalue%2B1", "say " + secret,
                      {{"Authorization", "Bearer " + secret}, {"X-Trace", "by " + secret}});
    Response reply =
        json_reply(R"({"tops3cret\/value+1":1,"who":["a","tops3cret\/value\u002b1"]})");
    reply.headers.set("X-Echo", secret);

    const Redacted done = redact_all(std::move(request), std::move(reply));

    BOOST_TEST(done.request.url.target() == "/of/REDACTED?x=REDACTED");
    BOOST_TEST(done.request.headers.get("X-Trace") == "by REDACTED");
    BOOST_TEST(done.call.body == "say REDACTED");
    BOOST_TEST(done.reply.headers.get("X-Echo") == "REDACTED");
    BOOST_TEST(done.reply.body == R"({"REDACTED":1,"who":["a","REDACTED"]})");
}

BOOST_AUTO_TEST_CASE(a_short_value_is_not_looked_for) {
    const Redacted done =
        redact_all(Request::make("POST", "/1", "1", {{"Cookie", "a=1"}, {"X-N", "1"}}), text("1"));

    BOOST_TEST(done.request.url.path == "/1");
    BOOST_TEST(done.call.body == "1");
    BOOST_TEST(done.reply.body == "1");
    BOOST_TEST(done.call.ignore.empty());
}

BOOST_AUTO_TEST_CASE(blanks_are_not_looked_for) {
    const std::string spaced = "spaced          out";
    const Redacted done = redact_all(
        Request::make("POST", "/", spaced, {{"Cookie", "a=1; %20%20%20%20%20%20%20%20%20%20"}}),
        text(spaced));
    BOOST_TEST(done.request.headers.get("Cookie") == "a=REDACTED; REDACTED");
    BOOST_TEST(done.call.body == spaced);
    BOOST_TEST(done.reply.body == spaced);
}

BOOST_AUTO_TEST_CASE(more_secrets_than_can_be_looked_for_refuse_the_call) {
    std::string body = "[";
    for (int i = 0; i < 6000; ++i)
        body += (i == 0 ? "\"secret-" : ",\"secret-") + std::to_string(1000000 + i) + '"';
    Request request = Request::post("/", body + ']', "application/json");

    BOOST_CHECK_THROW(redact_all(std::move(request), {}, {"/body/json/*"}), Error);
}

BOOST_AUTO_TEST_CASE(the_length_that_a_request_declares_follows_its_body) {
    Request request = Request::post("/", R"({"p":1})", "application/json");
    request.headers.set("Content-Length", "7");

    const Redacted done = redact_all(std::move(request), {}, {"/body/json/p"});

    BOOST_TEST(done.request.headers.get("Content-Length") == std::to_string(done.call.body.size()));
}

// Every place that a shape has for a secret is made of the request.
BOOST_AUTO_TEST_CASE(no_shape_of_event_repeats_a_secret) {
    for (const events::Format format : events::formats()) {
        Request request =
            Request::make("POST", "/a?access_token=CANARY1", R"({"password":"CANARY2"})",
                          {{"Cookie", "s=CANARY3; t=CANARY4"},
                           {"Authorization", "Basic CANARY5"},
                           {"X-Api-Key", "CANARY6"},
                           {"Content-Type", "application/json"},
                           {"Referer", "http://h/?access_token=CANARY7"}});
        Redacted done = redact_all(std::move(request), {}, {"/body/json/password"});
        done.request.body = Body(done.call.body);

        const std::string event = events::make_event(done.request, format);

        BOOST_TEST(event.find("CANARY") == std::string::npos, events::name(format) << event);
    }
}

BOOST_AUTO_TEST_CASE(rules_are_checked) {
    for (const char* rule : {"", "two words", "query:", "cookie:", "/headers/", "/status",
                             "/headers", "/a~2", "!", "!!a", "/body/form/", "a:b"})
        BOOST_CHECK_THROW(RedactionRules().add(rule), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(rules_can_be_taken_back) {
    RedactionRules rules = RedactionRules::defaults();
    rules.add("!Authorization");
    rules.add("/body/json/a");
    rules.add("!/body/json/a");
    rules.add("!query:access_token");

    BOOST_TEST(!rules.header("authorization"));
    BOOST_TEST(rules.header("cookie"));
    BOOST_TEST(!rules.query("access_token"));
    BOOST_TEST(rules.pointers().empty());
    rules.add("!*");
    BOOST_TEST(rules.header_count() + rules.other_count() == 0u);
}

BOOST_AUTO_TEST_CASE(help_tells_every_default) {
    for (const std::string& word : RedactionRules::default_words()) {
        const std::string name = word.substr(word.find(':') + 1);  // npos + 1 is 0
        BOOST_TEST(cli::record_command.description.find(name) != std::string_view::npos, name);
    }
}

BOOST_AUTO_TEST_SUITE_END()
