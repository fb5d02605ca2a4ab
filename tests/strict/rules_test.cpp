// Every rule of the table: kept at its boundary, broken one beyond it, and told by its name.
#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <set>
#include <string>

#include <boost/test/unit_test.hpp>

#include "strict/platform.h"
#include "strict/rule.h"

using namespace turngate;
using namespace turngate::strict;

namespace {

std::vector<Platform> platforms_of(const Rule& rule) {
    std::vector<Platform> out;
    for (const std::string_view name : platform_names())
        if (rule.platforms.has(*platform_named(name))) out.push_back(*platform_named(name));
    return out;
}

const Violation* find(const std::vector<Violation>& broken, std::string_view rule) {
    const auto found = std::find_if(broken.begin(), broken.end(),
                                    [&](const Violation& one) { return one.rule == rule; });
    return found == broken.end() ? nullptr : &*found;
}

// "/aaa", of `size` bytes.
std::string path_of(std::size_t size) {
    return '/' + std::string(size - 1, 'a');
}

// Makes what a limit measures `amount`.
using Set = std::function<void(Subject&, std::uint64_t amount)>;

constexpr std::size_t rest_of_line = sizeof "GET  HTTP/1.1" - 1;

const Set request_body = [](Subject& s, std::uint64_t n) { s.request.body = n; };
const Set body_at_origin = [](Subject& s, std::uint64_t n) {
    s.request.body = n;
    s.request.at_origin = true;
};
const Set latency = [](Subject& s, std::uint64_t n) { s.latency = std::chrono::nanoseconds(n); };
const Set latency_at_origin = [](Subject& s, std::uint64_t n) {
    s.latency = std::chrono::nanoseconds(n);
    s.request.at_origin = true;
};
const Set reply_json = [](Subject& s, std::uint64_t n) { s.reply = std::string(n, ' '); };
const Set json_at_origin = [](Subject& s, std::uint64_t n) {
    s.reply = std::string(n, ' ');
    s.request.at_origin = true;
};
const Set reply_body = [](Subject& s, std::uint64_t n) { s.body = n; };
const Set reply_field = [](Subject& s, std::uint64_t n) {
    s.headers.add("x", std::string(n - 1, 'v'));
};
// No field of it is large.
const Set reply_headers = [](Subject& s, std::uint64_t n) {
    for (; n > 2'000; n -= 1'000)
        s.headers.add("x", std::string(999, 'v'));
    s.headers.add("y", std::string(n - 1, 'v'));
};

// What a message has besides its payload, of more than two and up to four million bytes: the key
// and the length of that, and the same of QoS, topic, name and id.
std::uint64_t around_payload(Subject& s) {
    s.request.message = {.qos = 1, .topic = "a/b", .function_name = "hi", .invoke_id = "7"};
    return (1 + 4) + (1 + 1) + (2 + 3) + (2 + 2) + (2 + 1);
}
// A packet of 16 KiB and more: type, three bytes of length, the topic and the packet's id.
std::uint64_t around_packet(Subject& s) {
    s.request.message = {.qos = 1, .topic = "a/b"};
    return (1 + 3) + (2 + 3) + 2;
}

const std::map<std::string_view, Set> limits = {
    {"lambda-event-size", [](Subject& s, std::uint64_t n) { s.request.event = n; }},
    {"lambda-async-event-size",
     [](Subject& s, std::uint64_t n) {
         s.request.event = n;
         s.request.is_async = true;
     }},
    {"apigw-request-body", request_body},
    {"apigw-v1-request-headers", [](Subject& s, std::uint64_t n) { s.request.headers = n; }},
    {"apigw-request-head",
     [](Subject& s, std::uint64_t n) { s.request.headers = n - rest_of_line - 1; }},
    {"websocket-message", request_body},
    {"alb-request-body", request_body},
    {"alb-request-line",
     [](Subject& s, std::uint64_t n) { s.request.target = path_of(n - rest_of_line); }},
    {"alb-request-field", [](Subject& s, std::uint64_t n) { s.request.longest_field = n; }},
    {"alb-request-headers", [](Subject& s, std::uint64_t n) { s.request.headers = n; }},
    {"lattice-request-body", request_body},
    {"edge-viewer-request-body", request_body},
    {"edge-origin-request-body", body_at_origin},
    {"edge-uri", [](Subject& s, std::uint64_t n) { s.request.target = path_of(n); }},
    {"vercel-request-body", request_body},
    {"open-runtimes-request-body", request_body},
    {"openedge-request-message",
     [](Subject& s, std::uint64_t n) { s.request.body = n - around_payload(s); }},
    {"openedge-hub-request",
     [](Subject& s, std::uint64_t n) { s.request.body = n - around_packet(s); }},
    {"openedge-topic-size",
     [](Subject& s, std::uint64_t n) { s.request.message.topic = std::string(n, 't'); }},
    {"openedge-topic-levels",
     [](Subject& s, std::uint64_t n) {
         s.request.message.topic = "t";
         for (; n > 0; --n)
             s.request.message.topic += "/t";
     }},
    {"apigw-v1-duration", latency},
    {"apigw-http-duration", latency},
    {"alb-duration", latency},
    {"lambda-duration", latency},
    {"edge-viewer-duration", latency},
    {"edge-origin-duration", latency_at_origin},
    {"vercel-duration", latency},
    {"impuls-duration", latency},
    {"openedge-duration", latency},
    {"lambda-reply-size", reply_json},
    {"apigw-reply-headers", reply_headers},
    {"websocket-reply", reply_body},
    {"alb-reply-size", reply_json},
    {"alb-reply-field", reply_field},
    {"alb-reply-headers", reply_headers},
    {"lattice-reply-size", reply_json},
    {"edge-viewer-reply", reply_json},
    {"edge-origin-reply", json_at_origin},
    {"vercel-reply-body", reply_body},
    {"openedge-reply-message", [](Subject& s, std::uint64_t n) { s.body = n - around_payload(s); }},
    {"openedge-hub-reply", [](Subject& s, std::uint64_t n) { s.body = n - around_packet(s); }},
};

// What a rejection takes, and what it refuses; both as the reply that a function wrote.
struct Forms {
    std::vector<std::string> kept;
    std::vector<std::string> broken;
};

const std::map<std::string_view, Forms> forms = {
    {"reply-object", {{"{}", R"({"statusCode":200})"}, {"[]", "null", "\"text\"", "1", "{"}}},
    {"reply-status",
     {{R"({"statusCode":200})", R"({"statusCode":599})", R"({"statusCode":"204"})"},
      {"{}", R"({"statusCode":199})", R"({"statusCode":600})", R"({"statusCode":"200 OK"})",
       R"({"statusCode":200.5})", R"({"statusCode":null})", R"({"statusCode":true})"}}},
    {"apigw-v2-status",
     {{"{}", "[1]", "\"text\"", R"({"statusCode":201})"},
      {R"({"statusCode":"abc"})", R"({"statusCode":99})", R"({"statusCode":{}})"}}},
    {"reply-body-string",
     {{"{}", R"({"body":""})", R"({"body":null})"},
      {R"({"statusCode":200,"body":{"id":1}})", R"({"statusCode":200,"body":[]})",
       R"({"statusCode":200,"body":1})", R"({"statusCode":200,"body":false})"}}},
    {"reply-base64",
     {{"{}", R"({"isBase64Encoded":false,"body":"%"})",
       R"({"isBase64Encoded":true,"body":"eA=="})"},
      {R"({"statusCode":200,"isBase64Encoded":true,"body":"eA="})",
       R"({"statusCode":200,"isBase64Encoded":"true","body":"eA=="})",
       R"({"statusCode":200,"isBase64Encoded":1})"}}},
    {"apigw-v1-headers",
     {{"{}", R"({"headers":null})", R"({"headers":{"a":"b","c":1,"d":true}})"},
      {R"({"headers":{"a":["b"]}})", R"({"headers":{"a":{}}})", R"({"headers":[]})",
       R"({"headers":"a: b"})"}}},
    {"reply-multi-value-headers",
     {{"{}", R"({"multiValueHeaders":null})", R"({"multiValueHeaders":{"a":["b","c"],"d":[]}})"},
      {R"({"multiValueHeaders":{"a":"b"}})", R"({"multiValueHeaders":{"a":["b"],"c":[1]}})",
       R"({"multiValueHeaders":[["a","b"]]})"}}},
    {"apigw-v1-members",
     {{R"({"statusCode":200,"headers":{},"multiValueHeaders":{},"body":"","isBase64Encoded":false})"},
      {R"({"statusCode":200,"cookies":["a=b"]})", R"({"statusDescription":"200 OK"})"}}},
    {"apigw-v1-binary",
     {{R"({"isBase64Encoded":false,"body":"x"})", R"({"body":"x"})"},
      {R"({"isBase64Encoded":true,"body":"eA=="})"}}},
    {"reply-header-strings",
     {{"{}", R"({"headers":{"a":"b"}})"},
      {R"({"statusCode":200,"headers":{"a":1}})", R"({"statusCode":200,"headers":{"a":true}})",
       R"({"statusCode":200,"headers":{"a":["b"]}})"}}},
    {"apigw-v2-multi-value-headers",
     {{R"({"statusCode":200,"multiValueHeaders":{}})", R"({"multiValueHeaders":{"a":["b"]}})"},
      {R"({"statusCode":200,"multiValueHeaders":{"a":["b"]}})"}}},
    {"apigw-v2-cookies",
     {{R"({"statusCode":200,"cookies":["a=b"]})", R"({"cookies":"of a result"})"},
      {R"({"statusCode":200,"cookies":"a=b"})", R"({"statusCode":200,"cookies":["a=b",1]})"}}},
    {"alb-base64-flag", {{R"({"isBase64Encoded":false})"}, {"{}"}}},
    {"edge-status",
     {{R"({"status":"200"})", R"({"status":404})"},
      {"{}", R"({"statusCode":200})", R"({"status":"OK"})"}}},
    {"edge-headers",
     {{"{}", R"({"headers":{"a":[{"key":"A","value":"b"},{"value":"c"}]}})"},
      {R"({"headers":{"a":"b"}})", R"({"headers":{"a":["b"]}})",
       R"({"headers":{"a":[{"key":"A"}]}})"}}},
    {"edge-refused-headers",
     {{"{}", R"({"headers":{"x-shop":[{"value":"1"}]}})"},
      {R"({"headers":{"x-cache":[{"value":"1"}]}})", R"({"headers":{"x-edge-id":[{"value":"1"}]}})",
       R"({"headers":{"connection":[{"value":"close"}]}})",
       R"({"headers":{"a b":[{"value":"1"}]}})"}}},
    {"edge-body-encoding",
     {{"{}", R"({"bodyEncoding":"text","body":"%"})", R"({"bodyEncoding":"base64","body":"eA=="})"},
      {R"({"bodyEncoding":"base64","body":"%"})", R"({"bodyEncoding":"gzip"})",
       R"({"isBase64Encoded":true,"body":"eA=="})"}}},
    {"vercel-base64",
     {{"{}", R"({"encoding":"base64","body":"eA=="})", R"({"encoding":"utf8","body":"%"})"},
      {R"({"encoding":"base64","body":"%"})"}}},
};

// Rejections that do not look at the reply's JSON, or at more than that.
const std::set<std::string_view> others = {"request-carried", "reply-carried", "alb-header-map",
                                           "openedge-topic-reserved",
                                           "open-runtimes-reserved-headers"};

bool breaks(const Rule& rule, const Subject& subject) {
    const auto broken = check(subject);
    const Violation* one = find(broken, rule.name);
    if (!one) return false;
    BOOST_TEST(!one->found.empty());
    BOOST_TEST(one->limit.find(rule.outcome) != std::string::npos);
    BOOST_TEST(one->fix == rule.fix);
    BOOST_TEST(one->platform == name(subject.platform));
    return true;
}

const Rule& rule_named(std::string_view name) {
    for (const Rule& rule : rules())
        if (rule.name == name) return rule;
    throw std::invalid_argument(std::string(name));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(rules_)

BOOST_AUTO_TEST_CASE(each_has_a_name_of_its_own_a_fix_a_source_and_a_test) {
    std::set<std::string_view> names;
    for (const Rule& rule : rules()) {
        BOOST_TEST_CONTEXT(rule.name) {
            BOOST_TEST(names.insert(rule.name).second);
            BOOST_TEST(!rule.what.empty());
            BOOST_TEST(!rule.outcome.empty());
            BOOST_TEST(!rule.fix.empty());
            BOOST_TEST(!rule.source.empty());
            BOOST_TEST(!platforms_of(rule).empty());
            BOOST_TEST((rule.measure != nullptr) != (rule.fault != nullptr));
            BOOST_TEST((rule.measure != nullptr) == (rule.unit != Rule::Unit::none));
            BOOST_TEST(limits.count(rule.name) + forms.count(rule.name) + others.count(rule.name) ==
                       1u);
        }
    }
    BOOST_TEST(names.size() == limits.size() + forms.size() + others.size());
}

BOOST_AUTO_TEST_CASE(each_platform_has_a_rule) {
    for (const std::string_view name : platform_names())
        BOOST_TEST(
            std::any_of(rules().begin(), rules().end(),
                        [&](const Rule& r) { return r.platforms.has(*platform_named(name)); }),
            name);
    BOOST_TEST(!platform_named("apigw-v3"));
}

BOOST_AUTO_TEST_CASE(a_limit_is_kept_where_it_is_and_broken_one_beyond) {
    for (const auto& [name, set] : limits) {
        const Rule& rule = rule_named(name);
        for (const Platform platform : platforms_of(rule)) {
            BOOST_TEST_CONTEXT(name << " of " << strict::name(platform)) {
                Subject at{.platform = platform}, beyond = at;
                set(at, rule.limit);
                BOOST_TEST(!breaks(rule, at));
                set(beyond, rule.limit + 1);
                BOOST_TEST(breaks(rule, beyond));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_limit_is_of_its_platforms_alone) {
    for (const auto& [name, set] : limits)
        for (const std::string_view other : platform_names()) {
            const Rule& rule = rule_named(name);
            Subject subject{.platform = *platform_named(other)};
            if (rule.platforms.has(subject.platform)) continue;
            set(subject, rule.limit + 1);
            BOOST_TEST(!breaks(rule, subject), name << " of " << other);
        }
}

BOOST_AUTO_TEST_CASE(a_form_is_taken_or_refused) {
    for (const auto& [name, texts] : forms) {
        const Rule& rule = rule_named(name);
        for (const Platform platform : platforms_of(rule)) {
            for (const bool keeps : {true, false})
                for (const std::string& text : keeps ? texts.kept : texts.broken) {
                    Subject subject{.platform = platform};
                    subject.set_reply(text);
                    BOOST_TEST(breaks(rule, subject) != keeps,
                               name << " of " << strict::name(platform) << ": " << text);
                }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_result_of_payload_2_without_a_status_is_the_body_whatever_it_has) {
    for (const char* text :
         {R"({"body":{"id":1}})", R"({"isBase64Encoded":"true"})",
          R"({"isBase64Encoded":true,"body":"%"})", R"({"headers":{"a":1}})", R"({"headers":[]})"})
        for (const std::string_view name : platform_names()) {
            Subject subject{.platform = *platform_named(name)};
            if (!rule_named("apigw-v2-status").platforms.has(subject.platform)) continue;
            subject.set_reply(text);
            BOOST_TEST(check(subject).empty(), text << " of " << name);
        }
    Subject other{.platform = Platform::lattice_v2};
    other.set_reply(R"({"body":{"id":1}})");
    BOOST_TEST(breaks(rule_named("reply-body-string"), other));
}

BOOST_AUTO_TEST_CASE(what_a_shape_cannot_say_is_told_with_the_reason) {
    for (const char* name : {"request-carried", "reply-carried"}) {
        const Rule& rule = rule_named(name);
        for (const Platform platform : platforms_of(rule)) {
            Subject subject{.platform = platform};
            BOOST_TEST(!breaks(rule, subject));
            subject.request.cannot_carry = subject.cannot_carry = "it is no JSON";
            BOOST_TEST(breaks(rule, subject));
            BOOST_TEST(find(check(subject), name)->found == "it is no JSON");
        }
    }
}

BOOST_AUTO_TEST_CASE(a_load_balancer_reads_the_map_of_its_mode) {
    const Rule& rule = rule_named("alb-header-map");
    const auto broken = [&](Platform platform, const char* text) {
        Subject subject{.platform = platform};
        subject.set_reply(text);
        return breaks(rule, subject);
    };
    BOOST_TEST(!broken(Platform::alb, R"({"headers":{}})"));
    BOOST_TEST(broken(Platform::alb, R"({"multiValueHeaders":{}})"));
    BOOST_TEST(broken(Platform::alb, "{}"));
    BOOST_TEST(!broken(Platform::alb_multi, R"({"multiValueHeaders":{}})"));
    BOOST_TEST(broken(Platform::alb_multi, R"({"headers":{}})"));
    BOOST_TEST(broken(Platform::alb_multi, R"({"multiValueHeaders":null})"));
}

BOOST_AUTO_TEST_CASE(a_topic_with_a_dollar_is_reserved) {
    const Rule& rule = rule_named("openedge-topic-reserved");
    Subject subject{.platform = Platform::openedge};
    for (const char* topic : {"t", "t/$SYS", ""}) {
        subject.request.message.topic = topic;
        BOOST_TEST(!breaks(rule, subject), topic);
    }
    subject.request.message.topic = "$SYS/t";
    BOOST_TEST(breaks(rule, subject));
}

// A REST API counts header fields alone, an HTTP API the request line, too.
BOOST_AUTO_TEST_CASE(a_request_line_is_no_header_of_a_rest_api) {
    using enum Platform;
    for (const Platform one : {apigw_v1, apigw_http1, apigw_v2}) {
        Subject subject{.platform = one};
        subject.request.headers = 10'000;
        subject.request.target = path_of(300);
        BOOST_TEST(check(subject).size() == (one == apigw_v1 ? 0u : 1u), strict::name(one));
    }
}

BOOST_AUTO_TEST_CASE(headers_of_the_runtime_are_reserved) {
    const Rule& rule = rule_named("open-runtimes-reserved-headers");
    for (const Platform platform : platforms_of(rule)) {
        Subject subject{.platform = platform};
        subject.headers.add("X-Open-Runtime", "1");
        BOOST_TEST(!breaks(rule, subject));
        subject.headers.add("X-Open-Runtimes-Log-Id", "1");
        BOOST_TEST(breaks(rule, subject));
    }
}

BOOST_AUTO_TEST_CASE(the_media_types_of_a_rest_api_cover_the_first_type_of_accept) {
    const Rule& rule = rule_named("apigw-v1-binary");
    const auto broken = [&](const char* accept, std::vector<std::string> types) {
        Subject subject{.platform = Platform::apigw_v1, .binary_types = std::move(types)};
        subject.request.accept = accept;
        subject.set_reply(R"({"isBase64Encoded":true,"body":"eA=="})");
        return breaks(rule, subject);
    };
    BOOST_TEST(!broken("", {"*/*"}));
    BOOST_TEST(broken("", {"image/png"}));
    BOOST_TEST(!broken("image/PNG;q=1, text/html", {"image/png"}));
    BOOST_TEST(broken("text/html, image/png", {"image/png"}));
    BOOST_TEST(!broken("image/webp", {"font/woff", "image/*"}));
    BOOST_TEST(broken("imagery/webp", {"image/*"}));
    BOOST_TEST(broken("image/", {"image/*"}));
}

// Each map is below the limit of its platform, and two of them are beyond it.
BOOST_AUTO_TEST_CASE(headers_are_counted_once_and_where_the_platform_reads_them) {
    const auto broken = [&](Platform platform, const std::string& members) {
        const bool is_alb = platform == Platform::alb || platform == Platform::alb_multi;
        Subject subject{.platform = platform};
        subject.set_reply("{" + members + "}");
        return breaks(rule_named(is_alb ? "alb-reply-headers" : "apigw-reply-headers"), subject);
    };
    const auto text = [](Platform platform) {
        const bool is_alb = platform == Platform::alb || platform == Platform::alb_multi;
        const Rule& rule = rule_named(is_alb ? "alb-reply-headers" : "apigw-reply-headers");
        return '"' + std::string(rule.limit * 6 / 10, 'v') + '"';
    };
    using enum Platform;
    const std::string ok = R"("statusCode":200,)";
    for (const Platform one : {apigw_v1, apigw_http1, apigw_v2, alb, alb_multi}) {
        BOOST_TEST_CONTEXT(strict::name(one)) {
            const std::string v = text(one);
            const std::string headers = R"("headers":{"a":)" + v + "}";
            const std::string same = R"("multiValueHeaders":{"A":[)" + v + "]}";
            const std::string other = R"("multiValueHeaders":{"b":[)" + v + "]}";
            const bool is_v1 = one == apigw_v1 || one == apigw_http1;
            BOOST_TEST(!broken(one, ok + headers));
            BOOST_TEST(!broken(one, ok + same));
            BOOST_TEST(!broken(one, ok + headers + ',' + same));
            BOOST_TEST(broken(one, ok + headers + ',' + other) == is_v1);
            BOOST_TEST(broken(one, ok + headers + R"(,"cookies":[)" + v + ']') ==
                       (one == apigw_v2));
            const std::string two = R"(:{"a":)" + v + R"(,"b":)" + v + '}';
            BOOST_TEST(broken(one, ok + R"("headers")" + two) == (one != alb_multi));
            const std::string lists = R"(:{"a":[)" + v + ',' + v + "]}";
            BOOST_TEST(broken(one, ok + R"("multiValueHeaders")" + lists) ==
                       (is_v1 || one == alb_multi));
            BOOST_TEST(broken(one, R"("headers")" + two) == (one != alb_multi && one != apigw_v2));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_reply_that_broke_off_is_too_large_for_whoever_has_a_limit) {
    for (const char* name : {"lambda-reply-size", "alb-reply-size", "edge-viewer-reply",
                             "vercel-reply-body", "lattice-reply-size", "websocket-reply"}) {
        const Rule& rule = rule_named(name);
        Subject subject{.platform = platforms_of(rule).front()};
        subject.at_least = 64u << 20;
        BOOST_TEST(breaks(rule, subject), name);
    }
}

BOOST_AUTO_TEST_CASE(a_reply_that_lambda_did_not_take_is_known_by_its_size) {
    for (const std::string_view name : platform_names()) {
        const Rule& rule = rule_named("lambda-reply-size");
        Subject subject{.platform = *platform_named(name)};
        if (!rule.platforms.has(subject.platform)) continue;
        subject.set_reply(R"({"statusCode":502,"isBase64Encoded":false,"headers":{},"body":""})");
        subject.refused = 7'000'000;
        BOOST_TEST_REQUIRE(find(check(subject), rule.name), name);
        BOOST_TEST(find(check(subject), rule.name)->found ==
                   "the reply as JSON has 7,000,000 bytes");
    }
}

BOOST_AUTO_TEST_CASE(several_rules_are_told_in_the_order_of_the_table) {
    Subject subject{.platform = Platform::alb};
    subject.request.body = 2u << 20;
    subject.set_reply(R"({"statusCode":200})");
    const auto broken = check(subject);
    BOOST_REQUIRE_EQUAL(broken.size(), 3u);
    BOOST_TEST(broken[0].rule == "alb-request-body");
    BOOST_TEST(broken[0].found == "the body of the request has 2,097,152 bytes");
    BOOST_TEST(broken[0].limit == "at most 1,048,576 bytes; the load balancer answers 413");
    BOOST_TEST(broken[1].rule == "alb-base64-flag");
    BOOST_TEST(broken[2].rule == "alb-header-map");
}

BOOST_AUTO_TEST_SUITE_END()
