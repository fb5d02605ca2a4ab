#include "open_runtimes/envelope.h"

#include <boost/test/unit_test.hpp>

using namespace turngate;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(envelope)

BOOST_AUTO_TEST_CASE(what_is_left_out_is_empty) {
    for (const char* text :
         {"", "{}", R"({"env":7,"payload":null,"headers":"x","timeout":"5abc"})"}) {
        const Envelope read = read_envelope(text);
        BOOST_TEST(read.payload.empty(), text);
        BOOST_TEST(read.headers.empty(), text);
        BOOST_TEST((read.env == Json::object({})), text);
        BOOST_TEST(!read.timeout, text);
        BOOST_TEST(!read.has_variables, text);
    }
}

BOOST_AUTO_TEST_CASE(values_are_texts) {
    const Envelope read = read_envelope(
        R"({"variables":{"A":"a","N":7,"O":{"x":[1]}},"payload":{"p":1},"headers":{"H":248}})");
    BOOST_TEST(read.has_variables);
    BOOST_TEST(read.env.dump() == R"({"A":"a","N":"7","O":"{\"x\":[1]}"})");
    BOOST_TEST(read.payload == R"({"p":1})");
    BOOST_TEST(read.headers.get("h") == "248");
}

BOOST_AUTO_TEST_CASE(what_can_be_no_field_is_left_out) {
    const Envelope read =
        read_envelope(R"({"headers":{"a b":"1","ok":"2","bad":"x\r\ny","":"3","null":null}})");
    BOOST_TEST(read.headers.size() == 2u);
    BOOST_TEST(read.headers.get("ok") == "2");
    BOOST_TEST(read.headers.contains("null"));
}

BOOST_AUTO_TEST_CASE(variables_of_the_platform_are_the_fields_of_later_times) {
    const Envelope read = read_envelope(
        R"({"env":{"APPWRITE_FUNCTION_TRIGGER":"event","APPWRITE_FUNCTION_USER_ID":"u\nv"},)"
        R"("headers":{"X-Appwrite-Event":"mine"}})");
    BOOST_TEST(read.headers.get("x-appwrite-trigger") == "event");
    BOOST_TEST(read.headers.get("x-appwrite-event") == "mine");
    BOOST_TEST(!read.headers.contains("x-appwrite-user-id"));
}

BOOST_AUTO_TEST_CASE(a_time_limit_is_above_zero) {
    const auto limit = [](const std::string& number) {
        return read_envelope(R"({"timeout":)" + number + '}').timeout;
    };
    BOOST_TEST((limit("15") == 15s));
    BOOST_TEST(!limit("0"));
    BOOST_TEST(!limit("-3"));
    BOOST_TEST(!limit("1.5"));
    BOOST_TEST((limit("99999999999") == 365 * 24h));
}

BOOST_AUTO_TEST_CASE(what_is_no_object_is_refused) {
    for (const char* text : {"[]", "7", "{", "null", "{}x", R"({"a":"\ud800"})"})
        BOOST_CHECK_THROW(read_envelope(text), JsonError);
}

BOOST_AUTO_TEST_CASE(an_answer_of_v2_holds_json_as_it_is) {
    BOOST_TEST(print_answer({.headers = {{"content-type", "application/json; charset=utf-8"}},
                             .body = R"({"a":1})"},
                            "o", "e") == R"({"response":{"a":1},"stdout":"o","stderr":"e"})");
    BOOST_TEST(print_answer({.headers = {{"content-type", "application/json"}}, .body = "{"}, "",
                            "") == R"({"response":"{","stdout":"","stderr":""})");
    BOOST_TEST(print_answer({.body = "7\n"}, "", "") ==
               R"({"response":"7\n","stdout":"","stderr":""})");
}

BOOST_AUTO_TEST_CASE(errors_are_printed_by_their_schema) {
    BOOST_TEST(print_error(500, "a\n\"b\"") == R"({"code":500,"message":"a\n\"b\""})");
    BOOST_TEST(print_failure("o", "e") == R"({"stdout":"o","stderr":"e"})");
}

BOOST_AUTO_TEST_SUITE_END()
