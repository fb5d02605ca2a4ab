// Messages of an event stream.
#include "host/event_stream.h"

#include <stdexcept>

#include <boost/test/unit_test.hpp>

#include <turngate/http/encoding.h>

using namespace turngate;

BOOST_AUTO_TEST_SUITE(host_event_stream)

// As botocore's decoder reads it, and its CRCs by Python's binascii.
BOOST_AUTO_TEST_CASE(a_message_has_its_lengths_its_fields_and_two_sums) {
    std::string message;
    host::append_event_message(message, "A", "b", "payload");
    const std::string fields = std::string("\x0b:event-type\x07\0\1A", 16) +
                               std::string("\x0d:content-type\x07\0\1b", 18) +
                               std::string("\x0d:message-type\x07\0\5event", 22);
    BOOST_TEST(message.size() == 16 + fields.size() + 7);
    BOOST_TEST(message.substr(0, 8) == std::string("\0\0\0\x4f\0\0\0\x38", 8));
    BOOST_TEST(message.substr(12, fields.size()) == fields);
    BOOST_TEST(message.substr(12 + fields.size(), 7) == "payload");
}

BOOST_AUTO_TEST_CASE(messages_follow_each_other) {
    std::string both, second;
    host::append_event_message(both, "A", "b", "");
    const std::size_t first = both.size();
    host::append_event_message(both, "A", "b", "x");
    host::append_event_message(second, "A", "b", "x");
    BOOST_TEST(both.substr(first) == second);
}

BOOST_AUTO_TEST_CASE(a_message_has_a_limit) {
    std::string message;
    BOOST_CHECK_THROW(
        host::append_event_message(message, "A", "b", std::string((16u << 20) + 1, 'x')),
        std::length_error);
    BOOST_TEST(message.empty());
}

BOOST_AUTO_TEST_SUITE_END()
