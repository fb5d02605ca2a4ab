// Functions as OpenEdge has them, on any door.
#include <ostream>
#include <string>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <turngate/handlers/openedge.h>
#include <turngate/http/serve.h>

using namespace turngate;
using openedge::Event;
using openedge::Message;
using openedge::Reply;

namespace {

struct Printed {
    const char* name;
    const char* json;
    const char* python;  // json.dumps(json.loads(json)) of Python 3.11
};
std::ostream& operator<<(std::ostream& out, const Printed& p) {
    return out << p.name;
}
const Printed printed[] = {
    {"spaces", R"({"a":[1,2.5,true,null],"b":{}})", R"({"a": [1, 2.5, true, null], "b": {}})"},
    {"nested", R"({"x":{"y":[{}]}})", R"({"x": {"y": [{}]}})"},
    {"nothing", "[]", "[]"},
    {"text", R"("\u00e9\ud83d\ude00\u007f\n\"\\/\u0001")",
     R"("\u00e9\ud83d\ude00\u007f\n\"\\/\u0001")"},
    {"a_whole_double", "1.0", "1.0"},
    {"a_negative_zero", "-0.0", "-0.0"},
    {"the_largest_without_exponent", "1e15", "1000000000000000.0"},
    {"the_smallest_with_exponent", "1e16", "1e+16"},
    {"a_large_one", "1e22", "1e+22"},
    {"a_very_large_one", "1.5e300", "1.5e+300"},
    {"a_fraction", "123456789.125", "123456789.125"},
    {"a_small_one", "0.0001", "0.0001"},
    {"a_smaller_one", "0.00001", "1e-05"},
    {"the_smallest", "1e-7", "1e-07"},
    {"an_unsigned_number", "18446744073709551615", "18446744073709551615"},
};

std::string replied(const HandlerPtr& handler, std::string payload) {
    return record(*handler, Request::post("/t", std::move(payload))).body;
}

const HandlerPtr echo = openedge::handler([](const Event& event, const Message& message) -> Reply {
    if (!event.json) return event.bytes;
    if (event.json->is_null()) return std::nullopt;
    return Json::object({{"event", *event.json}, {"topic", message.topic}});
});

}  // namespace

BOOST_AUTO_TEST_SUITE(openedge_functions)

BOOST_DATA_TEST_CASE(json_is_printed_as_python_does, printed) {
    BOOST_TEST(openedge::python_json(Json::parse(sample.json)) == sample.python);
}

BOOST_AUTO_TEST_CASE(json_comes_in_as_json) {
    BOOST_TEST(replied(echo, R"({"a":1})") == R"({"event": {"a": 1}, "topic": "t"})");
}

BOOST_AUTO_TEST_CASE(a_payload_that_is_no_json_comes_as_bytes) {
    const std::string bytes("\0\xff{", 3);
    BOOST_TEST(replied(echo, bytes) == bytes);
}

// What Python reads as JSON besides.
BOOST_AUTO_TEST_CASE(a_payload_that_only_python_takes_for_json_comes_as_bytes) {
    const std::string deep(65, '['), end(65, ']');
    for (const std::string& bytes :
         {std::string("NaN"), std::string("[Infinity]"), std::string("{\"a\":-Infinity}"),
          std::string(R"("\ud800")"), deep + end}) {
        Request request = Request::post("/t", bytes);
        const Event event = openedge::event_of(request);
        BOOST_TEST(!event.json, bytes);
        BOOST_TEST(event.bytes == bytes);
    }
    Request request = Request::post("/t", deep.substr(1) + end.substr(1));
    BOOST_TEST(openedge::event_of(request).json.has_value());
}

BOOST_AUTO_TEST_CASE(an_empty_payload_is_an_empty_object) {
    BOOST_TEST(replied(echo, "") == R"({"event": {}, "topic": "t"})");
}

BOOST_AUTO_TEST_CASE(of_two_members_of_one_name_the_last_counts) {
    BOOST_TEST(replied(echo, R"({"a":1,"a":2})") == R"({"event": {"a": 2}, "topic": "t"})");
}

BOOST_AUTO_TEST_CASE(nothing_is_no_content) {
    const Response response = record(*echo, Request::post("/t", "null"));

    BOOST_TEST(response.status == 204);
    BOOST_TEST(response.body == "");
}

BOOST_AUTO_TEST_CASE(a_reply_tells_what_it_is) {
    const auto type_of = [](const Reply& reply) {
        const auto handler = openedge::handler([=](const Event&, const Message&) { return reply; });
        const Response response = record(*handler, Request::post("/", "x"));
        return std::string(response.headers.get("Content-Type")) + ' ' + response.body;
    };
    BOOST_TEST(type_of(Json("x")) == "application/json \"x\"");
    BOOST_TEST(type_of("x") == "application/octet-stream x");
    BOOST_TEST(type_of(std::string("x")) == "application/octet-stream x");
}

BOOST_AUTO_TEST_CASE(the_path_is_the_topic_where_there_is_none) {
    Request request = Request::post("/a/b%20c", "");
    request.context.request_id = "id";

    const Message message = openedge::message_of(request);

    BOOST_TEST(message.topic == "a/b c");
    BOOST_TEST(message.invoke_id == "id");
}

BOOST_AUTO_TEST_SUITE_END()
