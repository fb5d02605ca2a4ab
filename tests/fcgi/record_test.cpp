#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "outcome.h"
#include "support/fcgi_bytes.h"
#include <turngate/fcgi/record.h>

using namespace turngate::fcgi;
using turngate::test::fcgi_record;

namespace {

std::string hex(const char* digits) {
    std::string out;
    for (const char* d = digits; *d; d += 2)
        out += static_cast<char>(std::stoi(std::string(d, 2), nullptr, 16));
    return out;
}

struct Case {
    const char* name;
    std::string bytes;
    const char* outcome;
};
std::ostream& operator<<(std::ostream& out, const Case& c) {
    return out << c.name;
}

const Case cases[] = {
    {"nothing", "", "between"},
    {"an_empty_record", fcgi_record(5, 1, ""), "5/1+0: between"},
    {"a_request_id_of_two_bytes", fcgi_record(5, 0x1234, "abc"), "5/4660+0:abc between"},
    {"any_type", fcgi_record(200, 0, "abc"), "200/0+0:abc between"},
    {"padding",
     fcgi_record(4, 1, "abc", 5) + fcgi_record(5, 1, "", 255) + fcgi_record(6, 1, "0123456789", 1),
     "4/1+5:abc 5/1+255: 6/1+1:0123456789 between"},
    {"half_a_header", fcgi_record(4, 1, "abc").substr(0, 5), "more"},
    {"half_of_a_short_record", fcgi_record(4, 1, "abc").substr(0, 10), "more"},
    {"half_of_a_long_one", fcgi_record(4, 1, "0123456789").substr(0, 11), "4/1+0:012more"},
    {"half_of_the_padding", fcgi_record(4, 1, "abc", 9).substr(0, 15), "4/1+9:abc more"},
    {"version_0", std::string(8, '\0'), "a FastCGI record has the version 0, and only 1 is known"},
    {"http", "GET / HTTP/1.1\r\n\r\n", "a FastCGI record has the version 71, and only 1 is known"},
    {"another_version_later", fcgi_record(4, 1, "abc") + '\2',
     "4/1+0:abc a FastCGI record has the version 2, and only 1 is known"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(fcgi_record_reader)

BOOST_DATA_TEST_CASE(records_are_the_same_however_they_are_cut, cases) {
    for (std::size_t step : {1u, 2u, 3u, 7u, 8u, 9u, 15u, 1000u})
        BOOST_TEST(record_outcome(sample.bytes, step) == sample.outcome, "by " << step);
}

BOOST_AUTO_TEST_CASE(the_longest_record_there_is_comes_in_pieces_of_what_is_there) {
    const std::string all =
        fcgi_record(6, 1, std::string(65'535, 'x'), 255) + fcgi_record(3, 1, "12345678");
    BOOST_TEST(all.size() == 65'798u + 16);
    RecordReader reader;
    RecordReader::Piece piece;
    std::string_view bytes = std::string_view(all).substr(0, 1000);

    BOOST_TEST((reader.next(bytes, piece) == RecordReader::Result::piece));
    BOOST_TEST(piece.content.size() == 992u);
    BOOST_TEST((piece.content.data() == all.data() + 8));  // no copy
    BOOST_TEST(!piece.is_last);
    BOOST_TEST((reader.next(bytes, piece) == RecordReader::Result::more));
    bytes = std::string_view(all).substr(1000);
    BOOST_TEST((reader.next(bytes, piece) == RecordReader::Result::piece));
    BOOST_TEST(piece.content.size() == 65'535u - 992);
    BOOST_TEST(piece.is_last);
    BOOST_TEST((reader.next(bytes, piece) == RecordReader::Result::piece));
    BOOST_TEST((piece.header == Header{Type::end_request, 1, 8, 0}));
    BOOST_TEST(piece.content == "12345678");
    BOOST_TEST(reader.is_between());
}

BOOST_AUTO_TEST_CASE(what_is_no_fastcgi_stays_so) {
    RecordReader reader;
    RecordReader::Piece piece;
    std::string_view bad = "x";
    BOOST_TEST((reader.next(bad, piece) == RecordReader::Result::failed));
    const std::string good = fcgi_record(4, 1, "abc");
    std::string_view bytes = good;
    BOOST_TEST((reader.next(bytes, piece) == RecordReader::Result::failed));
}

BOOST_AUTO_TEST_CASE(a_request_begins_with_a_role_and_flags) {
    const auto begin = read_begin_request(hex("0002010000000000"));
    BOOST_TEST((begin->role == Role::authorizer));
    BOOST_TEST(begin->keeps_connection);
    BOOST_TEST(!read_begin_request(hex("0001fe0000000000"))->keeps_connection);
    BOOST_TEST(static_cast<int>(read_begin_request(hex("ff01000000000000"))->role) == 0xff01);
    BOOST_TEST(!read_begin_request(""));
    BOOST_TEST(!read_begin_request(hex("00010000000000")));
    BOOST_TEST(!read_begin_request(hex("000100000000000000")));
}

BOOST_AUTO_TEST_CASE(a_request_ends_with_two_statuses) {
    const auto end = read_end_request(hex("0102030402ffffff"));
    BOOST_TEST(end->app_status == 0x01020304u);
    BOOST_TEST((end->protocol_status == ProtocolStatus::overloaded));
    BOOST_TEST(!read_end_request(hex("01020304020000")));
}

BOOST_AUTO_TEST_SUITE_END()
