// Values: parsing, looking up, changing, comparing and printing.
#include <cmath>
#include <ctime>
#include <limits>

#include <boost/test/unit_test.hpp>

#include "support/recorded_cases.h"
#include <turngate/http/encoding.h>
#include <turngate/json/json.h>

using namespace turngate;
using namespace std::string_literals;

namespace {

std::string error(std::string_view text) {
    try {
        Json::parse(text);
    } catch (const JsonError& e) {
        return e.what();
    }
    return "no error";
}

}  // namespace

namespace turngate {
std::ostream& operator<<(std::ostream& out, const Json& json) {
    return out << json.dump();
}
}  // namespace turngate

BOOST_AUTO_TEST_SUITE(json_value)

BOOST_AUTO_TEST_CASE(a_value_is_small) {
    BOOST_TEST(sizeof(Json) <= 40U);
}

BOOST_AUTO_TEST_CASE(what_is_parsed_prints_the_same) {
    for (const std::string text :
         {"null", "true", "false", "0", "-1", "1.5", "\"\"", "[]", "{}", "[[],{}]",
          R"({"b":[1,{"a":null}],"a":"x\ny"})", "9223372036854775807", "-9223372036854775808",
          "9223372036854775808", "18446744073709551615", "1e+300", "5e-324", "-0"})
        BOOST_TEST(Json::parse(text).dump() == text);
}

BOOST_AUTO_TEST_CASE(integers_of_64_bits_are_exact) {
    BOOST_TEST(*Json::parse("-9223372036854775808").integer() ==
               std::numeric_limits<std::int64_t>::min());
    BOOST_TEST(*Json::parse("9223372036854775807").integer() ==
               std::numeric_limits<std::int64_t>::max());
    BOOST_TEST(!Json::parse("9223372036854775808").integer());
    BOOST_TEST(Json::parse("9223372036854775808").unsigned_integer().value() == 1ULL << 63);
    BOOST_TEST(Json::parse("18446744073709551615").unsigned_integer().value() == ~0ULL);
    BOOST_TEST(!Json::parse("-1").unsigned_integer());
    BOOST_TEST(Json::parse("7").unsigned_integer().value() == 7U);
}

BOOST_AUTO_TEST_CASE(other_numbers_are_the_nearest_double) {
    BOOST_TEST(Json::parse("18446744073709551616").number().value() == 0x1p64);
    BOOST_TEST(Json::parse("-9223372036854775809").number().value() == -0x1p63);
    BOOST_TEST(!Json::parse("18446744073709551616").unsigned_integer());
    BOOST_TEST(Json::parse("0.1").number().value() == 0.1);
    BOOST_TEST(Json::parse("1e2").number().value() == 100);
    BOOST_TEST(!Json::parse("1e2").integer());
    BOOST_TEST(Json::parse("7").number().value() == 7);
    BOOST_TEST(!Json::parse("\"7\"").number());
}

BOOST_AUTO_TEST_CASE(numbers_too_small_are_zero_and_too_large_are_refused) {
    for (const std::string text :
         {"1e-400", "0.00000000000000000001e-2147483639", "1e-99999999999999999999",
          "0.0000001e-320", "123456e-9999", "0e99999999999999999999", "0.000e+400"})
        BOOST_TEST(Json::parse(text).number().value() == 0, text);
    BOOST_TEST(Json::parse("0." + std::string(400, '0') + "1").number().value() == 0);
    BOOST_TEST(std::signbit(Json::parse("-1e-400").number().value()));
    BOOST_TEST(error("[1, 1e400]") == "bad JSON at byte 4: a number beyond the range of a double");
    BOOST_TEST(Json::parse("0." + std::string(400, '0') + "1e402").number().value() == 10);
    for (const std::string text : {"-1e400", "1e9999", "1e2147483648", "1e99999999999999999999",
                                   "0.001e400", "2e308", "1000000e303"})
        BOOST_TEST(error(text).ends_with("beyond the range of a double"), text);
    BOOST_TEST(error(std::string(1000, '9')).ends_with("beyond the range of a double"));
}

BOOST_AUTO_TEST_CASE(lookups_of_what_is_not_there_yield_null) {
    const Json event = Json::parse(R"({"a":{"b":[10,20]},"n":null})");
    BOOST_TEST(event["a"]["b"][1].integer_or(0) == 20);
    BOOST_TEST(event["a"]["b"][2].is_null());
    BOOST_TEST(event["x"]["y"][0]["z"].is_null());
    BOOST_TEST(event["a"][0].is_null());
    BOOST_TEST(event["a"]["b"]["0"].is_null());
    BOOST_TEST(event.find("n"));
    BOOST_TEST(!event.find("x"));
    BOOST_TEST(event["x"].string_or("fallback") == "fallback");
    BOOST_TEST(event["a"].integer_or(3) == 3);
    BOOST_TEST(event["a"].bool_or(true));
    BOOST_TEST(event["a"]["b"][0].number_or(1.5) == 10);
}

