// Recorded hostile events: each is refused, or accepted with what a handler may see.
#include <chrono>
#include <string>

#include <boost/test/unit_test.hpp>

#include "support/recorded_cases.h"
#include <turngate/events/decode.h>

using namespace turngate;
using events::Event;

namespace {

// Events of other platforms' doors are tested where those doors are.
bool is_ours(const std::string& kind) {
    for (const char* ours : {"apigw1", "apigw2", "alb", "vercel", "generic", "json"})
        if (kind == ours) return true;
    return false;
}

// What decoding makes of `text`; empty if it is accepted.
std::string refusal(const std::string& text, Event& event) {
    try {
        event = events::decode(text);
        return {};
    } catch (const JsonError& e) {
        return e.what();
    } catch (const HttpError& e) {
        return e.what();
    }
}

void check_seen(const Json& sees, Event& event) {
    Request& request = event.request;
    auto check = [&](const char* name, std::string_view actual) {
        if (const std::string* expected = sees[name].string()) BOOST_TEST(actual == *expected);
    };
    check("method", request.method);
    check("path", request.url.path);
    check("query", request.url.query);
    check("cookie", request.headers.get("cookie"));
    check("remote_addr", request.remote_address);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(bad_events)

BOOST_AUTO_TEST_CASE(every_recorded_event_is_answered_as_recorded) {
    std::size_t count = 0;
    const auto cases = recorded_cases(TURNGATE_FIXTURES "/events/bad-events.jsonl");
    for (const auto& [name, record, text] : cases) {
        if (!is_ours(record["kind"].string_or(""))) continue;
        BOOST_TEST_CONTEXT(name) {
            const std::string expect = record["expect"].string_or("");
            const auto start = std::chrono::steady_clock::now();
            Event event;
            const std::string problem = refusal(text, event);
            BOOST_TEST((std::chrono::steady_clock::now() - start < std::chrono::seconds(5)));
            if (expect == "reject") BOOST_TEST(!problem.empty());
            if (expect == "accept" || expect == "sanitize") BOOST_TEST(problem == "");
            if (problem.empty()) {
                check_seen(record["sees"], event);
                if (const auto* names = record["strip"].items())
                    for (const Json& dropped : *names)
                        BOOST_TEST(!event.request.headers.contains(*dropped.string()));
                if (event.format == events::Format::raw)
                    BOOST_TEST((event.request.body.text() == text));
            }
        }
        ++count;
    }
    BOOST_TEST((cases.empty() || count > 100u));
}

BOOST_AUTO_TEST_SUITE_END()
