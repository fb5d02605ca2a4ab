// Functions that are found by their names.
#include <string>

#include <boost/test/unit_test.hpp>

#include <turngate/http/exports.h>
#include <turngate/http/serve.h>

using namespace turngate;

namespace methods {
Response GET(Request&) {
    return {200, {}, "get"};
}
void POST(Request&, ResponseWriter& response) {
    response.write("post");
}
TURNGATE_FIND_EXPORTS
}  // namespace methods

namespace methods_and_fetch {
Response PUT(Request&) {
    return {200, {}, "put"};
}
Response fetch(Request& request) {
    return {200, {}, "fetch " + request.method};
}
TURNGATE_FIND_EXPORTS
}  // namespace methods_and_fetch

namespace all {
void handler(Request&, ResponseWriter& response) {
    response.write("handler");
}
Response GET(Request&) {
    return {200, {}, "get"};
}
TURNGATE_FIND_EXPORTS
}  // namespace all

namespace lambda {
const auto GET = [](const Request&) { return Response{200, {}, "lambda"}; };
TURNGATE_FIND_EXPORTS
}  // namespace lambda

namespace server {
int port_of_last = 0;
void listen(const std::string&, std::uint16_t port) {
    port_of_last = port;
}
TURNGATE_FIND_EXPORTS
}  // namespace server

namespace server_and_function {
[[maybe_unused]] void listen(const std::string&, std::uint16_t) {}
Response GET(Request&) {
    return {200, {}, "get"};
}
TURNGATE_FIND_EXPORTS
}  // namespace server_and_function

namespace socket_function {
[[maybe_unused]] int listen(int, int) {
    return 0;
}
TURNGATE_FIND_EXPORTS
}  // namespace socket_function

namespace none {
[[maybe_unused]] int get(int) {
    return 1;
}
TURNGATE_FIND_EXPORTS
}  // namespace none

namespace {

std::string answer(const HandlerPtr& handler, const std::string& method) {
    Request request = Request::make(method, "/");
    Recorder recorder(method);
    serve(*handler, request, recorder);
    const Response& response = recorder.response();
    std::string out = std::to_string(response.status) + ' ' + response.body;
    if (response.headers.contains("Allow")) out += "[" + response.headers.joined("Allow") + "]";
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(exports)

BOOST_AUTO_TEST_CASE(each_method_has_its_function) {
    const HandlerPtr handler = methods::turngate_exported_handler();
    BOOST_TEST(answer(handler, "GET") == "200 get");
    BOOST_TEST(answer(handler, "POST") == "200 post");
    BOOST_TEST(answer(handler, "HEAD") == "200 ");
    BOOST_TEST(answer(handler, "OPTIONS") == "204 [GET, HEAD, POST, OPTIONS]");
    BOOST_TEST(answer(handler, "DELETE") == "405 Method Not Allowed\n[GET, HEAD, POST, OPTIONS]");
    BOOST_TEST(answer(handler, "PROPFIND") == "405 Method Not Allowed\n[GET, HEAD, POST, OPTIONS]");
}

BOOST_AUTO_TEST_CASE(fetch_has_the_other_methods) {
    const HandlerPtr handler = methods_and_fetch::turngate_exported_handler();
    BOOST_TEST(answer(handler, "PUT") == "200 put");
    BOOST_TEST(answer(handler, "GET") == "200 fetch GET");
    BOOST_TEST(answer(handler, "OPTIONS") == "200 fetch OPTIONS");
}

BOOST_AUTO_TEST_CASE(handler_has_all) {
    BOOST_TEST(answer(all::turngate_exported_handler(), "GET") == "200 handler");
}

BOOST_AUTO_TEST_CASE(what_can_be_called_as_a_function_is_one) {
    BOOST_TEST(answer(lambda::turngate_exported_handler(), "GET") == "200 lambda");
}

BOOST_AUTO_TEST_CASE(where_there_is_none_the_error_says_what_was_looked_for) {
    BOOST_CHECK_EXCEPTION(none::turngate_exported_handler(), Error, [](const Error& e) {
        return std::string(e.what()) ==
               "there is no function that answers requests: looked for handler, GET, HEAD, POST, "
               "PUT, DELETE, PATCH, OPTIONS, fetch and, in a plug-in, listen";
    });
}

BOOST_AUTO_TEST_CASE(a_server_is_found_where_there_is_no_function) {
    const ListenFunction listen = server::turngate_exported_server<std::string, std::uint16_t>();
    BOOST_REQUIRE(listen);
    listen("127.0.0.1", 8080);
    BOOST_TEST(server::port_of_last == 8080);
    BOOST_CHECK_THROW(server::turngate_exported_handler(), Error);
}

BOOST_AUTO_TEST_CASE(functions_are_preferred_to_a_server) {
    BOOST_TEST(!(server_and_function::turngate_exported_server<std::string, std::uint16_t>()));
    BOOST_TEST(answer(server_and_function::turngate_exported_handler(), "GET") == "200 get");
}

BOOST_AUTO_TEST_CASE(the_systems_function_is_no_server) {
    BOOST_TEST(!(socket_function::turngate_exported_server<std::string, std::uint16_t>()));
    BOOST_CHECK_THROW(socket_function::turngate_exported_handler(), Error);
}

BOOST_AUTO_TEST_SUITE_END()
