// Heads on the wire.
#include <stdexcept>

#include <boost/test/unit_test.hpp>

#include <turngate/http1/write_head.h>

using namespace turngate;
using namespace turngate::http1;
using namespace std::chrono;

namespace {

constexpr sys_seconds date = sys_days(1994y / November / 6) + 8h + 49min + 37s;

}  // namespace

BOOST_AUTO_TEST_SUITE(write_head)

BOOST_AUTO_TEST_CASE(a_reply_has_its_fields_in_order_and_then_a_date) {
    std::string out = "before|";
    write_reply_head(out, 404, {{"X-B", "1"}, {"x-a", ""}, {"X-B", "2"}}, date);
    BOOST_TEST(out ==
               "before|HTTP/1.1 404 Not Found\r\nX-B: 1\r\nx-a: \r\nX-B: 2\r\n"
               "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(a_date_that_is_there_stays) {
    std::string out;
    write_reply_head(out, 200, {{"date", "now"}}, date);
    BOOST_TEST(out == "HTTP/1.1 200 OK\r\ndate: now\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(a_status_has_three_digits) {
    std::string out;
    write_reply_head(out, 999, {});
    BOOST_TEST(out.starts_with("HTTP/1.1 999 "));
    BOOST_CHECK_THROW(write_reply_head(out, 99, {}), std::invalid_argument);
    BOOST_CHECK_THROW(write_reply_head(out, 1000, {}), std::invalid_argument);
    BOOST_CHECK_THROW(write_reply_head(out, -200, {}), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(a_request_has_its_line_and_fields) {
    std::string out;
    write_request_head(out, "POST", "/a?b", {{"Host", "h"}});
    BOOST_TEST(out == "POST /a?b HTTP/1.1\r\nHost: h\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(a_request_line_cannot_be_split) {
    std::string out;
    BOOST_CHECK_THROW(write_request_head(out, "GET /x", "/", {}), std::invalid_argument);
    BOOST_CHECK_THROW(write_request_head(out, "", "/", {}), std::invalid_argument);
    BOOST_CHECK_THROW(write_request_head(out, "GET", "", {}), std::invalid_argument);
    BOOST_CHECK_THROW(write_request_head(out, "GET", "/ x", {}), std::invalid_argument);
    BOOST_CHECK_THROW(write_request_head(out, "GET", "/\r\nX: y", {}), std::invalid_argument);
    BOOST_CHECK_THROW(write_request_head(out, "GET", "/caf\xc3\xa9", {}), std::invalid_argument);
    BOOST_TEST(out == "");
}

BOOST_AUTO_TEST_SUITE_END()
