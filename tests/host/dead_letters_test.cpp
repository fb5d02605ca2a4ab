// Events that could not be delivered.
#include "host/dead_letters.h"

#include <system_error>

#include <boost/test/unit_test.hpp>

#include <turngate/json/json.h>

using namespace turngate;
using namespace turngate::host;

BOOST_AUTO_TEST_SUITE(host_dead_letters)

BOOST_AUTO_TEST_CASE(a_letter_is_one_line_whatever_the_event) {
    const InvokeCall call{.event = "{\n\"a\": \"b\\n\"\r\n}", .id = "1"};
    const InvocationResult result{.payload = "{\"errorType\":\"x\"}", .error_type = "x"};
    const std::string text = dead_letter_text({.call = call,
                                               .arn = "arn",
                                               .condition = "RetriesExhausted",
                                               .attempts = 3,
                                               .result = &result});
    BOOST_TEST(text.find_first_of("\r\n") == text.npos);
    const Json json = Json::parse(text);
    BOOST_TEST((json["requestPayload"] == Json::parse(call.event)));
    BOOST_TEST(json["requestContext"]["functionArn"].string_or("") == "arn:$LATEST");
    BOOST_TEST(json["requestContext"]["approximateInvokeCount"].integer_or(0) == 3);
    BOOST_TEST(json["responsePayload"]["errorType"].string_or("") == "x");
}

BOOST_AUTO_TEST_CASE(a_reply_that_is_no_json_is_a_string) {
    const InvokeCall call{.event = "1", .id = "1"};
    const InvocationResult result{.payload = "{", .error_type = "x"};
    const Json json = Json::parse(
        dead_letter_text({.call = call, .arn = "", .condition = "", .result = &result}));
    BOOST_TEST(json["responsePayload"].string_or("") == "{");
}

BOOST_AUTO_TEST_CASE(a_full_disk_is_an_error) {
    const InvokeCall call{.event = "{}", .id = "1"};
    BOOST_CHECK_THROW(DeadLetters("/dev/full").add({.call = call, .arn = "", .condition = ""}),
                      std::system_error);
    BOOST_TEST(!DeadLetters("").add({.call = call, .arn = "", .condition = ""}));
}

BOOST_AUTO_TEST_SUITE_END()
