// What a function answers, as Impuls would take it.
#include "host/impuls_reply.h"

#include <string>

#include <boost/test/unit_test.hpp>

#include <turngate/http/error.h>

using namespace turngate;
using host::ImpulsReply;
using host::read_impuls_reply;

namespace {

std::string problem_of(const std::string& text) {
    try {
        read_impuls_reply(text);
        return "accepted";
    } catch (const Error& e) {
        return e.what();
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(impuls_reply)

BOOST_AUTO_TEST_CASE(a_reply_has_a_status_a_body_and_logs) {
    const ImpulsReply reply =
        read_impuls_reply(R"({"statusCode":200,"status_code":201,"body":{"a":[1]},"duration_ms":3,)"
                          R"("logs":{"stdout":["one","two"],"stderr":["three"]}})");
    BOOST_TEST(reply.status == 201);
    BOOST_TEST(reply.body == R"({"a":[1]})");
    BOOST_TEST(reply.error.empty());
    BOOST_TEST(reply.duration_ms == 3);
    BOOST_TEST(reply.out == (std::vector<std::string>{"one", "two"}),
               boost::test_tools::per_element());
    BOOST_TEST(reply.err == std::vector<std::string>{"three"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(all_but_the_status_may_be_missing) {
    const ImpulsReply reply = read_impuls_reply(R"({"status_code":500,"error":"lost"})");
    BOOST_TEST(reply.body == "null");
    BOOST_TEST(reply.error == "lost");
    BOOST_TEST(reply.out.empty());
    const ImpulsReply nulls = read_impuls_reply(
        R"({"status_code":200,"error":null,"duration_ms":null,"logs":{"stdout":[null,"x"]}})");
    BOOST_TEST(nulls.error.empty());
    BOOST_TEST(nulls.out == (std::vector<std::string>{"", "x"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_the_platform_takes_for_no_reply_is_refused) {
    BOOST_TEST(problem_of("nothing").find("byte") != std::string::npos);
    BOOST_TEST(problem_of("[]") == "the reply is no JSON object");
    for (const char* text :
         {"{}", R"({"statusCode":200})", R"({"status_code":"200"})", R"({"status_code":0})",
          R"({"status_code":1000})", R"({"status_code":200.0})", R"({"status_code":null})"})
        BOOST_TEST(problem_of(text).starts_with("\"status_code\" is missing"), text);
    for (const char* logs : {"\"text\"", "[]", "7"})
        BOOST_TEST(problem_of(std::string(R"({"status_code":200,"logs":)") + logs + '}')
                       .starts_with("\"logs\" is no object"),
                   logs);
    for (const char* error : {"7", "{}", "[]", "false"})
        BOOST_TEST(problem_of(std::string(R"({"status_code":500,"error":)") + error + '}') ==
                   "\"error\" is no string");
    for (const char* time : {"\"7\"", "1.5", "7.0", "1e3", "{}", "true", "99999999999999999999"})
        BOOST_TEST(problem_of(std::string(R"({"status_code":200,"duration_ms":)") + time + '}') ==
                       "\"duration_ms\" is no integer",
                   time);
    BOOST_TEST(problem_of(R"({"status_code":200,"logs":{"stdout":"one"}})") ==
               "\"logs.stdout\" is no list of strings");
    BOOST_TEST(problem_of(R"({"status_code":200,"logs":{"stderr":[1]}})") ==
               "\"logs.stderr\" is no list of strings");
}

BOOST_AUTO_TEST_SUITE_END()
