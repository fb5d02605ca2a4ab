#include "doors/lambda_web_reader.h"

#include <boost/test/unit_test.hpp>

using namespace turngate;

namespace {

std::string id_of(std::string_view field) {
    Request request = Request::get("/");
    request.context.request_id = "ours";
    request.headers.set("Lambda-Web-Request-Id", field);
    LambdaWebReader().read(request);
    return request.context.request_id;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lambda_web_reader)

BOOST_AUTO_TEST_CASE(a_request_has_the_id_of_the_invocation) {
    BOOST_TEST(id_of("8476a536-e9f4-11e8-9739-2dfe598c3fcd") ==
               "8476a536-e9f4-11e8-9739-2dfe598c3fcd");
}

BOOST_AUTO_TEST_CASE(what_is_no_id_is_not_taken) {
    BOOST_TEST(id_of("") == "ours");
    BOOST_TEST(id_of("a b") == "ours");
    BOOST_TEST(id_of(std::string(200, 'x')) == "ours");
}

BOOST_AUTO_TEST_SUITE_END()
