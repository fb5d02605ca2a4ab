#include <string>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <turngate/cgi/response_head.h>

using namespace turngate;
using cgi::ResponseHead;
using cgi::ResponseHeadReader;

namespace {

ResponseHead read(std::string_view text) {
    ResponseHeadReader reader;
    if (!reader.feed(text)) throw ProtocolError("incomplete");
    return reader.head();
}

std::string error_of(std::string_view text) {
    try {
        read(text);
    } catch (const ProtocolError& e) {
        return e.what();
    }
    return "accepted";
}

struct Case {
    const char* name;
    std::string text;
    const char* expected;  // in the message
};
std::ostream& operator<<(std::ostream& out, const Case& c) {
    return out << c.name;
}

const Case bad[] = {
    {"a_line_without_a_colon", "Content-Type: a\nhello\n\n",
     "line 2 of the response head has no colon"},
    {"a_body_only", "<html>\n\n", "line 1 of the response head has no colon"},
    {"a_folded_line", "A: b\n c\n\n", "line 2 of the response head is folded"},
    {"a_folded_first_line", " A: b\n\n", "is folded"},
    {"an_http_status_line", "HTTP/1.1 200 OK\nA: b\n\n", "has no colon"},
    {"a_name_with_a_blank", "X A: b\n\n", "is not a token"},
    {"a_blank_before_the_colon", "X-A : b\n\n", "is not a token"},
    {"an_empty_name", ": b\n\n", "is not a token"},
    {"a_nul_in_a_value", std::string("A: b\0c\n\n", 8), "control character"},
    {"a_cr_in_a_value", "A: b\rc\n\n", "control character"},
    {"a_cr_before_crlf", "A: b\r\r\n\n", "control character"},
    {"an_escape_in_a_value", "A: \x1b[31m\n\n", "control character"},
    {"no_field_at_all", "\nbody", "has no field"},
    {"no_field_at_all_crlf", "\r\nbody", "has no field"},
    {"an_empty_status", "Status:\n\n", "three digits from 200 to 599"},
    {"a_word_for_a_status", "Status: abc\n\n", "three digits"},
    {"a_status_of_two_digits", "Status: 99\n\n", "three digits"},
    {"a_status_of_four_digits", "Status: 2000\n\n", "three digits"},
    {"a_status_with_a_sign", "Status: +20\n\n", "three digits"},
    {"a_status_glued_to_its_reason", "Status: 200OK\n\n", "three digits"},
    {"an_interim_status", "Status: 100 Continue\n\n", "three digits"},
    {"a_status_past_599", "Status: 600\n\n", "three digits"},
    {"a_status_with_a_tab", "Status: 200\tOK\n\n", "three digits"},
    {"two_statuses", "Status: 200\nStatus: 200\n\n", "two Status fields"},
    {"two_locations", "Location: /a\nLocation: /b\n\n", "second Location"},
    {"different_lengths", "Content-Length: 1\nContent-Length: 2\n\n", "different Content-Length"},
    {"an_endless_line", std::string(70'000, 'a'), "longer than 65536"},
    {"an_endless_head",
     [] {
         std::string text;
         for (int i = 0; i < 250; ++i)
             text += "A: " + std::string(300, 'b') + "\n";
         return text;
     }(),
     "longer than 65536"},
    {"too_many_fields",
     [] {
         std::string text;
         for (int i = 0; i < 257; ++i)
             text += "A: b\n";
         return text + "\n";
     }(),
     "more than 256 fields"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(response_head)

BOOST_DATA_TEST_CASE(what_is_no_head_is_refused_with_the_line, bad) {
    BOOST_TEST(error_of(sample.text).find(sample.expected) != std::string::npos,
               error_of(sample.text));
}

BOOST_AUTO_TEST_CASE(fields_keep_their_order_spelling_and_number) {
    const ResponseHead head = read("X-b: 1\nSet-Cookie: a=1\nSet-Cookie: b=2\nA:2\n\n");
    const Headers expected = {
        {"X-b", "1"}, {"Set-Cookie", "a=1"}, {"Set-Cookie", "b=2"}, {"A", "2"}};
    BOOST_TEST((head.headers == expected));
    BOOST_TEST(head.status == 200);
}

BOOST_AUTO_TEST_CASE(lines_may_end_in_lf_crlf_or_both) {
    const Headers expected = {{"A", "1"}, {"B", "2"}};
    BOOST_TEST((read("A: 1\r\nB: 2\r\n\r\n").headers == expected));
    BOOST_TEST((read("A: 1\nB: 2\r\n\n").headers == expected));
    BOOST_TEST((read("A: 1\r\nB: 2\n\r\n").headers == expected));
}

BOOST_AUTO_TEST_CASE(where_the_stream_is_cut_makes_no_difference) {
    const std::string text = "Status: 404 Not Found\r\nA: 1\nContent-Length: 2\r\n\r\nhi";
    for (std::size_t cut = 0; cut < text.size() - 2; ++cut) {
        ResponseHeadReader reader;
        BOOST_TEST_REQUIRE(!reader.feed(std::string_view(text).substr(0, cut)));
        BOOST_TEST_REQUIRE(reader.feed(std::string_view(text).substr(cut)));
        BOOST_TEST(reader.head().status == 404);
        BOOST_TEST(reader.head().headers.size() == 1u);
        BOOST_TEST(reader.rest() == "hi");
    }
}

BOOST_AUTO_TEST_CASE(the_status_may_have_a_reason_and_any_spelling) {
    BOOST_TEST(read("status: 404\n\n").status == 404);
    BOOST_TEST(read("STATUS:   201 Created here \n\n").status == 201);
    BOOST_TEST(!read("Status: 200\n\n").headers.contains("Status"));
}

BOOST_AUTO_TEST_CASE(values_are_trimmed_and_may_be_empty) {
    const ResponseHead head = read("A: \t b c \t\nB:\n\n");
    BOOST_TEST(head.headers.get("A") == "b c");
    BOOST_TEST(head.headers.contains("B"));
}

BOOST_AUTO_TEST_CASE(the_last_content_type_counts) {
    const ResponseHead head = read("Content-Type: a/b\ncontent-type: c/d\n\n");
    BOOST_TEST(head.headers.size() == 1u);
    BOOST_TEST(head.headers.get("Content-Type") == "c/d");
}

BOOST_AUTO_TEST_CASE(fields_of_the_connection_are_dropped) {
    const ResponseHead head = read(
        "Connection: close\nKeep-Alive: 1\nTransfer-Encoding: chunked\n"
        "Upgrade: x\nTE: x\nTrailer: x\nProxy-Connection: x\nA: b\n\n");
    BOOST_TEST((head.headers == Headers{{"A", "b"}}));
}

BOOST_AUTO_TEST_CASE(fields_that_connection_lists_are_left_out_wherever_they_are) {
    const ResponseHead head = read(
        "X-B: 1\nConnection: close, X-B\nconnection: x-c, Content-Type\nX-C: 1\n"
        "Content-Type: a/b\nA: b\n\n");
    BOOST_TEST((head.headers == Headers{{"Content-Type", "a/b"}, {"A", "b"}}));
}

BOOST_AUTO_TEST_CASE(a_length_is_kept_apart) {
    const ResponseHead head = read("Content-Length: 5\nContent-Length: 5\n\nhello");
    BOOST_TEST(head.content_length.value() == 5u);
    BOOST_TEST(head.headers.empty());
}

BOOST_AUTO_TEST_CASE(a_length_that_is_no_number_is_ignored_with_a_remark) {
    for (const char* value : {"-1", "+2", "2x", "", "1,0", "0x5", "99999999999999999999"}) {
        const ResponseHead head = read("A: b\nContent-Length: " + std::string(value) + "\n\n");
        BOOST_TEST(!head.content_length);
        BOOST_TEST(head.remarks.size() == 1u);
    }
}

BOOST_AUTO_TEST_CASE(an_absolute_location_redirects_the_client) {
    const ResponseHead head = read("Location: http://example.com/\n\n");
    BOOST_TEST(head.status == 302);
    BOOST_TEST(head.local_redirect == "");
    BOOST_TEST(head.headers.get("Location") == "http://example.com/");
}

BOOST_AUTO_TEST_CASE(a_path_alone_redirects_inside) {
    const ResponseHead head = read("Location: /new?a=1\n\n");
    BOOST_TEST(head.local_redirect == "/new?a=1");
    BOOST_TEST(head.status == 302);
}

BOOST_AUTO_TEST_CASE(a_path_with_other_fields_redirects_the_client) {
    const ResponseHead head = read("Location: /new\nSet-Cookie: a=1\n\n");
    BOOST_TEST(head.local_redirect == "");
    BOOST_TEST(head.status == 302);
}

BOOST_AUTO_TEST_CASE(two_slashes_name_a_host_and_never_redirect_inside) {
    const ResponseHead head = read("Location: //evil.example/x\n\n");
    BOOST_TEST(head.local_redirect == "");
    BOOST_TEST(head.status == 302);
}

BOOST_AUTO_TEST_CASE(a_location_with_a_status_is_left_alone) {
    for (const char* text :
         {"Status: 201\nLocation: /new\n\n", "Location: /new\nStatus: 201\n\n"}) {
        const ResponseHead head = read(text);
        BOOST_TEST(head.status == 201);
        BOOST_TEST(head.local_redirect == "");
    }
}

BOOST_AUTO_TEST_SUITE_END()
