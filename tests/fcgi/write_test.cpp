#include <array>

#include <boost/test/unit_test.hpp>

#include "outcome.h"
#include <turngate/fcgi/write.h>
#include <turngate/http/error.h>

using namespace turngate::fcgi;
using namespace std::string_literals;

namespace {

std::string bytes_of(auto write) {
    std::string out = ">";  // what is there already stays
    write(out);
    return out.substr(1);
}

// The contents of the records in `bytes`, all of which must be FCGI_PARAMS of request 7.
std::vector<std::string> params_records(std::string_view bytes) {
    std::vector<std::string> out;
    RecordReader reader;
    for (RecordReader::Piece piece; reader.next(bytes, piece) == RecordReader::Result::piece;) {
        BOOST_REQUIRE((piece.header.type == Type::params && piece.header.request_id == 7));
        out.emplace_back(piece.content);
    }
    BOOST_REQUIRE(reader.is_between());
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(fcgi_write)

BOOST_AUTO_TEST_CASE(records_are_as_the_specification_has_them) {
    BOOST_TEST(bytes_of([](auto& out) {
                   append_begin_request(out, 0x102,
                                        {.role = Role::responder, .keeps_connection = true});
               }) == "\1\1\1\2\0\x8\0\0\0\1\1\0\0\0\0\0"s);
    BOOST_TEST(bytes_of([](auto& out) {
                   append_end_request(out, 1, {0x01020304, ProtocolStatus::unknown_role});
               }) == "\1\3\0\1\0\x8\0\0\1\2\3\4\3\0\0\0"s);
    BOOST_TEST(bytes_of([](auto& out) { append_unknown_type(out, Type{99}); }) ==
               "\1\xb\0\0\0\x8\0\0\x63\0\0\0\0\0\0\0"s);
    BOOST_TEST(bytes_of([](auto& out) {
                   const std::array<Pair, 1> values = {Pair{"AB", "1"}};
                   append_get_values_result(out, values);
               }) == "\1\xa\0\0\0\5\0\0\2\1AB1"s);
    BOOST_TEST(bytes_of([](auto& out) { append_end_of_stream(out, Type::standard_output, 3); }) ==
               "\1\6\0\3\0\0\0\0"s);
    const HeaderBytes header = record_header(Type::standard_error, 0xfffe, 0xabcd);
    BOOST_TEST(std::string(header.data(), header.size()) == "\1\7\xff\xfe\xab\xcd\0\0"s);
}

BOOST_AUTO_TEST_CASE(a_stream_takes_as_many_records_as_it_needs_and_none_for_nothing) {
    BOOST_TEST(bytes_of([](auto& out) { append_stream(out, Type::standard_input, 1, ""); }) == "");
    const std::string out = bytes_of([](auto& o) {
        append_stream(o, Type::standard_input, 1, std::string(65'535, 'a') + "bc");
    });
    BOOST_TEST(record_outcome(out, out.size()) ==
               "5/1+0:" + std::string(65'535, 'a') + " 5/1+0:bc between");
}

BOOST_AUTO_TEST_CASE(no_pair_straddles_two_records) {
    std::string out;
    ParamsWriter writer(out, 7);
    writer.add("A", "1");
    writer.add("B", std::string(65'527, 'b'));  // with its lengths and name 65,533
    writer.add("C", "");
    writer.finish();
    const std::vector<std::string> records = params_records(out);
    BOOST_REQUIRE(records.size() == 4u);
    BOOST_TEST(records[0] == "\1\1A1");
    BOOST_TEST(records[1].size() == 65'533u);
    BOOST_TEST(records[2] == "\1\0C"s);
    BOOST_TEST(records[3] == "");
}

BOOST_AUTO_TEST_CASE(a_record_is_filled_to_its_last_byte) {
    std::string out;
    ParamsWriter writer(out, 7);
    writer.add("A", std::string(65'525, 'a'));  // 65,531
    writer.add("B", "1");                       // 4
    writer.finish();
    BOOST_TEST(params_records(out)[0].size() == 65'535u);
}

BOOST_AUTO_TEST_CASE(a_pair_longer_than_a_record_is_refused_by_name) {
    std::string out;
    ParamsWriter writer(out, 7);
    writer.add("A", "1");
    BOOST_CHECK_EXCEPTION(writer.add("HTTP_COOKIE", std::string(65'520, 'x')), turngate::HttpError,
                          [](const turngate::HttpError& e) {
                              return e.status() == 431 &&
                                     std::string(e.what()).find("HTTP_COOKIE would take 65536 ") !=
                                         std::string::npos;
                          });
    writer.add("B", "2");
    writer.finish();
    BOOST_TEST(params_records(out)[0] == "\1\1A1\1\1B2");
}

BOOST_AUTO_TEST_CASE(no_pairs_are_a_stream_that_ends) {
    std::string out;
    ParamsWriter(out, 7).finish();
    BOOST_TEST(out == "\1\4\0\7\0\0\0\0"s);
}

BOOST_AUTO_TEST_SUITE_END()
