#include "host/mqtt_packet.h"

#include <boost/test/unit_test.hpp>

#include <turngate/http/error.h>

using namespace turngate;
using namespace turngate::host;

BOOST_AUTO_TEST_SUITE(mqtt_packet)

BOOST_AUTO_TEST_CASE(packets_are_those_of_the_standard) {
    BOOST_TEST(write_packet(mqtt_connect("ab")) ==
               std::string("\x10\x0e\0\4MQTT\4\2\0\0\0\2ab", 16));
    BOOST_TEST(write_packet(mqtt_subscribe(1, "t", 1)) == std::string("\x82\6\0\1\0\1t\1", 8));
    BOOST_TEST(write_packet(mqtt_puback(258)) == "\x40\2\1\2");
}

BOOST_AUTO_TEST_CASE(a_publication_reads_back_however_it_comes) {
    const MqttMessage message{.topic = "t/hi", .payload = std::string(300, 'x'), .qos = 1, .id = 7};
    const std::string bytes = write_packet(mqtt_publish(message));
    MqttReader reader;
    for (const char c : bytes) {
        BOOST_TEST(!reader.next());
        reader.feed({&c, 1});
    }

    const auto packet = reader.next();

    BOOST_REQUIRE(packet);
    const MqttMessage back = read_publication(*packet);
    BOOST_TEST(back.topic == message.topic);
    BOOST_TEST(back.payload == message.payload);
    BOOST_TEST(back.qos == 1);
    BOOST_TEST(back.id == 7);
    BOOST_TEST(!reader.next());
}

BOOST_AUTO_TEST_CASE(what_is_no_packet_is_refused) {
    MqttReader endless;
    endless.feed("\x30\xff\xff\xff\xff\x01");
    BOOST_CHECK_THROW(endless.next(), Error);
    MqttReader large;
    large.feed("\x30\xff\xff\xff\x7f");
    BOOST_CHECK_THROW(large.next(), Error);
    BOOST_CHECK_THROW(read_publication({MqttPacket::publish, 0, std::string("\0\5t", 3)}), Error);
    BOOST_CHECK_THROW(read_publication({MqttPacket::publish, 2, std::string("\0\1t", 3)}), Error);
    BOOST_CHECK_THROW(read_publication({MqttPacket::publish, 6, std::string("\0\1t\0\1", 5)}),
                      Error);
    BOOST_CHECK_THROW(read_publication({MqttPacket::publish, 0, ""}), Error);
}

BOOST_AUTO_TEST_SUITE_END()
