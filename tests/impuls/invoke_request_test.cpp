// What the platform posts, and what it must not.
#include "impuls/invoke_request.h"

#include <chrono>
#include <set>
#include <string>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "support/recorded_cases.h"
#include <turngate/json/json.h>

using namespace turngate;
using impuls::InvokeRequest;
using impuls::read_invoke_request;
using std::chrono::milliseconds;

namespace {

std::string problem_of(const std::string& text) {
    try {
        read_invoke_request(text);
        return "accepted";
    } catch (const JsonError& e) {
        return e.what();
    }
}

milliseconds timeout_of(const std::string& member) {
    return read_invoke_request('{' + member + '}').timeout;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(invoke_request)

BOOST_AUTO_TEST_CASE(what_the_manager_sends_is_read) {
    const InvokeRequest call = read_invoke_request(
        R"({"code":"x \u003c 1","env":{"K":"v1"},"event":{"name":"x"},"handler":"index.handler"})");
    BOOST_TEST(call.invocation.handler == "index.handler");
    BOOST_TEST(call.invocation.code == "x < 1");
    BOOST_TEST(call.event == R"({"name":"x"})");
    BOOST_TEST(*call.environment.find("K") == "v1");
}

BOOST_AUTO_TEST_CASE(what_is_missing_or_null_has_a_default) {
    for (const char* text :
         {"{}", R"({"handler":null,"code":null,"env":null,"function_name":null,"memory_mb":null,)"
                R"("timeout_ms":null,"timeout_sec":null})"}) {
        const InvokeRequest call = read_invoke_request(text);
        BOOST_TEST(call.invocation.function_name == "anonymous");
        BOOST_TEST(call.invocation.memory_mb == 128u);
        BOOST_TEST(call.event == "{}");
        BOOST_TEST(call.environment.size() == 0u);
        BOOST_TEST(call.timeout.count() == 30'000);
    }
    BOOST_TEST(read_invoke_request(R"({"event":null})").event == "null");
}

BOOST_AUTO_TEST_CASE(the_event_keeps_its_bytes) {
    const std::string event =
        R"({ "a" : [1.0e2, "\u00e9\ud83d\ude00"],  "big": 12345678901234567890123 })";
    BOOST_TEST(read_invoke_request("{\"x\":{\"event\":1},\"event\" : \t" + event + " }").event ==
               event);
}

BOOST_AUTO_TEST_CASE(times_have_two_units) {
    BOOST_TEST(timeout_of(R"("timeout_ms":1500)").count() == 1'500);
    BOOST_TEST(timeout_of(R"("timeout_sec":2)").count() == 2'000);
    BOOST_TEST(timeout_of(R"("timeout_sec":0.25)").count() == 250);
    BOOST_TEST(timeout_of(R"("timeout_sec":9,"timeout_ms":70)").count() == 70);
    BOOST_TEST(timeout_of(R"("timeout_ms":70,"timeout_sec":9)").count() == 70);
    BOOST_TEST(timeout_of(R"("timeout_ms":1e-300)").count() == 1);
}

BOOST_AUTO_TEST_CASE(a_time_beyond_all_reason_is_a_day) {
    for (const char* member : {R"("timeout_ms":99999999999)", R"("timeout_sec":99999999999)",
                               R"("timeout_sec":1e400)", R"("timeout_ms":1e308)"})
        BOOST_TEST((timeout_of(member) == std::chrono::hours(24)), member);
}

BOOST_AUTO_TEST_CASE(a_time_that_is_none_is_refused_by_its_name) {
    BOOST_TEST(problem_of(R"({"timeout_ms":0})") ==
               "\"timeout_ms\" (byte 15) is 0: expected a number of milliseconds above 0");
    BOOST_TEST(problem_of(R"({"timeout_sec":-3})") ==
               "\"timeout_sec\" (byte 17) is -3: expected a number of seconds above 0");
    BOOST_TEST(problem_of(R"({"timeout_ms":"5abc"})") ==
               "\"timeout_ms\" (byte 20) is a string: expected a number of milliseconds above 0");
    BOOST_TEST(problem_of(R"({"timeout_ms":5abc})").find("byte") != std::string::npos);
    BOOST_TEST(problem_of(R"({"timeout_ms":-1e400})") != "accepted");
    BOOST_TEST(problem_of(R"({"timeout_ms":1e-400})") != "accepted");
}

BOOST_AUTO_TEST_CASE(what_is_no_invocation_is_refused) {
    for (const char* text : {"",
                             "null",
                             "[]",
                             "\"x\"",
                             "7",
                             "{",
                             "{}{}",
                             R"({"handler":7})",
                             R"({"handler":{}})",
                             R"({"env":[]})",
                             R"({"env":"A=b"})",
                             R"({"env":{"A":5}})",
                             R"({"env":{"A":null}})",
                             R"({"env":{"A":{}}})",
                             R"({"env":{"A":"1","A":"2"}})",
                             R"({"handler":"a","handler":"b"})",
                             R"({"event":1,"event":2})",
                             R"({"memory_mb":-1})",
                             R"({"memory_mb":0})",
                             R"({"memory_mb":1.5})",
                             R"({"memory_mb":"128"})",
                             "{\"handler\":\"\xff\"}"})
        BOOST_TEST(problem_of(text) != "accepted", text);
}

BOOST_AUTO_TEST_CASE(variables_that_are_reserved_are_left_out_and_named) {
    const InvokeRequest call =
        read_invoke_request(R"({"env":{"LD_PRELOAD":"/tmp/x.so","A":"1","PATH":"/tmp"}})");
    BOOST_TEST(call.environment.size() == 1u);
    for (const char* name :
         {"PHPRC", "PHP_INI_SCAN_DIR", "PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "NODE_OPTIONS",
          "NODE_PATH", "PERL5LIB", "PERL5OPT", "RUBYOPT", "RUBYLIB", "JAVA_TOOL_OPTIONS",
          "LUA_INIT", "OPENSSL_CONF", "GCONV_PATH", "LD_AUDIT", "BASH_ENV", "TURNGATE_AS"}) {
        const InvokeRequest one =
            read_invoke_request(std::string(R"({"env":{")") + name + "\":\"x\"}}");
        BOOST_TEST(one.refused_variables == std::vector<std::string>{name},
                   boost::test_tools::per_element());
    }
    for (const char* name : {"NODE_ENV", "PYTHONUNBUFFERED", "PHP_VERSION", "RUBY_ENV", "TZ"})
        BOOST_TEST(read_invoke_request(std::string(R"({"env":{")") + name + "\":\"x\"}}")
                       .refused_variables.empty());
    BOOST_TEST(call.refused_variables == (std::vector<std::string>{"LD_PRELOAD", "PATH"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(there_is_a_limit_of_variables) {
    std::string text = R"({"env":{)";
    for (std::size_t i = 0; i <= impuls::most_variables; ++i)
        text += (i == 0 ? "\"V" : ",\"V") + std::to_string(i) + "\":\"\"";
    BOOST_TEST(problem_of(text + "}}").ends_with("more than 1000 variables"));
}

// Which handler there is shows later: of these "handler" is what is to be refused.
BOOST_AUTO_TEST_CASE(every_recorded_invocation_is_read_as_recorded) {
    const std::set<std::string> of_handlers = {"impuls/handler-traversal",
                                               "impuls/handler-dlsym-system"};
    for (const auto& [name, facts, text] :
         recorded_cases(TURNGATE_FIXTURES "/events/bad-events.jsonl")) {
        if (facts["kind"].string_or("") != "impuls" || of_handlers.contains(name)) continue;
        BOOST_TEST_CONTEXT(name) {
            const std::string expect = facts["expect"].string_or("");
            const std::string problem = problem_of(text);
            if (expect == "reject") BOOST_TEST(problem != "accepted");
            if (expect == "accept" || expect == "sanitize") BOOST_TEST(problem == "accepted");
            if (expect != "sanitize" || problem != "accepted") continue;
            const InvokeRequest call = read_invoke_request(text);
            for (const Json& variable : *facts["must_not_env_next"].items())
                BOOST_TEST(call.environment.find(*variable.string()) == nullptr);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
