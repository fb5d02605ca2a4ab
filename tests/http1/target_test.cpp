// Request targets and hosts: each form, and what no server should take for one.
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "outcome.h"
#include <turngate/http1/head_parser.h>

using namespace turngate;
using namespace turngate::http1;
namespace data = boost::unit_test::data;

namespace {

const std::string_view good_targets[] = {
    "/",
    "//double//slash",
    "/a%2Fb%20c?x=%00%zz&y[]={|}",
    "/a;p=1,2/b:c@d!$&'()*+",
    "/..;/../x",
    "/?",
    "/|^[]\\\"<>`{}",
    "http://gw.test/abs?q",
    "HTTPS://gw.test:8443",
    "http://gw.test?q",
    "http://[2001:db8::1]:80/",
};

const std::string_view bad_targets[] = {
    "a/b",
    "*",
    "gw.test:80",
    "?q",
    "/a#b",
    "/caf\xc3\xa9",
    "/%",
    "/%4",
    "/%4?1",
    "/%zz",
    "/%%41",
    "/a%00b",
    "http:/gw.test/",
    "http:///path",
    "http://",
    "http://user@gw.test/",
    "http://gw.test:99999/",
    "http://gw.test%0d%0a/",
    "http://gw.test/%zz",
    "http://gw.test#x",
    "gopher://gw.test/",
    "file:///etc/passwd",
    "javascript:alert(1)",
};

const std::string_view good_hosts[] = {
    "h",
    "gw.test",
    "gw.test.",
    "gw.test:8080",
    "gw.test:",
    "gw.test:65535",
    "127.0.0.1",
    "my_app:80",
    "xn--bcher-kva.example",
    "[::1]",
    "[::1]:80",
    "[::ffff:1.2.3.4]",
};

const std::string_view bad_hosts[] = {
    "",
    "gw test",
    "user@gw.test",
    "gw.test/x",
    "gw.test?x",
    "gw.test#x",
    "gw.test:8a",
    "gw.test:-1",
    "gw.test:65536",
    "gw.test:80:81",
    ":80",
    "::1",
    "[::1",
    "[::1]x",
    "[::1]:x",
    "[]",
    "[fe80::1%25eth0]",
    "[v1.x]",
    "[gw.test]",
    "a,b",
    "gw.test%0d",
    "caf\xc3\xa9",
    "http://gw.test",
    "a\"b",
    "[1:2:3:4:5:6:7:8:9]",
    "gw\\test",
};

std::string request(std::string_view method, std::string_view target, std::string_view host) {
    std::string bytes(method);
    bytes.append(" ").append(target).append(" HTTP/1.1\r\nHost: ").append(host);
    return outcome(RequestHeadParser(), bytes.append("\r\n\r\n"), 1u << 20);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(target)

BOOST_DATA_TEST_CASE(a_good_target_comes_through_as_it_is, data::make(good_targets), target) {
    BOOST_TEST(
        request("GET", target, "h").starts_with("GET " + std::string(target) + " 1.1 none|"));
}

BOOST_DATA_TEST_CASE(any_other_target_is_refused, data::make(bad_targets), target) {
    BOOST_TEST(request("GET", target, "h") == "400 the request target is malformed");
}

BOOST_AUTO_TEST_CASE(an_asterisk_is_for_options) {
    BOOST_TEST(request("OPTIONS", "*", "h").starts_with("OPTIONS * "));
    BOOST_TEST(request("options", "*", "h").starts_with("400 "));
    BOOST_TEST(request("OPTIONS", "**", "h").starts_with("400 "));
}

BOOST_DATA_TEST_CASE(a_host_is_a_name_or_an_address, data::make(good_hosts), host) {
    BOOST_TEST(request("GET", "/", host).starts_with("GET / 1.1 none|"));
}

BOOST_DATA_TEST_CASE(any_other_host_is_refused, data::make(bad_hosts), host) {
    BOOST_TEST(request("GET", "/", host).starts_with("400 Host "));
}

BOOST_AUTO_TEST_CASE(a_name_that_dns_cannot_have_is_too_long) {
    BOOST_TEST(request("GET", "/", std::string(253, 'h') + ":65535").starts_with("GET / "));
    BOOST_TEST(request("GET", "/", std::string(260, 'h')).starts_with("400 Host "));
}

BOOST_AUTO_TEST_SUITE_END()
