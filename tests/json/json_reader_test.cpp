// What is JSON and what is not, where it breaks, and what a visitor is told.
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "support/at_page_end.h"
#include <turngate/json/json.h>
#include <turngate/json/json_reader.h>

using namespace turngate;
namespace data = boost::unit_test::data;

namespace {

// Writes down what it is told, "token@end " each; skips members named "skip".
class Transcript : public JsonVisitor {
  public:
    bool on_key(std::string_view name, std::size_t end) override {
        add("key:" + std::string(name), end);
        return name != "skip";
    }
    void on_null(std::size_t end) override { add("null", end); }
    void on_boolean(bool value, std::size_t end) override { add(value ? "true" : "false", end); }
    void on_number(std::string_view digits, std::size_t end) override {
        add("number:" + std::string(digits), end);
    }
    void on_string(std::string_view value, std::size_t end) override {
        add("string:" + std::string(value), end);
    }
    void on_begin_object(std::size_t end) override { add("{", end); }
    void on_end_object(std::size_t end) override { add("}", end); }
    void on_begin_array(std::size_t end) override { add("[", end); }
    void on_end_array(std::size_t end) override { add("]", end); }
    void on_skipped(std::size_t begin, std::size_t end) override {
        add("skipped:" + std::to_string(begin), end);
    }

    std::string text;

