// A replay that is held to the rules of a platform.
#include <chrono>
#include <string>
#include <thread>

#include <boost/test/unit_test.hpp>

#include "replay/replay_all.h"
#include "replay/rounds.h"
#include "support/gzip.h"
#include "support/temporary_directory.h"
#include <turngate/json/json.h>

using namespace turngate;
using namespace turngate::test;
using strict::Platform;

namespace {

Response shop(Request& request) {
    if (request.url.path == "/head") return {200, {{"X-Long", std::string(10'300, 'v')}}, ""};
    if (request.url.path == "/large") return {200, {}, std::string(6'300'000, 'a')};
    if (request.url.path == "/slow") std::this_thread::sleep_for(std::chrono::milliseconds(30));
    if (request.url.path == "/bytes") return {200, {{"Content-Type", "image/png"}}, "\xff"};
    return {200, {{"Content-Type", "text/plain"}}, "ok"};
}

JudgeOptions held_to(Platform platform) {
    JudgeOptions judge;
    judge.handler = to_handler(shop);
    judge.held_to = platform;
    judge.answer.decode.max_size = strict_event_limit;
    judge.statuses = {{200, 299}};
    return judge;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(strict_)

BOOST_AUTO_TEST_CASE(a_broken_rule_is_a_failure_with_its_name_its_limit_and_its_fix) {
    Folder folder;
    const std::string path = folder.write("a.json", event("/head"));
    const Ran ran = replay_all({path}, held_to(Platform::apigw_v2));
    BOOST_TEST(ran.summary.failed == 1u);
    BOOST_TEST(ran.summary.exit_status() == 1);
    for (const char* said : {"breaks a rule of apigw-v2",
                             "    rule      apigw-reply-headers: the header of the reply has ",
                             "              at most 10,240 bytes; API Gateway answers 502",
                             "    fix       send fewer"})
        BOOST_TEST(ran.text.find(said) != std::string::npos, said << " in\n" << ran.text);
    BOOST_TEST(replay_all({path}, held_to(Platform::vercel)).summary.passed == 1u);
    BOOST_TEST(replay_all({path}, held_to(Platform::impuls)).summary.passed == 1u);
}

// The source of the event itself refuses such a reply; the rule is told by its name all the same.
BOOST_AUTO_TEST_CASE(the_reply_is_checked_before_its_source_refuses_it) {
    Folder folder;
    Request request = Request::get("/large");
    const std::string path =
        folder.write("a.json", events::make_event(request, events::Format::api_gateway_v1));
    const Ran ran = replay_all({path}, held_to(Platform::apigw_v1));
    BOOST_TEST(
        ran.text.find("lambda-reply-size: the reply as JSON has 6,300,") != std::string::npos,
        ran.text);
    BOOST_TEST(replay_all({path}, held_to(Platform::alb)).text.find("alb-reply-size") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(requests_are_checked_too) {
    Folder folder;
    Request request = Request::post("/", std::string(1'100'000, 'a'));
    const std::string path =
        folder.write("a.json", events::make_event(request, events::Format::http));
    const Ran ran = replay_all({path}, held_to(Platform::alb));
    BOOST_TEST(ran.text.find("alb-request-body: the body of the request has 1,100,000 bytes") !=
                   std::string::npos,
               ran.text);
    BOOST_TEST(replay_all({path}, held_to(Platform::apigw_v2)).summary.passed == 1u);
}

// However the event comes in, what is too large for the platform is a broken rule, and no event
// that cannot be read.
BOOST_AUTO_TEST_CASE(events_that_are_too_large_are_read_and_refused_by_name) {
    Folder folder;
    Request request = Request::post("/", std::string(7'000'000, 'a'));
    const std::string large = events::make_event(request, events::Format::http);
    const std::string lines = event("/") + '\n' + large + '\n';
    const std::string inputs[] = {
        folder.write("a.json", large), folder.write("b.json.gz", gzip(large)),
        folder.write("c.ndjson", lines), folder.write("d.ndjson.gz", gzip(lines)),
        folder.write("e.har", R"({"log":{"entries":[{"request":{"method":"POST","url":"http://x/",)"
                              R"("headers":[],"postData":{"mimeType":"text/plain","text":")" +
                                  std::string(7'000'000, 'a') + R"("}},"response":{}}]}})")};
    for (const std::string& input : inputs) {
        const Ran ran = replay_all({input}, held_to(Platform::apigw_v2));
        BOOST_TEST(ran.summary.failed == 1u, input << '\n' << ran.text);
        BOOST_TEST(ran.summary.exit_status() == 1, input);
        BOOST_TEST(
            ran.text.find("lambda-event-size: the event as JSON has 7,000,") != std::string::npos,
            ran.text);
        BOOST_TEST(replay_all({input}).summary.unreadable == 1u, input);
    }
    // An event may be as large as it likes where there is no rule.
    BOOST_TEST(replay_all({inputs[0]}, held_to(Platform::impuls)).summary.passed == 1u);
    Source source({inputs[2]}, {}, -1, Source::Reading::lines, strict_event_limit);
    Shuffled items(source, 1);
    const Interrupt interrupt;
    BOOST_TEST(replay::run(items, held_to(Platform::apigw_v2), {}, {}, interrupt).exit_status() ==
               1);
}

BOOST_AUTO_TEST_CASE(base64_needs_binary_media_types_of_a_rest_api) {
    Folder folder;
    const std::string path = folder.write("a.json", event("/bytes"));
    JudgeOptions judge = held_to(Platform::apigw_v1);
    BOOST_TEST(replay_all({path}, judge).text.find("apigw-v1-binary") != std::string::npos);
    judge.binary_types = {"*/*"};
    BOOST_TEST(replay_all({path}, judge).summary.passed == 1u);
}

BOOST_AUTO_TEST_CASE(a_reply_that_breaks_a_rule_becomes_no_expected_one) {
    Folder folder;
    const std::string path = folder.write("a.json", event("/head"));
    for (const Update update : {Update::none, Update::fresh, Update::changed, Update::all}) {
        JudgeOptions judge = held_to(Platform::apigw_v2);
        judge.statuses.clear();
        judge.update = update;
        BOOST_TEST(replay_all({path}, judge).summary.failed == 1u);
        BOOST_TEST(folder.read("a.reply.json").empty());
        BOOST_TEST(folder.read("a.reply.json.new").empty());
    }
}

BOOST_AUTO_TEST_CASE(each_event_is_judged_by_itself) {
    Folder folder;
    const std::string path = folder.write(
        "a.ndjson", event("/head") + '\n' + event("/a") + '\n' + event("/head") + '\n');
    const Ran ran = replay_all({path}, held_to(Platform::apigw_v2));
    BOOST_TEST(ran.summary.failed == 2u);
    BOOST_TEST(ran.summary.passed == 1u);
}

BOOST_AUTO_TEST_CASE(a_parity_run_checks_the_reply_once) {
    Folder folder;
    const std::string path = folder.write("a.json", event("/head"));
    JudgeOptions judge = held_to(Platform::apigw_v2);
    judge.all_shapes = true;
    const Ran ran = replay_all({path}, judge);
    const std::string name = "apigw-reply-headers";
    BOOST_TEST(ran.text.find(name) != std::string::npos);
    BOOST_TEST(ran.text.find(name) == ran.text.rfind(name));
}

// As lambda: targets do.
BOOST_AUTO_TEST_CASE(what_a_function_has_written_itself_is_checked_as_it_stands) {
    Folder folder;
    Request request = Request::get("/");
    const std::string path =
        folder.write("a.json", events::make_event(request, events::Format::api_gateway_v1));
    JudgeOptions judge = held_to(Platform::apigw_v1);
    judge.handler = to_handler([](Request& asked) {
        const auto* const sink = asked.context.find<FunctionReplySink>();
        *sink->into = {R"({"statusCode":200,"multiValueHeaders":{"x":"not a list"}})",
                       events::Format::api_gateway_v1};
        return text("ok");
    });
    const Ran ran = replay_all({path}, judge);
    BOOST_TEST(
        ran.text.find("reply-multi-value-headers: multiValueHeaders has a string for \"x\"") !=
            std::string::npos,
        ran.text);
    // Of another shape it is not what the platform would get.
    judge.held_to = Platform::alb;
    BOOST_TEST(replay_all({path}, judge).summary.passed == 1u);
}

BOOST_AUTO_TEST_CASE(what_a_function_wrote_and_lambda_did_not_take_is_checked_by_its_size) {
    Folder folder;
    Request request = Request::get("/");
    const std::string path =
        folder.write("a.json", events::make_event(request, events::Format::api_gateway_v1));
    JudgeOptions judge = held_to(Platform::apigw_v1);
    judge.handler = to_handler([](Request& asked) {
        const auto* const sink = asked.context.find<FunctionReplySink>();
        *sink->into = {{}, events::Format::api_gateway_v1, 6'291'557};
        return text("ok");
    });
    for (const Platform platform : {Platform::apigw_v1, Platform::lambda}) {
        judge.held_to = platform;
        BOOST_TEST(replay_all({path}, judge)
                           .text.find("lambda-reply-size: the reply as JSON has 6,291,557 bytes") !=
                       std::string::npos,
                   strict::name(platform));
    }
    judge.held_to = Platform::apigw_v2;
    BOOST_TEST(replay_all({path}, judge).summary.passed == 1u);
}

BOOST_AUTO_TEST_CASE(every_report_tells_the_rule) {
    Folder folder;
    const std::string path = folder.write("a.json", event("/head"));
    std::string texts[6];
    using Make = std::unique_ptr<Report> (*)(cli::Output&);
    const Make makers[] = {
        json_report,   ndjson_report,   tap_report,
        github_report, markdown_report, [](cli::Output& out) {
                               return junit_report(out, "x"); }};
    for (std::size_t i = 0; i < 6; ++i) {
        cli::Output out(texts[i]);
        const auto report = makers[i](out);
        const Interrupt interrupt;
        Source source({path}, {}, interrupt.fd());
        replay::run(source, held_to(Platform::apigw_v2), {}, {report.get()}, interrupt);
        for (const char* said : {"apigw-reply-headers", "10,240 bytes", "send fewer and shorter"})
            BOOST_TEST(texts[i].find(said) != std::string::npos, said << " in\n" << texts[i]);
    }
    const Json report = Json::parse(texts[0]);
    const Json& rule = report["events"][0]["rules"][0];
    BOOST_TEST(*rule["rule"].string() == "apigw-reply-headers");
    BOOST_TEST(*rule["platform"].string() == "apigw-v2");
}

BOOST_AUTO_TEST_SUITE_END()
