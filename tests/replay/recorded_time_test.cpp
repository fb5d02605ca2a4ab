// Where an event says when it was recorded.
#include "replay/recorded_time.h"

#include <string>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <turngate/events/make_event.h>

using namespace turngate;
using replay::recorded_time;
using std::chrono::microseconds;

namespace {

std::int64_t time_of(std::string_view event) {
    return recorded_time(event).value_or(microseconds(-1)).count();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(recorded_time_of_an_event)

BOOST_AUTO_TEST_CASE(each_shape_with_a_time_tells_it) {
    const microseconds time(1'800'000'000'123'456);
    for (const events::Format shape : events::formats()) {
        Request request = Request::post("/a", "{}");
        events::EventSource source;
        source.time = std::chrono::system_clock::time_point(time);
        source.trace_id = "Root=1-6b49d200-0123456789abcdef00000000";
        using enum events::Format;
        std::int64_t expected = 1'800'000'000'123'000;  // milliseconds
        if (shape == lattice_v2) expected = time.count();
        if (shape == alb || shape == alb_multi_value) expected = 1'800'000'000'000'000;
        if (shape == lattice_v1 || shape == edge || shape == vercel || shape == http ||
            shape == raw)
            expected = -1;
        BOOST_TEST(time_of(events::make_event(request, shape, source)) == expected,
                   std::string(events::name(shape)));
    }
}

BOOST_AUTO_TEST_CASE(what_is_recorded_as_http_tells_it) {
    BOOST_TEST(time_of(R"({"method":"GET","path":"/","timeEpoch":1800000000123})") ==
               1'800'000'000'123'000);
}

BOOST_AUTO_TEST_CASE(a_trace_id_tells_it_where_nothing_else_does) {
    BOOST_TEST(time_of(R"({"headers":{"x-amzn-trace-id":"Self=1;Root=1-6b49d200-0"}})") ==
               1'800'000'000'000'000);
    BOOST_TEST(time_of(R"({"multiValueHeaders":{"X-Amzn-Trace-Id":["Root=1-6b49d200-0"]}})") ==
               1'800'000'000'000'000);
    BOOST_TEST(time_of(R"({"timeEpoch":7,"headers":{"x-amzn-trace-id":"Root=1-6b49d200-0"}})") ==
               7000);
}

constexpr const char* nothing[] = {
    "",
    "{",
    "[]",
    "{}",
    R"({"requestContext":7})",
    R"({"requestContext":{"timeEpoch":null,"requestTimeEpoch":{}}})",
    R"({"requestContext":{"timeEpoch":"18e5"}})",
    R"({"requestContext":{"timeEpoch":""}})",
    R"({"requestContext":{"timeEpoch":-1}})",
    R"({"requestContext":{"timeEpoch":0}})",
    R"({"timeEpoch":1e300})",
    R"({"timeEpoch":"1800000000123"})",
    R"({"headers":{"x-amzn-trace-id":"Root=1-6b49d20"}})",
    R"({"headers":{"x-amzn-trace-id":"Root=1-6b49dz00-0"}})",
    R"({"headers":{"x-amzn-trace-id":"Root=2-6b49d200-0"}})",
    R"({"headers":{"x-amzn-trace-id":[]}})",
    R"({"headers":["x-amzn-trace-id"]})",
};

BOOST_DATA_TEST_CASE(what_is_no_time_is_none, boost::unit_test::data::make(nothing), event) {
    BOOST_TEST(time_of(event) == -1);
}

BOOST_AUTO_TEST_SUITE_END()