  private:
    void add(const std::string& token, std::size_t end) {
        text += token + "@" + std::to_string(end) + " ";
    }
};

std::string read(std::string text, const JsonLimits& limits = {}) {
    Transcript transcript;
    read_json_in_place({text.data(), text.size()}, transcript, limits);
    return transcript.text;
}

std::string error(const std::string& text, const JsonLimits& limits = {}) {
    try {
        read(text, limits);
    } catch (const JsonError& e) {
        return e.what();
    }
    return "no error";
}

std::string nested(int depth) {
    return std::string(std::size_t(depth), '[') + std::string(std::size_t(depth), ']');
}

using namespace std::string_literals;

// Not JSON by RFC 8259, or a text that two readers would understand differently.
const std::string bad[] = {
    ""s,
    " "s,
    "\xEF\xBB\xBF"s,
    "\0"s,
    "[1]\0"s,
    "[1]\0[2]"s,
    "[\0]"s,
    "\"a\0b\""s,
    "{"s,
    "["s,
    "}"s,
    "]"s,
    "[}"s,
    "{]"s,
    "[1"s,
    "[1,"s,
    "[1,]"s,
    "[,1]"s,
    "[,]"s,
    "[1,,2]"s,
    "[1 2]"s,
    "[1:2]"s,
    "1 2"s,
    "[]]"s,
    "[][]"s,
    "{}}"s,
    "{} x"s,
    "[1]x"s,
    ","s,
    ":"s,
    "{,}"s,
    "{1:2}"s,
    "{a:1}"s,
    "{'a':1}"s,
    "{\"a\"}"s,
    "{\"a\":}"s,
    "{\"a\" 1}"s,
    "{\"a\":1,}"s,
    "{\"a\":1 \"b\":2}"s,
    "{\"a\":1,,\"b\":2}"s,
    "{\"a\"::1}"s,
    "{\"a\":1"s,
    "{\"a\":"s,
    "{\"a\""s,
    "{\"a"s,
    "{null:1}"s,
    "{[]:1}"s,
    // literals
    "nul"s,
    "nulL"s,
    "NULL"s,
    "True"s,
    "tru"s,
    "truee"s,
    "fals"s,
    "undefined"s,
    "nan"s,
    "NaN"s,
    "-NaN"s,
    "Infinity"s,
    "-Infinity"s,
    "inf"s,
    "[nul]"s,
    "[tru e]"s,
    // numbers
    "-"s,
    "+1"s,
    "01"s,
    "-01"s,
    "00"s,
    "1."s,
    "-1."s,
    ".5"s,
    "-.5"s,
    "1.e1"s,
    "1e"s,
    "1e+"s,
    "1e-"s,
    "1E"s,
    "1e1.5"s,
    "1e1e1"s,
    "0x10"s,
    "1a"s,
    "--1"s,
    "- 1"s,
    "1 000"s,
    "1,000"s,
    "1_000"s,
    "0e"s,
    "[-]"s,
    "[1.]"s,
    "1.2.3"s,
    "\xEF\xBC\x91"s,
    "[0.e1]"s,
    "2.e+3"s,
    "[1+2]"s,
    "0b1"s,
    // strings
    "\""s,
    "\"a"s,
    "\"\\\""s,
    "\"\\"s,
    "'a'"s,
    "\"\n\""s,
    "\"\t\""s,
    "\"\x1f\""s,
    "\"\x1a\""s,
    "\"\x01\""s,
    "\"a\\n\x1a\""s,
    "\"0123456789abcdef\x1c\""s,
    "\"\\a\""s,
    "\"\\x41\""s,
    "\"\\u\""s,
    "\"\\u12\""s,
    "\"\\u123g\""s,
    "\"\\U0041\""s,
    "\"\\0\""s,
    "\"\\'\""s,
    "\"\\\n\""s,
    "\"\\ \""s,
    "\"\\u 041\""s,
    // surrogates
    "\"\\ud800\""s,
    "\"\\udc00\""s,
    "\"\\udc00\\ud800\""s,
    "\"\\ud800\\ud800\""s,
    "\"\\ud800x\""s,
    "\"\\ud800\\n\""s,
    "\"\\ud800\\u0041\""s,
    "\"\\ud83d\\ude00\\ude00\""s,
    "{\"\\udfff\":1}"s,
    "\"\\uD800\\u\""s,
    "\"\\ud800\\udbff\""s,
    // UTF-8
    "\"\xff\""s,
    "\"\xc0\x80\""s,
    "\"\xc1\xbf\""s,
    "\"\xe0\x80\x80\""s,
    "\"\xed\xa0\x80\""s,
    "\"\xed\xbf\xbf\""s,
    "\"\xf0\x80\x80\x80\""s,
    "\"\xf4\x90\x80\x80\""s,
    "\"\xf5\x80\x80\x80\""s,
    "\"\xe2\x82\""s,
    "\"\x80\""s,
    "\"\xe2\x28\xa1\""s,
    "\xef\xbb"s,
    "\xfe\xff\0\"\0a\0\""s,
    "\xff\xfe\"\0a\0\"\0"s,
    "\xe2\x80\xa8[]"s,
    // white space and comments
    "\xEF\xBB\xBF\xEF\xBB\xBF[]"s,
    "[]\xEF\xBB\xBF"s,
    "\xC2\xA0[]"s,
    "[\v]"s,
    "[\f]"s,
    "\x1b[]"s,
    "[1/*c*/]"s,
    "//c\n[]"s,
    "[] #"s,
    "[]\x1a"s,
};

// JSON, some of it unusual, and what a visitor is told of it.
const std::pair<std::string, std::string> good[] = {
    {"null", "null@4 "},
    {" true ", "true@5 "},
    {"\t\r\n false", "false@9 "},
    {"\xEF\xBB\xBF[]", "[@4 ]@5 "},
    {"{}", "{@1 }@2 "},
    {"[ ]", "[@1 ]@3 "},
    {"\"\"", "string:@2 "},
    {"[0,-0,1.5,-1e5,1E+2,2e-07]",
     "[@1 number:0@2 number:-0@5 number:1.5@9 number:-1e5@14 number:1E+2@19 number:2e-07@25 ]@26 "},
    {"0e0", "number:0e0@3 "},
    {"1e400", "number:1e400@5 "},
    {"-123456789012345678901234567890", "number:-123456789012345678901234567890@31 "},
    {"0.00000000000000000001e-2147483639", "number:0.00000000000000000001e-2147483639@34 "},
    {"1e-99999999999999999999", "number:1e-99999999999999999999@23 "},
    {"{\"a\" : [1 , {\"b\":\"c\"}]}",
     "{@1 key:a@4 [@8 number:1@9 {@13 key:b@16 string:c@20 }@21 ]@22 }@23 "},
    {R"("\"\\\/\b\f\n\r\t")", "string:\"\\/\b\f\n\r\t@18 "},
    {R"("a\u0041b")", "string:aAb@10 "},
    {R"("\u00e9\u20AC\ud83d\uDE00")", "string:\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80@26 "},
    {R"("\u0000")", "string:"s + '\0' + "@8 "},
    {R"("\uffff\ufdd0")", "string:\xEF\xBF\xBF\xEF\xB7\x90@14 "},
    {"\"\x7f\"", "string:\x7f@3 "},
    {"\"\xF4\x8F\xBF\xBF\"", "string:\xF4\x8F\xBF\xBF@6 "},
    {"\"\xE2\x80\xA8\"", "string:\xE2\x80\xA8@5 "},
    {"{\"a\":1,\"a\":2}", "{@1 key:a@4 number:1@6 key:a@10 number:2@12 }@13 "},
    {"{\"\":0}", "{@1 key:@3 number:0@5 }@6 "},
    {R"(["0123456789abcdef\n0123456789abcdef0123456789abcdef"])",
     "[@1 string:0123456789abcdef\n0123456789abcdef0123456789abcdef@53 ]@54 "},
};

}  // namespace

