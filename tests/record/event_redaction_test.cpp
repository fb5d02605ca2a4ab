// Saved events without their secrets, and the same with what a replay puts back.
#include "record/event_redaction.h"

#include <map>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "cli/commands.h"
#include "replay/placeholders.h"
#include <turngate/events/make_event.h>
#include <turngate/json/json.h>

using namespace turngate;
using namespace turngate::recording;

namespace {

using Rules = std::vector<std::string>;

RedactionStep step(const Rules& words, std::string in_place) {
    RedactionRules rules;
    for (const std::string& word : words)
        rules.add(word);
    return {std::move(rules), std::move(in_place)};
}

std::string redacted_event(std::string_view text, const Rules& words,
                           std::string in_place = "REDACTED") {
    return redact_event(text, {}, std::vector{step(words, std::move(in_place))}, nullptr).event;
}

RedactedEvent redact_with_reply(std::string_view event, std::string_view reply,
                                const Rules& words) {
    replay::GoldenParser parser;
    return redact_event(event, {}, std::vector{step(words, "REDACTED")}, &parser.parse(reply));
}

Request secretive_request() {
    return Request::make("POST", "/orders?a=1&pin=4321&token=CANARY-1",
                         R"({"user":"ada","password":"CANARY\"2","n":[1,2]})",
                         {{"Host", "example.com"},
                          {"Authorization", "Bearer CANARY-3"},
                          {"Cookie", "theme=dark; sid=77; csrf=CANARY-4"},
                          {"X-Pin", "123"},
                          {"Content-Type", "application/json"},
                          {"X-Plain", "77 123 4321"}});
}

const std::map<std::string, std::string> variables = {
    {"TURNGATE_SECRET_TOKEN", "CANARY-1"},
    {"TURNGATE_SECRET_PASSWORD", "CANARY\"2"},
    {"TURNGATE_SECRET_BEARER", "Bearer CANARY-3"},
    {"TURNGATE_SECRET_SID", "77"},
    {"TURNGATE_SECRET_PIN", "123"},
};

std::optional<std::string> variable(const std::string& name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional<std::string>(found->second);
}

std::vector<std::string> fields_of(const Request& request) {
    std::vector<std::string> out;
    for (const auto& [name, value] : request.headers)
        out.push_back(lower_case(name) + ": " + std::string(value));
    return out;
}

bool is_http(events::Format format) {
    return format != events::Format::raw && format != events::Format::websocket;
}

Request request_with_parts() {
    Request request =
        Request::post("/orders?a=Bearer%20tops3cret%2Fvalue-1",
                      R"({"whole":"Bearer tops3cret/value-1!","part":"tops3cret/value-1",
                                        "spelling":"Bearer%20tops3cret%2Fvalue-1"})");
    request.headers = {{"Host", "h"},
                       {"Authorization", "Bearer tops3cret/value-1"},
                       {"X-Whole", "(Bearer tops3cret/value-1)"},
                       {"X-Part", "tops3cret/value-1"},
                       {"X-Spelling", "Bearer%20tops3cret%2Fvalue-1"},
                       {"Content-Type", "application/json"}};
    return request;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(event_redaction)

BOOST_AUTO_TEST_CASE(no_event_of_any_shape_keeps_a_secret) {
    const Rules words = {"authorization", "cookie",    "x-pin",
                         "query:token",   "query:pin", "/body/json/password"};
    for (const events::Format format : events::formats()) {
        if (!is_http(format)) continue;
        BOOST_TEST_CONTEXT(events::name(format)) {
            Request request = secretive_request();
            const std::string text = events::make_event(request, format);

            const std::string after = redacted_event(text, words);

            BOOST_TEST(after.find("CANARY") == std::string::npos, after);
            events::Event event = events::decode(after, format);
            BOOST_TEST(event.request.headers.get("X-Pin") == "REDACTED");
            BOOST_TEST(event.request.headers.get("Cookie") ==
                       "theme=REDACTED; sid=REDACTED; csrf=REDACTED");
            BOOST_TEST(event.request.headers.get("X-Plain") == "77 123 4321");
            BOOST_TEST(event.request.url.parameter("pin").value_or("") == "REDACTED");
            BOOST_TEST(event.request.url.parameter("a").value_or("") == "1");
            BOOST_TEST(event.request.body.text() ==
                       R"({"user":"ada","password":"REDACTED","n":[1,2]})");
        }
    }
}

