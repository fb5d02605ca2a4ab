// What counts as the same reply, and how differences are told.
#include "replay/compare.h"

#include <string>
#include <vector>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

using namespace turngate;
using namespace turngate::replay;
namespace data = boost::unit_test::data;

namespace {

struct Pair {
    const char* a;
    const char* b;
    bool same;
};
std::ostream& operator<<(std::ostream& out, const Pair& p) {
    return out << p.a << " and " << p.b;
}

const Pair values[] = {
    {"1", "1.0", true},
    {"100", "1e2", true},
    {"-0", "0.0", true},
    {"0.1", "0.10000000000000001", true},
    {"12345678901234567890", "12345678901234567891", false},
    {"9007199254740993", "9007199254740992", false},
    {"1e400", "1e401", false},
    {"1E+2", "100", true},
    {"1e-400", "0", false},
    {"1", "\"1\"", false},
    {"null", "false", false},
    {"[]", "{}", false},
    {R"({"a":1,"b":[2,3]})", R"( { "b" : [ 2 , 3 ] , "a" : 1.0 } )", true},
    {R"({"a":1})", R"({"a":1,"b":null})", false},
    {"[1,2]", "[2,1]", false},
    {R"("\u00e9")", "\"é\"", true},
    {R"({"a":1,"a":2})", R"({"a":2,"a":1})", false},
};

Golden parsed(GoldenParser& parser, const std::string& text) {
    return parser.parse(text);
}

Response reply_of(std::string body, std::string type = "application/json") {
    return {200, {{"Content-Type", type}}, std::move(body)};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(compare)

BOOST_DATA_TEST_CASE(json_is_compared_as_a_value, data::make(values)) {
    GoldenParser parser;
    const IgnoreRules rules;
    Comparer comparer(rules);
    const std::string golden = R"({"body":{"json":)" + std::string(sample.a) + "}}";

    BOOST_TEST(comparer.same(parser.parse(golden), reply_of(sample.b)) == sample.same);
    BOOST_TEST(comparer.differences(parser.parse(golden), reply_of(sample.b)).empty() ==
               sample.same);
}

BOOST_AUTO_TEST_CASE(white_space_does_not_join_numbers) {
    BOOST_TEST(!same_tokens("[12]", "[1 2]"));
    BOOST_TEST(same_tokens("[1,2]", "[ 1 , 2 ]\n"));
    BOOST_TEST(!same_tokens(R"(["a b"])", R"(["ab"])"));
    BOOST_TEST(!same_tokens(R"(["a\" "])", R"(["a\""])"));
}

BOOST_AUTO_TEST_CASE(headers_match_in_any_order_of_names_and_in_order_of_values) {
    GoldenParser parser;
    const IgnoreRules rules;
    Comparer comparer(rules);
    const std::string golden = R"({"headers":[["a","1"],["set-cookie","x"],["set-cookie","y"]]})";
    const Golden g = parsed(parser, golden);

    BOOST_TEST(comparer.same(g, {200, {{"Set-Cookie", "x"}, {"A", "1"}, {"Set-Cookie", "y"}}, {}}));
    BOOST_TEST(
        !comparer.same(g, {200, {{"Set-Cookie", "y"}, {"A", "1"}, {"Set-Cookie", "x"}}, {}}));
    BOOST_TEST(!comparer.same(g, {200, {{"A", "1"}, {"Set-Cookie", "x"}}, {}}));
    BOOST_TEST(!comparer.same(
        g, {200, {{"A", "1"}, {"Set-Cookie", "x"}, {"Set-Cookie", "y"}, {"B", "2"}}, {}}));
}

BOOST_AUTO_TEST_CASE(the_length_counts_only_where_the_body_does_not) {
    GoldenParser parser;
    const IgnoreRules rules;
    Comparer comparer(rules);
    const Response reply{200, {{"Content-Length", "2"}}, "ok"};

    BOOST_TEST(comparer.same(parsed(parser, R"({"headers":[],"body":{"text":"ok"}})"), reply));
    BOOST_TEST(!comparer.same(parsed(parser, R"({"headers":[]})"), reply));
}

BOOST_AUTO_TEST_CASE(rules_of_the_run_and_of_the_golden_leave_values_aside) {
    GoldenParser parser;
    IgnoreRules rules;
    rules.add_pointer("/items/*/id");
    rules.add_pointer("/headers/Content-Type");
    Comparer comparer(rules);
    const std::string golden =
        R"({"status":500,"headers":[],"body":{"json":{"items":[{"id":1,"n":1}],"at":1}},)"
        R"("ignore":["/body/json/at","/status"]})";

    BOOST_TEST(comparer.same(parser.parse(golden), reply_of(R"({"items":[{"id":2,"n":1}]})")));
    BOOST_TEST(!comparer.same(parser.parse(golden), reply_of(R"({"items":[{"id":2,"n":2}]})")));
    BOOST_TEST(!comparer.same(parsed(parser, R"({"status":500})"), reply_of("{}")));
}

BOOST_AUTO_TEST_CASE(differences_name_the_place_and_both_sides) {
    GoldenParser parser;
    const IgnoreRules rules;
    Comparer comparer(rules);
    const auto found = comparer.differences(
        parsed(parser, R"({"status":201,"body":{"json":{"a/b":[1,2,3],"c":"x"}}})"),
        reply_of(R"({"c":"x","a/b":[1,9],"d":{}})"));

    BOOST_REQUIRE(found.size() == 4u);
    BOOST_TEST(*found[0].expected == "201");
    BOOST_TEST(found[1].where == "/a~1b/1");
    BOOST_TEST(*found[1].actual == "9");
    BOOST_TEST(found[2].where == "/a~1b/2");
    BOOST_TEST(!found[2].actual.has_value());
    BOOST_TEST(found[3].where == "/d");
    BOOST_TEST(!found[3].expected.has_value());
}

BOOST_AUTO_TEST_CASE(a_body_that_is_not_json_after_all_is_a_difference_of_texts) {
    GoldenParser parser;
    const IgnoreRules rules;
    const auto found = Comparer(rules).differences(parsed(parser, R"({"body":{"json":{}}})"),
                                                   reply_of("internal error\n"));

    BOOST_REQUIRE(found.size() == 1u);
    BOOST_TEST((found[0].part == Difference::Part::text));
}

BOOST_AUTO_TEST_CASE(a_side_file_may_not_be_elsewhere) {
    GoldenParser parser;
    const IgnoreRules rules;
    Comparer comparer(rules);
    for (const char* name : {"/etc/passwd", "../x", "a/../../x", "gone"})
        BOOST_CHECK_THROW(
            comparer.same(parsed(parser, R"({"body":{"file":")" + std::string(name) + R"("}})"),
                          reply_of("x"), "/tmp/"),
            JsonError);
}

BOOST_AUTO_TEST_CASE(a_pointer_begins_with_a_slash) {
    IgnoreRules rules;
    BOOST_CHECK_THROW(rules.add_pointer("a"), std::invalid_argument);
    BOOST_CHECK_THROW(rules.add_pointer(""), std::invalid_argument);
    BOOST_CHECK_THROW(rules.add_pointer("/a~2"), std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()