BOOST_AUTO_TEST_CASE(pointers_lead_to_members_and_items) {
    const Json json = Json::parse(R"({"a":[{"b":1}],"":2,"/":3,"~":4,"~1":5,"0":6,"e":{"":7}})");
    const auto at = [&](std::string_view pointer) {
        const Json* found = json.at_pointer(pointer);
        return found ? found->dump() : "absent";
    };
    BOOST_TEST(json.at_pointer("") == &json);
    BOOST_TEST(at("/a/0/b") == "1");
    BOOST_TEST(at("/") == "2");
    BOOST_TEST(at("/~1") == "3");
    BOOST_TEST(at("/~0") == "4");
    BOOST_TEST(at("/~01") == "5");
    BOOST_TEST(at("/0") == "6");
    BOOST_TEST(at("/e/") == "7");
    for (const auto* absent : {"/x", "/a/1", "/a/00", "/a/-", "/a/-1", "/a/+0", "/a/", "/a/0x",
                               "/a/0/b/c", "/a/99999999999999999999", "/x/y", "/a/ 0"})
        BOOST_TEST(at(absent) == "absent", absent);
}

BOOST_AUTO_TEST_CASE(what_is_no_pointer_is_refused) {
    const Json json;
    for (const auto* pointer : {"a", "~0", "/~", "/~2", "/a~", "/x/y/~a", " /a"})
        BOOST_CHECK_THROW(json.at_pointer(pointer), JsonError);
}

BOOST_AUTO_TEST_CASE(values_can_be_changed) {
    Json json;
    json.set("a", 1);
    json.set("b", Json()).push_back("x");
    json.set("a", 2.5);
    *json.at_pointer("/b/0") = nullptr;
    BOOST_TEST(json == Json::parse(R"({"a":2.5,"b":[null]})"));
    BOOST_TEST(json.erase("a"));
    BOOST_TEST(!json.erase("a"));
    BOOST_TEST(json.dump() == R"({"b":[null]})");
}

BOOST_AUTO_TEST_CASE(only_objects_have_members_and_only_arrays_items) {
    Json array = Json::array({1}), object = Json::object({{"a", 1}}), text = "x";
    BOOST_CHECK_THROW(array.set("a", 1), std::logic_error);
    BOOST_CHECK_THROW(text.set("a", 1), std::logic_error);
    BOOST_CHECK_THROW(object.push_back(1), std::logic_error);
    BOOST_TEST(!array.erase("a"));
}

BOOST_AUTO_TEST_CASE(every_kind_of_number_makes_a_value) {
    BOOST_TEST(Json(~0U).integer_or(0) == 4294967295);
    BOOST_TEST(Json(~0ULL).unsigned_integer().value() == ~0ULL);
    BOOST_TEST(!Json(~0ULL).integer());
    BOOST_TEST(Json(-1L).integer_or(0) == -1);
    BOOST_TEST(Json(std::size_t{5}).integer_or(0) == 5);
    BOOST_TEST(Json(0.5F).number_or(0) == 0.5);
    BOOST_TEST(Json(true).bool_or(false));
    static_assert(!std::is_constructible_v<Json, const void*>);
    static_assert(!std::is_constructible_v<Json, char>);
}

BOOST_AUTO_TEST_CASE(equality_is_by_value) {
    const auto same = [](std::string_view a, std::string_view b) {
        const Json x = Json::parse(a), y = Json::parse(b);
        BOOST_TEST((x == y) == (y == x));
        return x == y;
    };
    BOOST_TEST(same("1", "1.0"));
    BOOST_TEST(same("1e2", "100"));
    BOOST_TEST(same("0", "-0.0"));
    BOOST_TEST(same("18446744073709551615", "18446744073709551615"));
    BOOST_TEST(same("9223372036854775808", "9223372036854775808.0"));
    BOOST_TEST(same("{\"a\":1,\"b\":[2]}", "{\"b\":[2.0],\"a\":1}"));
    BOOST_TEST(!same("9007199254740993", "9007199254740992.0"));
    BOOST_TEST(!same("18446744073709551615", "18446744073709551616"));
    BOOST_TEST(!same("18446744073709551615", "-1"));
    BOOST_TEST(!same("-1", "-1.5"));
    BOOST_TEST(!same("1", "true"));
    BOOST_TEST(!same("1", "\"1\""));
    BOOST_TEST(!same("0", "null"));
    BOOST_TEST(!same("[]", "{}"));
    BOOST_TEST(!same("[1,2]", "[2,1]"));
    BOOST_TEST(!same("{\"a\":1}", "{\"b\":1}"));
    BOOST_TEST(!same("{\"a\":1}", "{\"a\":1,\"b\":1}"));
    BOOST_TEST(!same("{\"a\":1,\"b\":2}", "{\"b\":1,\"a\":2}"));
    BOOST_TEST(!(Json(std::nan("")) == Json(std::nan(""))));
    BOOST_TEST(!(Json(1e300) == Json(1)));
}