// What was put aside comes back, as long as the variables are there.
BOOST_AUTO_TEST_CASE(a_replay_fills_in_what_was_taken_out) {
    const std::vector<RedactionStep> steps = {
        step({"query:token"}, "${env:TURNGATE_SECRET_TOKEN}"),
        step({"/body/json/password"}, "${env:TURNGATE_SECRET_PASSWORD}"),
        step({"authorization"}, "${env:TURNGATE_SECRET_BEARER}"),
        step({"cookie:sid"}, "${env:TURNGATE_SECRET_SID}"),
        step({"x-pin"}, "${env:TURNGATE_SECRET_PIN}"),
    };
    for (const events::Format format : events::formats()) {
        if (!is_http(format)) continue;
        BOOST_TEST_CONTEXT(events::name(format)) {
            Request request = secretive_request();
            const std::string text = events::make_event(request, format);
            Request before = std::move(events::decode(text, format).request);

            const std::string put_aside = redact_event(text, {}, steps, nullptr).event;
            Request after = std::move(events::decode(put_aside, format).request);
            BOOST_TEST(after.headers.get("X-Pin") == "${env:TURNGATE_SECRET_PIN}");
            replay::fill_in(after, variable);

            BOOST_TEST(fields_of(after) == fields_of(before), boost::test_tools::per_element());
            BOOST_TEST(after.url.request_uri() == before.url.request_uri());
            BOOST_TEST(after.body.text() == before.body.text());
        }
    }
}

BOOST_AUTO_TEST_CASE(every_other_byte_stands_as_it_stood) {
    BOOST_TEST(
        redacted_event(" {\"method\" : \"GET\",\"path\":\"/\", \"headers\":{\"X-Pin\":\"1\"},"
                       "\"other\":[1.50, \"\\u0031\"]}\n",
                       {"x-pin"}) ==
        " {\"method\" : \"GET\",\"path\":\"/\", \"headers\":{\"X-Pin\":\"REDACTED\"},"
        "\"other\":[1.50, \"\\u0031\"]}\n");
}

BOOST_AUTO_TEST_CASE(an_event_without_a_secret_is_the_same_event) {
    Request request = secretive_request();
    const std::string text = events::make_event(request, events::Format::alb);

    BOOST_TEST(redacted_event(text, {"x-none", "query:none", "/body/json/none"}) == text);
}

BOOST_AUTO_TEST_CASE(payloads_that_are_no_requests_are_bodies) {
    BOOST_TEST(
        redacted_event(R"({"detail":{"password":"x","a":1}})", {"/body/json/detail/password"}) ==
        R"({"detail":{"password":"REDACTED","a":1}})");
}

BOOST_AUTO_TEST_CASE(a_placeholder_can_stand_where_something_was_redacted_before) {
    BOOST_TEST(redacted_event(R"({"method":"GET","path":"/","headers":{"X-Pin":"REDACTED"}})",
                              {"x-pin"}, "${env:TURNGATE_SECRET_PIN}") ==
               R"({"method":"GET","path":"/","headers":{"X-Pin":"${env:TURNGATE_SECRET_PIN}"}})");
}

// A variable has the whole value: filled in where a part of it stood, it would be another request.
BOOST_AUTO_TEST_CASE(a_placeholder_stands_for_the_value_as_it_was_alone) {
    for (const events::Format format : events::formats()) {
        if (!is_http(format)) continue;
        BOOST_TEST_CONTEXT(events::name(format)) {
            Request request = request_with_parts();
            const std::string text =
                redacted_event(events::make_event(request, format), {"authorization"},
                               "${env:TURNGATE_SECRET_BEARER}");

            BOOST_TEST(text.find("tops3cret") == std::string::npos, text);
            events::Event event = events::decode(text, format);
            const Headers& headers = event.request.headers;
            BOOST_TEST(headers.get("Authorization") == "${env:TURNGATE_SECRET_BEARER}");
            BOOST_TEST(headers.get("X-Whole") == "(${env:TURNGATE_SECRET_BEARER})");
            BOOST_TEST(headers.get("X-Part") == "REDACTED");
            BOOST_TEST(headers.get("X-Spelling") == "REDACTED");
            // A query is filled in as it has to be spelled.
            BOOST_TEST(event.request.url.parameter("a").value_or("") ==
                       "${env:TURNGATE_SECRET_BEARER}");
            const std::string body = event.request.body.text();
            for (const char* part : {R"("whole":"${env:TURNGATE_SECRET_BEARER}!")",
                                     R"("part":"REDACTED")", R"("spelling":"REDACTED")"})
                BOOST_TEST(body.find(part) != std::string::npos, body);
        }
    }
}

