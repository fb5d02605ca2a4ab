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

BOOST_AUTO_TEST_CASE(the_client_is_the_one_that_lambda_has_added) {
    const auto client_of = [](Headers headers) {
        Request request = Request::get("/");
        request.remote_address = "169.254.1.1";
        request.headers = std::move(headers);
        LambdaWebReader().read(request);
        return request.url.scheme + ' ' + request.remote_address;
    };
    BOOST_TEST(client_of({}) == "http 169.254.1.1");
    BOOST_TEST(client_of({{"X-Forwarded-For", "203.0.113.9"}, {"X-Forwarded-Proto", "https"}}) ==
               "https 203.0.113.9");
    BOOST_TEST(client_of({{"x-forwarded-for", "10.0.0.1, 2001:db8::7"}}) == "http 2001:db8::7");
    BOOST_TEST(client_of({{"X-Forwarded-For", "10.0.0.1"}, {"X-Forwarded-For", "10.0.0.2"}}) ==
               "http 10.0.0.2");
    BOOST_TEST(client_of({{"X-Forwarded-For", "somebody"}, {"X-Forwarded-Proto", "gopher"}}) ==
               "http 169.254.1.1");
}

BOOST_AUTO_TEST_SUITE_END()