namespace std {
ostream& operator<<(ostream& out, const pair<string, string>& p) {
    return out << p.first;
}
}  // namespace std

BOOST_AUTO_TEST_SUITE(json_reader)

BOOST_DATA_TEST_CASE(what_is_not_json_is_refused, data::make(bad), text) {
    BOOST_TEST(error(text).starts_with("bad JSON at byte "), error(text));
    BOOST_TEST(error("{\"skip\":" + text + "}").starts_with("bad JSON at byte "));
}

BOOST_DATA_TEST_CASE(a_visitor_is_told_every_token_and_where_it_ends, data::make(good), item) {
    BOOST_TEST(read(item.first) == item.second);
}

BOOST_DATA_TEST_CASE(every_prefix_of_json_is_refused_or_read, data::make(good), item) {
    for (std::size_t n = 0; n < item.first.size(); ++n) {
        const std::string text = "[" + item.first.substr(0, n);
        BOOST_TEST(error(text).starts_with("bad JSON at byte "), text);
    }
}

BOOST_AUTO_TEST_CASE(an_error_names_the_byte_the_rule_and_what_was_found) {
    BOOST_TEST(error("") == "bad JSON at byte 0: expected a value, found the end of the text");
    BOOST_TEST(error("[1,]") == "bad JSON at byte 3: expected a value, found ']'");
    BOOST_TEST(error("{\"a\":1 \"b\"}") ==
               "bad JSON at byte 7: expected ',' or '}' after a member, found '\"'");
    BOOST_TEST(error("[1] x") == "bad JSON at byte 4: expected nothing after the value, found 'x'");
    BOOST_TEST(error("[1]\0"s) ==
               "bad JSON at byte 3: expected nothing after the value, found a NUL byte");
    BOOST_TEST(error("[1\x02]") ==
               "bad JSON at byte 2: expected ',' or ']' after an item, found byte 2");
    BOOST_TEST(error("[1.x]") ==
               "bad JSON at byte 3: expected a digit after the decimal point, found 'x'");
    BOOST_TEST(error("1e") ==
               "bad JSON at byte 2: expected a digit in the exponent, found the end of the text");
    BOOST_TEST(
        error("\"ab") ==
        "bad JSON at byte 3: expected the string to end in a quote, found the end of the text");
    BOOST_TEST(error("\"a\\x\"") == "bad JSON at byte 2: unknown escape in a string");
    BOOST_TEST(error("\"a\n\"") ==
               "bad JSON at byte 2: control character in a string: it must be escaped");
    BOOST_TEST(error("\"\\n\\ud800\"") == "bad JSON at byte 3: a surrogate without its other half");
    BOOST_TEST(error("\"\\n\\udc00\"") == "bad JSON at byte 3: a surrogate without its other half");
    BOOST_TEST(error("[\"\xE2\x82\xAC\", \"\xE2\x82\"]") == "bad JSON at byte 9: not UTF-8");
}

BOOST_AUTO_TEST_CASE(the_byte_order_mark_counts_in_offsets) {
    BOOST_TEST(error("\xEF\xBB\xBF[x]") == "bad JSON at byte 4: expected a value, found 'x'");
}