// Payload 2.0 joins the values of one name, which none of them alone is found in.
BOOST_AUTO_TEST_CASE(short_values_of_one_parameter_are_found_where_they_are_joined) {
    const std::string text = R"({"version":"2.0","rawPath":"/","rawQueryString":)"
                             R"("pin=12&a=1&pin=3%204&pin=&p%69n=5","queryStringParameters":)"
                             R"({"pin":"12,3 4,,5","a":"1"},"headers":{},"requestContext":)"
                             R"({"http":{"method":"GET","path":"/"}}})";
    const std::string after = redacted_event(text, {"query:pin"});
    BOOST_TEST(
        after.find(R"("rawQueryString":"pin=REDACTED&a=1&pin=REDACTED&pin=&p%69n=REDACTED")") !=
            std::string::npos,
        after);
    BOOST_TEST(after.find(R"({"pin":"REDACTED,REDACTED,,REDACTED","a":"1"})") != std::string::npos,
               after);
    const std::string filled = redacted_event(text, {"query:pin"}, "${env:TURNGATE_SECRET_PIN}");
    BOOST_TEST(filled.find(R"("pin":"${env:TURNGATE_SECRET_PIN},${env:)") != std::string::npos,
               filled);
}

BOOST_AUTO_TEST_CASE(what_rules_have_found_is_told) {
    const auto named = [](std::string_view text, const Rules& words) {
        return redact_event(text, {}, std::vector{step(words, "REDACTED")}, nullptr).named;
    };
    const Rules rules = {"/body/json/a", "/body/json/b", "/body/json/l/*/p", "/c", "x-pin"};
    BOOST_TEST(
        named(R"({"method":"POST","path":"/","body":"{\"a\":1,\"l\":[{\"p\":{}}],\"c\":[]}"})",
              rules) == (Rules{"/body/json/a", "/body/json/l/*/p", "/c"}),
        boost::test_tools::per_element());
    BOOST_TEST(named(R"({"method":"POST","path":"/","body":"x"})", {"/body"}) == Rules{"/body"},
               boost::test_tools::per_element());
    BOOST_TEST(named(R"({"method":"POST","path":"/"})", {"/body", "/body/json/a"}).empty());
    BOOST_TEST(named(R"({"b":1})", rules) == Rules{"/body/json/b"},
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(rules_find_what_was_taken_out_before) {
    const std::string placeholder = "${env:TURNGATE_SECRET_A}";
    const std::vector<RedactionStep> steps = {
        step({"/body/json/a", "/body/json/o"}, placeholder),
        step({"/body/json/a", "/body/json/o/p", "/body/json/*/p"}, "REDACTED")};
    const Rules first = {"/body/json/a", "/body/json/o"};
    const RedactedEvent once =
        redact_event(R"({"method":"POST","path":"/","body":"{\"a\":\"x\",\"o\":{\"p\":1}}"})", {},
                     std::vector{steps[0]}, nullptr);
    BOOST_TEST(once.named == first, boost::test_tools::per_element());

    const RedactedEvent again = redact_event(once.event, {}, steps, nullptr);
    BOOST_TEST(again.event == once.event);
    BOOST_TEST(again.named == (Rules{first[0], first[1], first[0]}),
               boost::test_tools::per_element());
    // In what another rule takes out there is something, too.
    const RedactedEvent nested = redact_event(
        R"({"method":"POST","path":"/","body":"{\"o\":{\"p\":1}}"})", {},
        std::vector{step({"/body/json/o", "/body/json/o/p", "/body/json/*/p"}, "R")}, nullptr);
    BOOST_TEST(nested.named == (Rules{"/body/json/o", "/body/json/o/p", "/body/json/*/p"}),
               boost::test_tools::per_element());
    const std::string whole = R"({"method":"POST","path":"/","body":"${env:TURNGATE_SECRET_A}"})";
    BOOST_TEST(redacted_event(whole, {"/body"}) == whole);
}