BOOST_AUTO_TEST_CASE(two_members_of_one_name_are_refused) {
    BOOST_TEST(error("[{\"a\":1,\"b\":{},\"a\":2}]") ==
               "bad JSON at byte 21: the object that ends here has two members \"a\"");
    BOOST_TEST(error("{\"a\":1,\"\\u0061\":2}") != "no error");
    BOOST_TEST(error("{\"a\":1,\"A\":{\"a\":2}}") == "no error");
}

BOOST_AUTO_TEST_CASE(the_last_member_of_one_name_is_kept_on_request) {
    const auto parse = [](std::string_view text) {
        return Json::parse(text, {}, DuplicateNames::keep_last).dump();
    };
    BOOST_TEST(parse("{\"a\":1,\"b\":2,\"a\":3,\"c\":4,\"b\":5,\"a\":6}") ==
               R"({"a":6,"b":5,"c":4})");
    BOOST_TEST(parse("[{\"x\":[1],\"x\":[]},{\"x\":0}]") == R"([{"x":[]},{"x":0}])");
    BOOST_TEST(parse("{\"\":1,\"\":2}") == R"({"":2})");
}

BOOST_AUTO_TEST_CASE(an_indent_prints_lines) {
    const Json json = Json::parse(R"({"a":[1,{}],"b":[]})");
    BOOST_TEST(json.dump(4) == "{\n    \"a\": [\n        1,\n        {}\n    ],\n    \"b\": []\n}");
    BOOST_TEST(Json::parse(json.dump(1)) == json);
}

BOOST_AUTO_TEST_CASE(a_string_keeps_its_nul) {
    const Json json = Json::parse(R"({"a\u0000":"x\u0000y"})");
    BOOST_TEST(*json["a\0"s].string() == "x\0y"s);
    BOOST_TEST(json.dump() == R"({"a\u0000":"x\u0000y"})");
}

BOOST_AUTO_TEST_CASE(work_is_linear_in_the_size_of_the_text) {
    std::string keys = "{", collisions = "{", nines = "[" + std::string(300'000, '9') + "e-300000]";
    for (int i = 0; i < 100'000; ++i)
        keys += "\"k" + std::to_string(i) + "\":0,";
    for (int i = 0; i < 100'000; ++i)
        collisions += "\"k\":0,";
    keys.back() = collisions.back() = '}';
    const std::clock_t start = std::clock();

    BOOST_TEST(Json::parse(keys).members()->size() == 100'000U);
    BOOST_TEST(Json::parse(collisions, {}, DuplicateNames::keep_last).members()->size() == 1U);
    BOOST_TEST(Json::parse(keys) == Json::parse(keys));
    BOOST_TEST(Json::parse(nines) == Json::array({1}));

    BOOST_TEST((std::clock() - start) / CLOCKS_PER_SEC < 20);  // quadratic work takes minutes
}

BOOST_AUTO_TEST_CASE(recorded_attacks_are_refused_or_read) {
    for (const RecordedCase& attack :
         recorded_cases(TURNGATE_FIXTURES "/events/bad-events.jsonl")) {
        const std::string expect = attack.facts["expect"].string_or("");
        const std::string kind = attack.facts["kind"].string_or("");
        if (kind != "json" && kind != "generic") continue;
        BOOST_TEST_CONTEXT(attack.name) {
            Json value;
            std::string message;
            try {
                value = Json::parse(attack.raw);
            } catch (const JsonError& e) {
                message = e.what();
            }
            BOOST_TEST((message.empty() || message.starts_with("bad JSON at byte ")), message);
            BOOST_TEST((expect != "reject" || !message.empty()));
            BOOST_TEST((expect != "accept" || message.empty()), message);
            const std::string printed = value.dump();
            BOOST_TEST(is_utf8(printed));
            BOOST_TEST((Json::parse(printed) == value));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
