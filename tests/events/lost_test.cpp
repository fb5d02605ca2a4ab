#include <boost/test/unit_test.hpp>

#include <turngate/events/decode.h>
#include <turngate/events/make_event.h>

using namespace turngate;
using events::Format;

namespace {

std::string lost(Request sent, Format format) {
    const std::string text = events::make_event(sent, format);
    return events::lost(sent, events::decode(text, format).request, format);
}

Request from_client(std::string_view target) {
    Request request = Request::get(target);
    request.remote_address = "198.51.100.23";
    return request;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lost_in_an_event)

BOOST_AUTO_TEST_CASE(nothing_is_lost_of_a_simple_request) {
    for (Format format : {Format::api_gateway_http1, Format::api_gateway_v2, Format::function_url,
                          Format::alb, Format::alb_multi_value, Format::lattice_v1,
                          Format::lattice_v2, Format::edge, Format::vercel})
        BOOST_TEST(lost(from_client("/a?b=1"), format) == "", events::name(format));
}

BOOST_AUTO_TEST_CASE(a_stage_and_a_client_are_named) {
    BOOST_TEST(lost(from_client("/a"), Format::api_gateway_v1) ==
               "script name: \"\" arrives as \"/prod\"");
    BOOST_TEST(lost(from_client("/a"), Format::http).starts_with("client: 198.51.100.23"));
}

BOOST_AUTO_TEST_CASE(a_decoded_path_is_named) {
    BOOST_TEST(lost(from_client("/a%2Fb"), Format::api_gateway_v2) ==
               "path: /a%2Fb arrives as /a/b");
    BOOST_TEST(lost(from_client("/a%2Fb"), Format::function_url) == "");
}

BOOST_AUTO_TEST_CASE(a_query_that_is_a_map_is_named) {
    BOOST_TEST(lost(from_client("/?a=1&b=2&a=3"), Format::alb) ==
               "query: a=1&b=2&a=3 arrives as a=3&b=2");
    BOOST_TEST(lost(from_client("/?a=1&b=2&a=3"), Format::api_gateway_v2) == "");
}

BOOST_AUTO_TEST_CASE(joined_fields_are_named) {
    Request request = from_client("/");
    request.headers.add("X-A", "1");
    request.headers.add("X-A", "2");
    BOOST_TEST(lost(std::move(request), Format::lattice_v1) == "X-A: 2 fields arrive as 1");
}

BOOST_AUTO_TEST_CASE(a_change_that_no_loss_explains_is_none) {
    Request sent = Request::get("/a"), arrived = Request::get("/b");
    BOOST_TEST(events::lost(sent, arrived, Format::function_url) == "");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(plain_shape)

BOOST_AUTO_TEST_CASE(headers_may_be_pairs) {
    const auto event = events::decode(
        R"({"method":"GET","path":"/","headers":[["X-A","1"],["x-a","2"],["Host","h"]]})",
        Format::http);
    BOOST_TEST(event.request.headers.values("x-a").size() == 2u);
    BOOST_TEST(event.request.url.host == "h");
}

BOOST_AUTO_TEST_CASE(a_pair_that_is_none_is_refused_by_its_place) {
    for (auto headers : {R"([["a"]])", R"([["a",1]])", R"(["a"])", R"([["a","b","c"]])",
                         R"([["a b","c"]])", R"([["a","b\r\n"]])", R"([{}])"})
        BOOST_CHECK_EXCEPTION(
            events::decode(R"({"method":"GET","path":"/","headers":)" + std::string(headers) + '}'),
            JsonError, [](const std::exception& e) {
                return std::string_view(e.what()).starts_with("headers[0]");
            });
}

BOOST_AUTO_TEST_SUITE_END()