BOOST_AUTO_TEST_CASE(the_expected_reply_is_redacted_and_ignores_it) {
    const RedactedEvent done = redact_with_reply(
        R"({"method":"GET","path":"/","headers":{"Authorization":"Bearer tops3cret-1"}})",
        R"({"status": 200, "headers": [["content-type", "application/json"], ["x-a", "b"]],
            "body": {"json": {"for": "tops3cret-1", "n": 1}}, "ignore": ["/headers/x-a"], "tags": ["t"]})",
        {"authorization"});

    BOOST_REQUIRE(done.reply.has_value());
    replay::GoldenParser parser;
    const replay::Golden& golden = parser.parse(*done.reply);
    BOOST_TEST(done.reply->find("tops3cret") == std::string::npos);
    BOOST_TEST(golden.ignore == (std::vector<std::string_view>{"/headers/x-a", "/body/json/for"}),
               boost::test_tools::per_element());
    BOOST_TEST(golden.tags.size() == 1u);
}

// How a body is compared is what somebody has chosen: by its text, say, white space and all.
BOOST_AUTO_TEST_CASE(the_body_of_an_expected_reply_stays_of_its_kind) {
    using Body = replay::Golden::Body;
    struct Kept {
        const char* type;
        const char* body;
        Rules rules;
        Body kind;
        const char* text;
        const char* ignored;
    };
    const Kept all[] = {
        {"application/json",
         R"({"text": "{\"k\": \"tops3cret-1\"}"})",
         {},
         Body::text,
         R"({"k": "REDACTED"})",
         "/body"},
        {"text/plain",
         R"({"json": {"k": "tops3cret-1"}})",
         {},
         Body::json,
         R"({"k": "REDACTED"})",
         "/body"},
        {"application/json",
         R"({"json": {"k": "tops3cret-1"}})",
         {},
         Body::json,
         R"({"k": "REDACTED"})",
         "/body/json/k"},
        {"application/json",
         R"({"json": {"k": 1}})",
         {"/body"},
         Body::json,
         R"("REDACTED")",
         "/body"},
        {"text/plain",
         R"({"base64": "dG9wczNjcmV0LTE="})",
         {},
         Body::base64,
         "UkVEQUNURUQ=",
         "/body"},
        {"text/plain", R"({"text": "tops3cret-1"})", {}, Body::text, "REDACTED", "/body"},
    };
    for (const Kept& kept : all) {
        BOOST_TEST_CONTEXT(kept.body) {
            Rules rules = kept.rules;
            rules.emplace_back("authorization");
            const RedactedEvent done = redact_with_reply(
                R"({"method":"GET","path":"/","headers":{"Authorization":"Bearer tops3cret-1"}})",
                R"({"status": 200, "headers": [["content-type", ")" + std::string(kept.type) +
                    R"("]], "body": )" + kept.body + '}',
                rules);

            BOOST_REQUIRE(done.reply.has_value());
            replay::GoldenParser parser;
            const replay::Golden& golden = parser.parse(*done.reply);
            BOOST_TEST((golden.kind == kept.kind), *done.reply);
            std::string body(golden.body);
            if (kept.kind == Body::json) body = Json::parse(body).dump();
            BOOST_TEST(body ==
                       (kept.kind == Body::json ? Json::parse(kept.text).dump() : kept.text));
            BOOST_TEST(golden.ignore == std::vector<std::string_view>{kept.ignored},
                       boost::test_tools::per_element());
        }
    }
}

BOOST_AUTO_TEST_CASE(an_expected_reply_without_a_secret_is_left_alone) {
    const RedactedEvent done =
        redact_with_reply(R"({"method":"GET","path":"/","headers":{"X-Pin":"1"}})",
                          R"({"status": 200, "body": {"text": "fine"}})", {"x-pin"});
    BOOST_TEST(!done.reply.has_value());
}

BOOST_AUTO_TEST_CASE(a_reply_that_cannot_be_written_anew_is_an_error) {
    for (const char* reply : {R"({"headers": [["set-cookie", "a=1"]]})",
                              R"({"status": 200, "headers": [["set-cookie", "a=1"]],
                                  "body": {"file": "x.reply.body"}})"})
        BOOST_CHECK_THROW(
            redact_with_reply(R"({"method":"GET","path":"/","headers":{}})", reply, {"set-cookie"}),
            Error);
}

BOOST_AUTO_TEST_CASE(help_tells_every_default) {
    for (const std::string& word : RedactionRules::default_words()) {
        const std::string name = word.substr(word.find(':') + 1);  // npos + 1 is 0
        BOOST_TEST(cli::event_redact_command.description.find(name) != std::string_view::npos,
                   name);
    }
}

BOOST_AUTO_TEST_SUITE_END()
