// What becomes of the replies of CGI programs that servers read in different ways, as recorded.
#include <map>
#include <string>
#include <support/recorded_cases.h>
#include <support/temporary_directory.h>

#include <boost/test/unit_test.hpp>

#include "cgi_child.h"

using namespace turngate;
using namespace turngate::test;

namespace {

const std::string plain = "Content-Type=text/plain";
const std::string html = "Content-Type=text/html";
const std::string absolute = "Location=http://example.com/a";

// Status, fields but Content-Length, and body.
const std::map<std::string, std::string> expected = {
    {"basic", "200 [" + plain + "] hi"},
    {"lf_only", "200 [" + plain + "] hi"},
    {"mixed_eol", "200 [" + plain + "; X-A=1] hi"},
    {"status404", "404 [" + plain + "] nf"},
    {"status_noreason", "404 [" + plain + "] nf"},
    {"status_custom_reason", "418 [" + plain + "] t"},
    {"status_lower", "201 [" + plain + "] c"},
    {"status_abc", "502"},
    {"status_99", "502"},
    {"status_999", "502"},
    {"status_empty", "502"},
    {"status_twice", "502"},
    {"status_last", "202 [" + plain + "; X-A=1] x"},
    {"status_2000", "502"},
    {"status204_body", "204 [] "},
    {"status304_body", "304 [" + plain + "] "},
    {"status100", "502"},
    {"status103", "502"},
    {"status101", "502"},
    {"loc_abs", "302 [" + absolute + "] "},
    {"loc_abs_body", "302 [" + absolute + "; " + plain + "] body"},
    {"loc_local", "302 [Location=/basic-target] "},
    {"loc_local_hdrs", "302 [Location=/basic-target; " + plain + "] body"},
    {"loc_status200", "200 [" + absolute + "; " + plain + "] x"},
    {"loc_status201", "201 [Location=/new/1; " + plain + "] x"},
    {"loc_rel", "302 [Location=other] "},
    {"loc_dslash", "302 [Location=//evil.example/x] "},
    {"no_ctype", "200 [X-A=1] hi"},
    {"empty", "502"},
    {"blank_first", "502"},
    {"body_only", "502"},
    {"body_only_lf", "502"},
    {"hdr_nocolon", "502"},
    {"hdr_noend", "502"},
    {"folded", "502"},
    {"dup_xa", "200 [" + plain + "; X-A=1; X-A=2] hi"},
    {"dup_ctype", "200 [" + html + "] hi"},
    {"cookies", "200 [" + plain + "; Set-Cookie=a=1; Set-Cookie=b=2] hi"},
    {"cl_exact", "200 [" + plain + "] hi"},
    {"cl_short", "200 [" + plain + "] hi"},
    {"cl_long", "502"},
    {"cl_dup_same", "200 [" + plain + "] hi"},
    {"cl_dup_diff", "502"},
    {"cl_neg", "200 [" + plain + "] hi"},
    {"cl_junk", "200 [" + plain + "] hi"},
    {"cl_plus", "200 [" + plain + "] hi"},
    {"te_chunked", "200 [" + plain + "] 2\r\nhi\r\n0\r\n\r\n"},
    {"te_chunked_raw", "200 [" + plain + "] not chunked"},
    {"nph", "502"},
    {"conn_hdr", "200 [" + plain + "] hi"},
    {"hdr_3000", "200 [" + plain + "; X-A=" + std::string(3000, 'a') + "] hi"},
    {"hdr_5000", "200 [" + plain + "; X-A=" + std::string(5000, 'a') + "] hi"},
    {"hdr_9000", "200 [" + plain + "; X-A=" + std::string(9000, 'a') + "] hi"},
    {"hdr_20000", "200 [" + plain + "; X-A=" + std::string(20000, 'a') + "] hi"},
    {"hdr_70000", "502"},
    {"hdrs_500", "502"},
    {"nul_value", "502"},
    {"ctl_value", "502"},
    {"sp_colon", "502"},
    {"bad_name", "502"},
    {"utf8_value", "200 [" + plain + "; X-A=\xc3\xa9] hi"},
    {"cr_in_value", "502"},
    {"empty_value", "200 [" + plain + "; X-A=] hi"},
    {"nospace", "200 [" + plain + "; X-A=1] hi"},
    {"date_server", "200 [" + plain + "; Date=Thu, 01 Jan 1970 00:00:00 GMT; Server=mine] hi"},
    {"xsendfile", "200 [" + plain + "] hi"},
    {"xaccel", "200 [" + plain + "] hi"},
    {"xaccel_buf", "200 [" + plain + "] hi"},
};

std::string described(const Response& response) {
    const std::string status = std::to_string(response.status);
    if (response.status == 502) return status;
    const std::string_view length = response.headers.get("Content-Length");
    if (!length.empty() && response.status != 304)
        BOOST_TEST(length == std::to_string(response.body.size()));
    std::string fields;
    for (const auto& [name, value] : response.headers)
        if (name != "Content-Length")
            fields.append(fields.empty() ? "" : "; ").append(name).append("=").append(value);
    return status + " [" + fields + "] " + response.body;
}

// What the program `name` in a directory of its own makes of `reply`.
std::string answer(const std::string& reply, const std::string& name = "reply.cgi") {
    TemporaryDirectory here;
    here.write("reply", reply);
    const std::string program = here.write(name, "#!/bin/sh\nexec cat reply", true);
    Request request = Request::get("/app/");
    request.url.strip_prefix("/app");
    return described(record(*cgi_program({.path = program}), std::move(request)));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cgi_replies)

BOOST_AUTO_TEST_CASE(each_recorded_reply_is_read_in_one_way) {
    for (const RecordedCase& reply :
         recorded_table(TURNGATE_FIXTURES "/fastcgi/reply-matrix.json")) {
        if (reply.facts["kind"].string_or("") != "cgi") continue;
        const auto rule = expected.find(reply.name);
        BOOST_TEST_REQUIRE((rule != expected.end()), reply.name);
        BOOST_TEST(answer(reply.raw) == rule->second, reply.name << ": " << answer(reply.raw));
    }
}

BOOST_AUTO_TEST_CASE(what_is_said_to_servers_is_not_for_clients) {
    BOOST_TEST(answer("Content-Type: text/plain\nX-Accel-Expires: 1\n"
                      "X-Vercel-Internal-A: 1\n\nhi") == "200 [" + plain + "] hi");
}

BOOST_AUTO_TEST_CASE(a_program_named_nph_writes_a_reply_of_http) {
    BOOST_TEST(answer("HTTP/1.1 404 Nope\r\nContent-Type: text/plain\r\n\r\nnph", "nph-app") ==
               "404 [" + plain + "] nph");
    BOOST_TEST(answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                      "2\r\nhi\r\n0\r\n\r\nmore",
                      "nph-app") == "200 [] hi");
    // Its head was on the way to the client already: the response breaks off.
    BOOST_TEST(
        answer("HTTP/1.0 200 OK\r\nContent-Length: 9\r\n\r\nshort", "nph-app").starts_with("500"));
    BOOST_TEST(answer("Content-Type: text/plain\r\n\r\nhi", "nph-app") == "502");
}

BOOST_AUTO_TEST_SUITE_END()
