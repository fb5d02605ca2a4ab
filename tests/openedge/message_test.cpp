#include "openedge/message.h"

#include <ostream>
#include <string>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <turngate/http/error.h>

using namespace turngate;
using namespace turngate::openedge;

namespace {

const Generation generations[] = {Generation::runtime, Generation::openedge, Generation::baetyl,
                                  Generation::faas};

FunctionMessage full() {
    FunctionMessage message;
    message.id = 7;
    message.payload = std::string("\0\xff", 2);
    message.about = {.qos = 1,
                     .topic = "t",
                     .function_name = "sayhi",
                     .invoke_id = "i",
                     .timestamp = -2,
                     .metadata = {{"functionName", "sayhi"}, {"invokeId", "i"}}};
    return message;
}

}  // namespace

namespace turngate::openedge {
std::ostream& operator<<(std::ostream& out, Generation generation) {
    return out << path_of(generation);
}
}  // namespace turngate::openedge

BOOST_AUTO_TEST_SUITE(openedge_message)

BOOST_DATA_TEST_CASE(it_reads_back, generations) {
    const std::string bytes = write_message(full(), sample);

    const FunctionMessage back = read_message(bytes, sample);

    BOOST_TEST(back.payload == full().payload);
    BOOST_TEST(back.about.function_name == "sayhi");
    BOOST_TEST(back.about.invoke_id == "i");
    BOOST_TEST(write_message(back, sample) == bytes);
}

// As Python's protobuf writes it.
BOOST_AUTO_TEST_CASE(the_bytes_are_those_of_others) {
    const std::string before("\x08\x01\x12\x01t\x1a\x02\0\xffZ\x05sayhib\x01i", 19);
    const std::string baetyl("\x08\x07\x10\x01\x1a\x01t\"\x02\0\xffP\x03Z\x05sayhib\x01i", 23);

    BOOST_TEST(write_message(full(), Generation::runtime) == before);
    BOOST_TEST(write_message(full(), Generation::baetyl) == baetyl);
}

BOOST_AUTO_TEST_CASE(what_is_as_it_is_without_being_said_is_left_out) {
    for (const Generation generation : generations)
        BOOST_TEST(write_message({}, generation) == "");
}

BOOST_AUTO_TEST_CASE(fields_that_are_not_known_are_passed_over) {
    const std::string bytes("\xa0\x06\x05\xaa\x06\x01x\xb5\x06\1\2\3\4\x0a\x01q\x12\x01t", 19);

    BOOST_TEST(read_message(bytes, Generation::runtime).about.topic == "t");
}

BOOST_AUTO_TEST_CASE(what_is_no_protobuf_is_refused) {
    const std::string cases[] = {"\x12", "\x12\x05t", std::string("\0\1", 2), "\x0f",
                                 std::string(11, '\xff')};
    for (const std::string& bytes : cases)
        BOOST_CHECK_THROW(read_message(bytes, Generation::runtime), Error);
}

BOOST_AUTO_TEST_CASE(entries_without_end_are_refused) {
    std::string bytes;
    for (int i = 0; i < 1000; ++i)
        bytes += std::string("\x12\0", 2);
    BOOST_TEST(read_message(bytes, Generation::faas).about.metadata.size() == 1000u);
    BOOST_CHECK_THROW(read_message(bytes + std::string("\x12\0", 2), Generation::faas), Error);
}

BOOST_AUTO_TEST_CASE(paths_are_those_of_the_services) {
    for (const Generation generation : generations)
        BOOST_TEST((generation_of(path_of(generation)) == generation));
    BOOST_TEST(!generation_of("/grpc.health.v1.Health/Check"));
}

BOOST_AUTO_TEST_SUITE_END()
