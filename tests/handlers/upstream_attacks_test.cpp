// Recorded hostile replies, each driven through the handler by a server of raw bytes.
#include <algorithm>
#include <cstdio>
#include <future>
#include <map>

#include <boost/test/unit_test.hpp>

#include "support/fake_upstream.h"
#include "support/recorded_cases.h"
#include "support/upstream_attack.h"
#include <turngate/handlers/upstream.h>
#include <turngate/http/serve.h>

using namespace turngate;
using namespace turngate::test;

namespace {

// "200", "502", or "aborted" where the head was out already.
struct Seen {
    std::string how;
    Response response;
};

Seen serve_once(const Handler& handler, Request request) {
    Recorder recorder(request.method);
    const Outcome outcome = serve(handler, request, recorder);
    settle(request.context, outcome);
    if (!outcome.complete) return {"aborted", {}};
    Response response = recorder.take();
    return {std::to_string(response.status), std::move(response)};
}

bool is_as_expected(const std::string& expect, const Seen& seen, const Json& facts) {
    const Headers& headers = seen.response.headers;
    if (headers.contains("X-Evil") || seen.response.body.find("evil") != std::string::npos)
        return false;
    if (expect == "truncated") return seen.how == "aborted" || seen.how == "502";
    if (expect == "clamp") return seen.how[0] == '2' || seen.how == "304";
    if (expect == "either") return seen.how == "200" || seen.how == "502" || seen.how[0] == '5';
    if (expect == "502-or-sanitize") return seen.how == "502";
    if (expect != "sanitize") return seen.how == expect;
    if (const Json::Array* names = facts["strip"].items())
        for (const Json& name : *names)
            if (headers.contains(name.string_or(""))) return false;
    return seen.how == "200" && !headers.contains("X-Accel-Redirect");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(upstream_attacks)

BOOST_AUTO_TEST_CASE(every_recorded_reply_ends_as_it_must) {
    std::map<std::string, int> counts;
    for (const RecordedCase& attack :
         recorded_cases(TURNGATE_FIXTURES "/http/upstream-attacks.jsonl")) {
        UpstreamAttack server(attack);
        UpstreamOptions options{.url = server.url()};
        const std::string expect = attack.facts["expect"].string_or("");
        const bool is_slow = expect == "504" || server.drips();
        options.timeout = std::chrono::milliseconds(is_slow ? 300 : 5'000);
        const HandlerPtr handler = upstream(options);
        if (server.needs_idle_connection()) serve_once(*handler, Request::get("/first"));
        server.wait_until_ready();
        Request request = server.is_while_uploading()
                              ? Request::post("/", std::string(64u << 20, 'x'))
                              : Request::get("/");
        const Seen seen = serve_once(*handler, std::move(request));
        BOOST_TEST(is_as_expected(expect, seen, attack.facts),
                   attack.name << " expects " << expect << ", not " << seen.how);
        ++counts[expect + " -> " + seen.how];
        if (!attack.facts["check_next"].bool_or(false)) continue;
        const Seen next = serve_once(*handler, Request::get("/next"));
        BOOST_TEST(next.response.body == "clean", attack.name);
    }
    for (const auto& [what, count] : counts)
        std::printf("  %4d %s\n", count, what.c_str());
}

BOOST_AUTO_TEST_SUITE_END()
