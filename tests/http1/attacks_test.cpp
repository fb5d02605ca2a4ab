// Recorded attacks on HTTP/1.1 servers: those that bytes alone decide.
#include <algorithm>
#include <cstdio>
#include <map>

#include <boost/test/unit_test.hpp>

#include "chunked_outcome.h"
#include "outcome.h"
#include "support/recorded_cases.h"
#include <turngate/http1/head_parser.h>

using namespace turngate;
using namespace turngate::http1;

namespace {

// The head's outcome; the body's if the head announces one in chunks and it is refused.
std::string message_outcome(std::string_view bytes, std::size_t step) {
    std::string head = outcome(RequestHeadParser(), bytes, step);
    RequestHeadParser parser;
    if (parser.feed(bytes) != Progress::done ||
        parser.take().framing.kind != Framing::Kind::chunked)
        return head;
    const std::string body = chunked_outcome(ChunkedDecoder(), bytes, step);
    return body == "more" || body.ends_with(" left") ? head : body.substr(body.rfind('|') + 1);
}

bool has_status(const Json& attack, std::string_view status) {
    const Json::Array* statuses = attack["status"].items();
    return statuses && std::any_of(statuses->begin(), statuses->end(), [&](const Json& s) {
               const std::string pattern = s.string_or("");
               return pattern == status || (pattern[0] == status[0] && pattern.ends_with("xx"));
           });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(attacks)

BOOST_AUTO_TEST_CASE(every_attack_is_refused_and_every_good_request_accepted) {
    const auto cases = recorded_cases(TURNGATE_FIXTURES "/http/http-attacks.jsonl");
    if (cases.empty()) return;
    std::map<std::string, int> counts;
    for (const auto& [name, attack, bytes] : cases) {
        const std::string expect = attack["expect"].string_or("");
        if (expect == "timeout") {  // for a clock to judge
            ++counts["not decided by the bytes"];
            continue;
        }
        const std::string whole = message_outcome(bytes, bytes.size());
        BOOST_TEST(whole == message_outcome(bytes, 1), name);

        const bool refused = whole[0] >= '4' && whole[0] <= '5';
        const std::string status = refused ? whole.substr(0, 3) : whole == "more" ? "408" : "200";
        if (expect != "either" && !has_status(attack, status))
            BOOST_ERROR(name << " is to be " << expect << "ed, but: " << whole);
        ++counts[expect + (refused ? ": refused" : ": not refused")];
    }
    for (const auto& [what, count] : counts)
        std::printf("  %4d %s\n", count, what.c_str());
    BOOST_TEST(counts["reject: refused"] > 140);
}

BOOST_AUTO_TEST_CASE(every_hostile_reply_head_is_refused_and_every_good_one_accepted) {
    const auto cases = recorded_cases(TURNGATE_FIXTURES "/http/upstream-attacks.jsonl");
    std::map<std::string, int> counts;
    for (const auto& [name, attack, bytes] : cases) {
        const std::string expect = attack["expect"].string_or("");
        // These are for the client to see: a head that never ends, and heads without number.
        if (expect == "504" || name == "empty-reset" || name == "half-status" ||
            name == "100-flood") {
            ++counts["not decided by the head"];
            continue;
        }
        const std::string whole = outcome(ReplyHeadParser(false), bytes, bytes.size());
        BOOST_TEST(whole == outcome(ReplyHeadParser(false), bytes, 1), name);

        const bool refused = whole.starts_with("502 ");
        if (expect != "either" && refused != expect.starts_with("502"))
            BOOST_ERROR(name << " expects " << expect << ", but: " << whole);
        ++counts[expect + (refused ? ": refused" : ": not refused")];
    }
    for (const auto& [what, count] : counts)
        std::printf("  %4d %s\n", count, what.c_str());
}

BOOST_AUTO_TEST_SUITE_END()
