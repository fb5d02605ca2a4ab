// Vercel's several payloads, and what its own bridges were recorded to answer.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

#include <boost/test/unit_test.hpp>

#include "support/skip.h"
#include <turngate/events/answer.h>
#include <turngate/http/encoding.h>
#include <turngate/json/json.h>

using namespace turngate;
using namespace turngate::events;

namespace {

std::string invoke(const std::string& inner) {
    return Json::object({{"Action", "Invoke"}, {"body", inner}}).dump();
}

constexpr std::string_view default_type = "text/plain; charset=utf-8";

// Does what the function behind the recording did.
Response recorded_function(Request& request) {
    const std::string target = request.url.target();
    if (target == "/empty") return {204, {}, {}};
    if (target == "/binary")
        return {200, {{"content-type", "application/octet-stream"}}, std::string("\0\xff\x80", 3)};
    if (target == "/redirect") return {307, {{"location", "/somewhere"}}, "/somewhere"};
    Response response{200, {{"content-type", "text/html"}}, "ok " + target};
    if (target.ends_with(".json")) response.headers.set("content-type", "application/json");
    return response;
}

// Less what only a Node server adds, and the type that our writer gives to a body without one.
Json::Object comparable(const Json& headers) {
    Json::Object kept;
    for (const auto& [name, value] : *headers.members())
        if (name != "date" && name != "keep-alive" && value.string_or("") != default_type)
            kept.emplace_back(name, value);
    std::sort(kept.begin(), kept.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    return kept;
}

std::string lower_names(Json::Object members) {
    for (auto& member : members)
        for (char& c : member.first)
            if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    std::sort(members.begin(), members.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    return Json(members).dump();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(payloads)

BOOST_AUTO_TEST_CASE(a_status_that_counts_as_a_failure_fails_the_invocation) {
    const std::string event =
        invoke(R"({"payloads":[{"method":"GET","path":"/good"},{"method":"GET","path":"/bad"}]})");
    const HandlerPtr handler =
        to_handler([](Request& r) { return text("x", r.url.path == "/bad" ? 503 : 200); });
    AnswerOptions options;
    options.error_statuses = {{500, 599}};
    BOOST_CHECK_EXCEPTION(answer(*handler, event, options), InvocationError,
                          [](const InvocationError& e) { return e.status() == 503; });
    options.error_statuses = {{504, 599}};
    const Json reply = Json::parse(answer(*handler, event, options));
    BOOST_TEST(reply["statusCode"].integer_or(0) == 200);
}

BOOST_AUTO_TEST_CASE(each_payload_is_a_part) {
    const HandlerPtr handler = to_handler(recorded_function);
    const Json reply = Json::parse(
        answer(*handler, invoke(R"({"payloads":[{"method":"GET","headers":{},"path":"/a"},)"
                                R"({"method":"GET","headers":{},"path":"/redirect"}]})")));
    BOOST_TEST(*reply["statusCode"].integer() == 200);
    BOOST_TEST(reply["encoding"].string_or("") == "base64");
    BOOST_TEST(
        reply["body"].string_or("") ==
        "--payload-separator\r\ncontent-type: text/html\r\n\r\nb2sgL2E=\r\n"
        "--payload-separator\r\ncontent-type: text/plain; charset=utf-8\r\n\r\nL3NvbWV3aGVyZQ==\r\n"
        "--payload-separator--\r\n");
    BOOST_TEST(reply["headers"]["content-type"].string_or("") ==
               "multipart/mixed; boundary=\"payload-separator\"");
    BOOST_TEST(reply["headers"]["x-vercel-payload-2-status"].string_or("") == "307");
}

BOOST_AUTO_TEST_CASE(what_all_parts_have_stands_once) {
    const HandlerPtr handler = to_handler([](Request& request) {
        Response response{
            200, {{"X-Same", "1"}, {"Set-Cookie", "a=1"}, {"Set-Cookie", "b=2"}}, "x"};
        if (request.url.path == "/a") response.headers.add("X-Only", "a");
        return response;
    });
    const Json reply = Json::parse(
        answer(*handler, invoke(R"({"payloads":[{"method":"GET","headers":{},"path":"/a"},)"
                                R"({"method":"GET","headers":{},"path":"/b"}]})")));
    BOOST_TEST(
        reply["headers"].dump() ==
        R"({"content-length":"1","set-cookie":["a=1","b=2"],"x-vercel-payload-1-x-only":"a",)"
        R"("x-same":"1","content-type":"multipart/mixed; boundary=\"payload-separator\""})");
}

BOOST_AUTO_TEST_CASE(a_field_that_only_a_later_part_has_is_its_own) {
    const HandlerPtr handler = to_handler([](Request& request) {
        Response response{200, {}, "x"};
        if (request.url.path == "/b") response.headers.add("X-Only", "b");
        return response;
    });
    const Json reply = Json::parse(
        answer(*handler, invoke(R"({"payloads":[{"method":"GET","headers":{},"path":"/a"},)"
                                R"({"method":"GET","headers":{},"path":"/b"}]})")));
    BOOST_TEST(reply["headers"]["x-vercel-payload-2-x-only"].string_or("") == "b");
}

BOOST_AUTO_TEST_CASE(fields_of_many_parts_are_told_apart_in_linear_time) {
    constexpr int parts = 2000;
    const HandlerPtr handler = to_handler([](Request& request) {
        Response response{200, {{"X-Same", "1"}}, {}};
        for (int i = 0; i < 10; ++i)
            response.headers.add("x" + request.url.query + "-" + std::to_string(i), "v");
        return response;
    });
    std::string payloads;
    for (int i = 0; i < parts; ++i)
        payloads +=
            (i ? "," : "") + (R"({"method":"GET","path":"/?)" + std::to_string(i)) + R"("})";
    AnswerOptions options;
    options.encode.check_size = false;
    const Json reply =
        Json::parse(answer(*handler, invoke(R"({"payloads":[)" + payloads + "]}"), options));

    BOOST_TEST(reply["headers"].members()->size() == parts * 10u + 3);  // and content-length
    BOOST_TEST(reply["headers"]["x-same"].string_or("") == "1");
    BOOST_TEST(reply["headers"]["x-vercel-payload-1999-x1998-9"].string_or("") == "v");
}

BOOST_AUTO_TEST_CASE(too_much_for_vercel_is_said) {
    const HandlerPtr handler =
        to_handler([](Request&) { return text(std::string(3'000'000, 'x')); });
    const Response reply = decode_reply(
        answer(*handler, invoke(R"({"payloads":[{"method":"GET","headers":{},"path":"/a"},)"
                                R"({"method":"GET","headers":{},"path":"/b"}]})")));
    BOOST_TEST(reply.status == 413);
    BOOST_TEST(reply.body.starts_with("the body of the reply is 8000"), reply.body);
}

BOOST_AUTO_TEST_CASE(the_bridges_answers_are_met) {
    const std::filesystem::path file =
        std::filesystem::path(TURNGATE_FIXTURES) / "vercel/invoke-capture.jsonl";
    std::ifstream lines(file);
    if (!lines) {
        return test::skip("no recorded calls at " + file.string());
    }
    const HandlerPtr handler = to_handler(recorded_function);
    int compared = 0;
    for (std::string line; std::getline(lines, line);) {
        const Json record = Json::parse(line);
        const std::string name = record["name"].string_or("");
        if (record["event"].is_null() || !record["runtime"].is_null()) continue;
        const std::string event = record["event"].dump();
        BOOST_TEST_CONTEXT(name) {
            AnswerOptions options;
            options.decode.format = Format::vercel;
            if (!record["error"].is_null()) {
                BOOST_CHECK_THROW(answer(*handler, event, options), JsonError);
                continue;
            }
            options.decode.lenient = true;  // as the bridge is, with header values above all
            const Json ours = Json::parse(answer(*handler, event, options));
            const Json& theirs = record["result"];
            BOOST_TEST(*ours["statusCode"].integer() == *theirs["statusCode"].integer());
            std::string body = ours["body"].string_or("");
            if (auto at = body.find(default_type); at != std::string::npos)
                body.replace(at, default_type.size(), "text/plain");
            BOOST_TEST(body == theirs["body"].string_or(""));
            BOOST_TEST(ours["encoding"].string_or("") == theirs["encoding"].string_or(""));
            if (name != "head")  // a Node server leaves out the length there
                BOOST_TEST(lower_names(comparable(ours["headers"])) ==
                           lower_names(comparable(theirs["headers"])));
            ++compared;
        }
    }
    BOOST_TEST(compared >= 10);
}

BOOST_AUTO_TEST_SUITE_END()
