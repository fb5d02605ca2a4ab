// Functions of a JSON event, where there are requests.
#include <boost/test/unit_test.hpp>

#include <turngate/handlers/event_function.h>
#include <turngate/http/serve.h>

using namespace turngate;

namespace {

Response call(std::string body) {
    const HandlerPtr handler = event_function([](const Json& event, Context&) {
        if (event["fail"].bool_or(false)) throw HttpError(422, "it is to fail");
        return Json::object({{"event", event}});
    });
    return record(*handler, Request::post("/", std::move(body)));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(event_functions)

BOOST_AUTO_TEST_CASE(the_event_is_the_body_and_the_result_the_response) {
    const Response response = call(R"({"a": [1, "x"]})");
    BOOST_TEST(response.status == 200);
    BOOST_TEST(response.headers.get("Content-Type") == "application/json");
    BOOST_TEST(response.body == R"({"event":{"a":[1,"x"]}})");
}

BOOST_AUTO_TEST_CASE(what_the_door_has_read_is_not_too_large) {
    const std::string large(Body::default_limit, 'x');
    BOOST_TEST(call('"' + large + '"').status == 200);
}

BOOST_AUTO_TEST_CASE(no_body_is_null) {
    BOOST_TEST(call("").body == R"({"event":null})");
}

BOOST_AUTO_TEST_CASE(a_body_that_is_no_json_is_the_clients_mistake) {
    const Response response = call("{a}");
    BOOST_TEST(response.status == 400);
    BOOST_TEST(response.body.starts_with("the event is no JSON: "));
}

BOOST_AUTO_TEST_CASE(what_it_throws_is_what_every_handler_throws) {
    BOOST_TEST(call(R"({"fail":true})").status == 422);
}

BOOST_AUTO_TEST_SUITE_END()
