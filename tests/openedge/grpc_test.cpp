#include "openedge/grpc.h"

#include <ostream>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "support/thrown_by.h"
#include <turngate/http/encoding.h>

using namespace turngate;
using namespace turngate::openedge;
using namespace std::chrono_literals;

namespace {

struct Timeout {
    const char* text;
    std::optional<std::chrono::nanoseconds> time;
};
std::ostream& operator<<(std::ostream& out, const Timeout& t) {
    return out << '"' << t.text << '"';
}
const Timeout timeouts[] = {
    {"4999979u", 4999979us},
    {"5S", 5s},
    {"1H", 1h},
    {"2M", 2min},
    {"7m", 7ms},
    {"0n", 0ns},
    {"99999999H", std::chrono::hours(24 * 365 * 100)},
    {"", {}},
    {"S", {}},
    {"5", {}},
    {"5s", {}},
    {"-5S", {}},
    {" 5S", {}},
    {"5.5S", {}},
    {"123456789S", {}},
};

struct Broken {
    const char* name;
    std::string body;
    const char* encoding;
    GrpcStatus status;
};
std::ostream& operator<<(std::ostream& out, const Broken& b) {
    return out << b.name;
}
const Broken broken[] = {
    {"nothing", "", "", GrpcStatus::internal},
    {"a_cut_prefix", std::string("\0\0\0", 3), "", GrpcStatus::internal},
    {"a_cut_message", std::string("\0\0\0\0\5abc", 8), "", GrpcStatus::internal},
    {"a_large_message_that_is_cut", std::string("\0\0\0\3\xe8x", 6), "", GrpcStatus::internal},
    {"a_flag_that_is_none", std::string("\2\0\0\0\1a", 6), "", GrpcStatus::internal},
    {"a_compressed_message", std::string("\1\0\0\0\1a", 6), "gzip", GrpcStatus::unimplemented},
    {"a_compressed_one_of_no_encoding", std::string("\1\0\0\0\1a", 6), "", GrpcStatus::internal},
    {"two_messages", std::string("\0\0\0\0\1a\0\0\0\0\1b", 12), "", GrpcStatus::unimplemented},
    {"a_large_message", std::string("\0\0\0\3\xe9", 5) + std::string(1001, 'x'), "",
     GrpcStatus::resource_exhausted},
    {"the_largest_of_all", std::string("\0\xff\xff\xff\xff", 5), "",
     GrpcStatus::resource_exhausted},
};

std::string read(std::string bytes) {
    Body body(std::move(bytes));
    return read_grpc_message(body, 1000, {});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(grpc)

BOOST_DATA_TEST_CASE(a_timeout_has_a_number_and_a_unit, timeouts) {
    BOOST_TEST((parse_grpc_timeout(sample.text) == sample.time));
}

BOOST_AUTO_TEST_CASE(a_message_is_percent_encoded) {
    const std::string text = "boom \xc3\xa9 % done\n";

    BOOST_TEST(grpc_message_field(text) == "boom %C3%A9 %25 done%0A");
    BOOST_TEST(percent_decode(grpc_message_field(text)) == text);
}

BOOST_AUTO_TEST_CASE(a_frame_reads_back) {
    for (const std::size_t size : {0u, 1u, 1000u}) {
        const auto prefix = grpc_prefix(static_cast<std::uint32_t>(size));
        const std::string message(size, 'x');
        BOOST_TEST(read(std::string(prefix.data(), prefix.size()) + message) == message);
    }
}

BOOST_DATA_TEST_CASE(a_frame_that_is_none_ends_the_call, broken) {
    Body body(sample.body);
    try {
        read_grpc_message(body, 1000, sample.encoding);
        BOOST_ERROR("it was read");
    } catch (const GrpcError& e) {
        BOOST_TEST((e.status() == sample.status), name_of(e.status()));
    }
}

BOOST_AUTO_TEST_CASE(what_is_too_large_is_told_as_grpc_does) {
    BOOST_TEST(std::string(too_large("Sent", "5000053", 4194304).what()) ==
               "Sent message larger than max (5000053 vs. 4194304)");
}

BOOST_AUTO_TEST_CASE(statuses_have_the_names_of_go) {
    BOOST_TEST(name_of(GrpcStatus::deadline_exceeded) == "DeadlineExceeded");
    BOOST_TEST(name_of(GrpcStatus::unauthenticated) == "Unauthenticated");
    BOOST_TEST(name_of(static_cast<GrpcStatus>(99)) == "Code(99)");
}

BOOST_AUTO_TEST_SUITE_END()