BOOST_AUTO_TEST_CASE(depth_is_limited) {
    BOOST_TEST(error(nested(64)) == "no error");
    BOOST_TEST(error(nested(65)) ==
               "bad JSON at byte 64: more than 64 arrays and objects within each other");
    BOOST_TEST(error("{\"a\":{\"skip\":{}}}", {.depth = 2}) ==
               "bad JSON at byte 13: more than 2 arrays and objects within each other");
    BOOST_TEST(error("1", {.depth = 0}) == "no error");
    BOOST_TEST(error(std::string(1'000'000, '[')).starts_with("bad JSON at byte 64"));
    BOOST_TEST(error(nested(100'000), {.depth = 100'000}) == "no error");
}

BOOST_AUTO_TEST_CASE(size_is_limited) {
    BOOST_TEST(error("[1]", {.size = 3}) == "no error");
    BOOST_TEST(error("[1] ", {.size = 3}) ==
               "bad JSON at byte 3: the text has 4 bytes, more than the limit of 3");
}

BOOST_AUTO_TEST_CASE(a_skipped_value_is_left_as_it_stood) {
    std::string text = R"({"a":"x\ty","skip" : {"b":["\n\u0041",{"skip":1}],"c":-1.5e3} ,"d":1})";
    const std::string before = text;
    Transcript transcript;

    read_json_in_place({text.data(), text.size()}, transcript);

    BOOST_TEST(transcript.text ==
               "{@1 key:a@4 string:x\ty@11 key:skip@18 skipped:20@61 key:d@66 number:1@68 }@69 ");
    BOOST_TEST(text.substr(20, 41) == before.substr(20, 41));
}

BOOST_AUTO_TEST_CASE(every_kind_of_value_can_be_skipped) {
    for (const std::string value : {"null", "true", "false", "-1.5e7", "\"\"", "\"\\n\"", "[]",
                                    "{}", "[[],{\"skip\":[{}]}]", "{\"a\":{\"a\":{}}}"}) {
        const auto end = std::to_string(8 + value.size());
        BOOST_TEST(read("{\"skip\":" + value + ",\"b\":0}").find("skipped:8@" + end + " key:b@") !=
                       std::string::npos,
                   value);
    }
}

BOOST_AUTO_TEST_CASE(a_skipped_value_is_checked_all_the_same) {
    for (const std::string value :
         {"nul", "01", "\"\\x\"", "\"\\udc00\"", "\"\\ud800\"", "\"\x1a\"", "[1,]", "{\"a\"}",
          "{\"a\":1,}", "\"", "", "1 2", "[}"})
        BOOST_TEST(error("{\"skip\":" + value + "}").starts_with("bad JSON at byte "), value);
}

BOOST_AUTO_TEST_CASE(a_visitor_may_throw) {
    struct Refuser : Transcript {
        void on_null(std::size_t end) override { throw std::out_of_range(std::to_string(end)); }
    } refuser;
    std::string text = "[1,null]";

    BOOST_CHECK_EXCEPTION(read_json_in_place({text.data(), text.size()}, refuser),
                          std::out_of_range, [](const auto& e) { return e.what() == "7"s; });
}

// One byte behind the text is the reader's own, and none more.
BOOST_AUTO_TEST_CASE(nothing_outside_the_text_is_looked_at) {
    const std::string whole =
        R"( {"key" : "a string that is longer than a block", "n":[-0.5e+10,true,false,null,12],)"
        R"("esc":"\u00e9\ud83d\ude00\n tail \" after","skip":[1,{"a":"\\n"}],"deep":[[[{}]]] , "\u0041":"" } )";
    for (std::size_t size = 0; size <= whole.size(); ++size) {
        test::AtPageEnd page(whole.substr(0, size) + '#');
        Transcript events;
        const bool is_whole = whole.find_first_not_of(' ', size) == std::string::npos;
        try {
            read_json_in_place(page.span().first(size), events);
            BOOST_TEST(is_whole, size);
        } catch (const JsonError&) {
            BOOST_TEST(!is_whole, size);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
