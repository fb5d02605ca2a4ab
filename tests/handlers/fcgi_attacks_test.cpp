// Recorded hostile replies of a FastCGI application, each played to the client.
#include <cstdio>
#include <map>
#include <string>

#include <boost/test/unit_test.hpp>

#include "support/fcgi_ask.h"
#include "support/recorded_cases.h"

using namespace turngate;
using namespace turngate::test;

namespace {

std::string end_of(const FcgiAnswer& answer) {
    return answer.is_complete ? std::to_string(answer.status) : "truncated";
}

// `expect` of a recorded case: words with "-or-" between them.
bool is_as_expected(std::string_view expect, const FcgiAnswer& answer) {
    for (const char* name : {"Connection", "Upgrade", "Keep-Alive"})
        if (answer.headers.contains(name)) return false;
    if (answer.body.find("evil") != answer.body.npos) return false;
    const std::string how = end_of(answer);
    if (expect == "either") return how != "truncated";
    if (expect == "clamp") return how == "204" && answer.body.empty();
    if (expect == "sanitize") return how == "200";
    // Behind the head it depends on time which of the two it is: whether the client has it already.
    const bool is_late = answer.has_logged("reading the reply's body");
    if (expect == "truncated" || (expect == "502" && is_late))
        return how == "truncated" || how == "502";
    if (const auto at = expect.find("-or-"); at != expect.npos)
        return is_as_expected(expect.substr(0, at), answer) ||
               is_as_expected(expect.substr(at + 4), answer);
    return how == expect;
}

// Plays the bytes of a recorded case.
FakeResponder::Script play(const RecordedCase& attack) {
    return [&attack](ResponderPeer& peer) {
        peer.read_request();
        const int drip = static_cast<int>(attack.facts["drip_ms"].integer_or(0));
        if (drip == 0) peer.write(attack.raw);
        for (std::size_t i = 0; drip > 0 && i < attack.raw.size(); ++i)
            if (!peer.write(attack.raw.substr(i, 1)) || peer.raw().wait_for_end(drip)) return;
        if (attack.facts["hang"].bool_or(false)) peer.wait_for_end();
    };
}

}  // namespace

BOOST_AUTO_TEST_SUITE(fcgi_attacks)

BOOST_AUTO_TEST_CASE(every_recorded_reply_ends_as_it_must) {
    std::map<std::string, int> counts;
    for (const RecordedCase& attack :
         recorded_cases(TURNGATE_FIXTURES "/fastcgi/fcgi-attacks.jsonl")) {
        if (attack.facts["side"].string_or("") != "from-app") continue;
        const FakeResponder responder(play(attack));
        const std::string expect = attack.facts["expect"].string_or("");
        FcgiOptions options{.backends = {responder.backend()}};
        if (expect.starts_with("504")) options.timeout = std::chrono::milliseconds(200);
        const FcgiAnswer answer = ask_fcgi(options);
        BOOST_TEST(is_as_expected(expect, answer), attack.name << " expects " << expect << ", not "
                                                               << end_of(answer) << ":\n"
                                                               << answer.log);
        ++counts[expect + " -> " + end_of(answer)];
    }
    for (const auto& [what, count] : counts)
        std::printf("  %4d %s\n", count, what.c_str());
}

BOOST_AUTO_TEST_SUITE_END()
