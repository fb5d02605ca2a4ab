// Whether a text is JSON.
#include <limits>
#include <string>

#include <boost/test/unit_test.hpp>

#include <turngate/json/json_reader.h>

using namespace turngate;

BOOST_AUTO_TEST_SUITE(json_check)

BOOST_AUTO_TEST_CASE(one_value_is_json_whatever_its_numbers_and_names) {
    for (const char* text :
         {"{}", " 42 ", R"("text")", "[1e9999]", R"({"a":1,"a":2})", "\xEF\xBB\xBFnull"})
        BOOST_TEST(is_json(text), text);
}

BOOST_AUTO_TEST_CASE(anything_else_is_not) {
    for (const char* text : {"", " \n", "hello", "\xEF\xBB\xBFhello", "true-", "{", "{} {}", "[1,]",
                             "\xff", R"("\ud800")"})
        BOOST_TEST(!is_json(text), text);
}

BOOST_AUTO_TEST_CASE(json_may_be_of_any_depth_and_size) {
    BOOST_TEST(is_json(std::string(100'000, '[') + std::string(100'000, ']')));
    BOOST_TEST(is_json('"' + std::string(7'000'000, 'x') + '"'));
}

BOOST_AUTO_TEST_CASE(a_check_has_limits_and_says_where_they_are) {
    BOOST_CHECK_EXCEPTION(check_json("[[1]]", {.depth = 1}), JsonError, [](const JsonError& e) {
        return std::string(e.what()).find("byte 1") != std::string::npos;
    });
    BOOST_CHECK_NO_THROW(check_json("[[1]]"));
}

BOOST_AUTO_TEST_SUITE_END()
