// Recorded hostile events: each is refused, or accepted with what a handler may see.
#include <chrono>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>

#include <Poco/InflatingStream.h>
#include <boost/test/unit_test.hpp>

#include <turngate/events/decode.h>
#include <turngate/http/encoding.h>

using namespace turngate;
using events::Event;

namespace {

// Events of other platforms' doors are tested where those doors are.
bool is_ours(const std::string& kind) {
    for (const char* ours : {"apigw1", "apigw2", "alb", "vercel", "generic", "json"})
        if (kind == ours) return true;
    return false;
}

std::string bytes_of(const Json& record) {
    if (const std::string* plain = record["raw_b64"].string()) return base64_decode(*plain).value();
    std::istringstream packed(base64_decode(*record["raw_zb64"].string()).value());
    Poco::InflatingInputStream inflated(packed, Poco::InflatingStreamBuf::STREAM_ZLIB);
    return {std::istreambuf_iterator<char>(inflated), {}};
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
    std::ifstream file(TURNGATE_FIXTURES "/events/bad-events.jsonl");
    if (!file) {
        std::cerr << "SKIPPED: no " TURNGATE_FIXTURES "/events/bad-events.jsonl\n";
        return;
    }
    std::size_t count = 0;
    for (std::string line; std::getline(file, line);) {
        const Json record = Json::parse(line);
        if (!is_ours(record["kind"].string_or(""))) continue;
        BOOST_TEST_CONTEXT(record["name"].string_or("")) {
            const std::string text = bytes_of(record);
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
                    for (const Json& name : *names)
                        BOOST_TEST(!event.request.headers.contains(*name.string()));
                if (event.format == events::Format::raw)
                    BOOST_TEST((event.request.body.text() == text));
            }
        }
        ++count;
    }
    BOOST_TEST(count > 100u);
}

BOOST_AUTO_TEST_SUITE_END()
