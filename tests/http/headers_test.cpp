// What header fields keep, find and refuse.
#include <algorithm>
#include <ranges>
#include <stdexcept>
#include <string>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "support/at_page_end.h"
#include <turngate/http/headers.h>

using namespace turngate;
using namespace std::string_literals;
namespace data = boost::unit_test::data;
static_assert(std::ranges::forward_range<const Headers>);

namespace {

// All fields as one string, to compare whole sections.
std::string dump(const Headers& headers) {
    std::string out;
    for (const auto& [name, value] : headers)
        out.append(name).append(": ").append(value).append("\n");
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(headers)

BOOST_AUTO_TEST_CASE(order_and_spelling_survive) {
    const Headers h{{"x-B", "1"}, {"HOST", "h"}, {"x-b", "2"}};
    BOOST_TEST(dump(h) == "x-B: 1\nHOST: h\nx-b: 2\n");
    BOOST_TEST(h.size() == 3u);
}

BOOST_AUTO_TEST_CASE(names_are_found_in_any_case) {
    const Headers h{{"Content-Type", "a/b"}};
    BOOST_TEST(h.get("content-TYPE") == "a/b");
    BOOST_TEST(h.contains("CONTENT-type"));
    BOOST_TEST(!h.contains("Content-Typ"));
    BOOST_TEST(!h.contains("Content_Type"));
}

BOOST_AUTO_TEST_CASE(only_letters_have_two_cases) {
    BOOST_TEST(!iequals("x^", "x~"));
    BOOST_TEST(!iequals("@", "`"));
    BOOST_TEST(!iequals("a", "ab"));
    BOOST_TEST(iequals("aZ-9", "Az-9"));
}

BOOST_AUTO_TEST_CASE(an_absent_field_yields_the_fallback) {
    const Headers h{{"Empty", ""}};
    BOOST_TEST(h.get("None") == "");
    BOOST_TEST(h.get("None", "x") == "x");
    BOOST_TEST(h.get("Empty", "x") == "");
}

BOOST_AUTO_TEST_CASE(duplicates_stay_apart_and_can_be_joined) {
    const Headers h{{"Cookie", "a=1"}, {"Accept", "x"}, {"cookie", "b=2"}, {"Accept", ""}};
    BOOST_TEST(h.values("Cookie") == (std::vector{"a=1"s, "b=2"s}),
               boost::test_tools::per_element());
    BOOST_TEST(h.joined("Cookie", "; ") == "a=1; b=2");
    BOOST_TEST(h.joined("Accept") == "x, ");
    BOOST_TEST(h.joined("None") == "");
    BOOST_TEST(h.get("Cookie") == "a=1");
}

BOOST_AUTO_TEST_CASE(set_replaces_all_in_the_place_of_the_first) {
    Headers h{{"A", "1"}, {"B", "2"}, {"a", "3"}, {"C", "4"}};
    h.set("a", "longer than before");
    BOOST_TEST(dump(h) == "a: longer than before\nB: 2\nC: 4\n");
    h.set("D", "5");
    BOOST_TEST(dump(h) == "a: longer than before\nB: 2\nC: 4\nD: 5\n");
}

BOOST_AUTO_TEST_CASE(remove_drops_all_and_counts_them) {
    Headers h{{"A", "1"}, {"B", "2"}, {"a", "3"}};
    BOOST_TEST(h.remove("A") == 2u);
    BOOST_TEST(h.remove("A") == 0u);
    BOOST_TEST(dump(h) == "B: 2\n");
    h.clear();
    BOOST_TEST(h.empty());
    BOOST_TEST((h.begin() == h.end()));
}

BOOST_AUTO_TEST_CASE(arguments_may_be_views_into_the_same_headers) {
    Headers h{{"Name", std::string(100, 'v')}};
    for (int i = 0; i < 50; ++i)  // past every growth of the block
        h.add(h.begin()->name, h.get("Name"));
    BOOST_TEST(h.size() == 51u);
    for (const auto& [name, value] : h)
        BOOST_TEST((name == "Name" && value == std::string(100, 'v')));

    for (int i = 0; i < 50; ++i)
        h.set(h.begin()->name, h.get("Name").substr(1));
    BOOST_TEST(dump(h) == "Name: " + std::string(50, 'v') + "\n");
    BOOST_TEST(h.remove(h.begin()->name) == 1u);
}

BOOST_DATA_TEST_CASE(however_few_bytes_there_are, data::xrange(20), size) {
    Headers h{};
    h.add("N", std::string(static_cast<std::size_t>(size), 'v'));
    for (int i = 0; i < 8; ++i) {
        h.add(h.begin()->name, h.begin()->value);
        h.set(h.begin()->name, h.begin()->value);
        BOOST_TEST(dump(h) == "N: " + std::string(static_cast<std::size_t>(size), 'v') + "\n");
    }
}

BOOST_AUTO_TEST_CASE(replacing_for_ever_does_not_grow_for_ever) {
    Headers h{{"Keep", "kept"}};
    const std::string value(1000, 'v');
    h.set("X", value);
    for (int i = 0; i < 10'000; ++i) {
        h.set("X", value);
        h.remove("Y");
        h.add("Y", value);
    }
    BOOST_TEST(dump(h) == "Keep: kept\nX: " + value + "\nY: " + value + "\n");
    // 20 MB have gone through one block.
    BOOST_TEST(h.get("Y").data() - h.get("Keep").data() < 20'000);
}

BOOST_AUTO_TEST_CASE(copies_and_moves_are_independent) {
    Headers a{{"A", "1"}};
    Headers b = a;
    b.set("A", "2");
    Headers c = std::move(b);
    BOOST_TEST(a.get("A") == "1");
    BOOST_TEST(c.get("A") == "2");
    BOOST_TEST(b.empty());
    BOOST_TEST((a == Headers{{"A", "1"}}));
    BOOST_TEST((a != c));
    BOOST_TEST((a != Headers{{"a", "1"}}));
}

// Every position of the eight bytes that are looked at together, and the rest behind them.
BOOST_DATA_TEST_CASE(a_line_byte_is_refused_wherever_it_stands, data::xrange(40), size) {
    for (char bad : {'\r', '\n', '\0'})
        for (int at = 0; at < size; ++at) {
            std::string value(static_cast<std::size_t>(size), '\x8d');
            BOOST_TEST(is_field_value(value));
            value[static_cast<std::size_t>(at)] = bad;
            BOOST_TEST(!is_field_value(value));
            BOOST_CHECK_THROW(Headers({{"X", value}}), std::invalid_argument);
        }
}

BOOST_AUTO_TEST_CASE(all_other_bytes_may_stand_in_a_value) {
    std::string value;
    for (int c = 1; c < 256; ++c)
        if (c != '\r' && c != '\n') value += static_cast<char>(c);
    const Headers h{{"X", value}};
    BOOST_TEST(h.get("X") == value);
}

BOOST_AUTO_TEST_CASE(a_name_is_a_token) {
    const std::string separators = "\"(),/:;<=>?@[\\]{} \t\r\n\x7f\x80\xff"s + '\0';
    for (int c = 0; c < 256; ++c) {
        const std::string name = "x" + std::string(1, static_cast<char>(c));
        const bool bad = c < 0x21 || c > 0x7e || separators.find(name[1]) != std::string::npos;
        BOOST_TEST(is_token(name) == !bad, "byte " << c);
    }
    BOOST_TEST(!is_token(""));
}

BOOST_AUTO_TEST_CASE(a_refusal_names_the_field_and_keeps_the_value_to_itself) {
    Headers h{{"A", "1"}};
    BOOST_CHECK_EXCEPTION(h.set("Authorization", "secret\n"), std::invalid_argument,
                          [](const std::invalid_argument& e) {
                              const std::string what = e.what();
                              return what.find("Authorization") != std::string::npos &&
                                     what.find("secret") == std::string::npos;
                          });
    BOOST_CHECK_EXCEPTION(h.add("a\r\nb\"" + std::string(1000, 'x'), "secret"),
                          std::invalid_argument, [](const std::invalid_argument& e) {
                              const std::string what = e.what();
                              return what.find("\"a\\x0d\\x0ab\\x22xxx") != std::string::npos &&
                                     what.size() < 200 && what.find("secret") == std::string::npos;
                          });
    BOOST_TEST(dump(h) == "A: 1\n");
}

BOOST_AUTO_TEST_CASE(reserved_room_keeps_views_valid) {
    Headers h;
    h.reserve(1000, 10);
    h.add("A", "1");
    const std::string_view first = h.get("A");
    for (int i = 0; i < 9; ++i)
        h.add("B", std::string(50, 'b'));
    BOOST_TEST(first.data() == h.get("A").data());
}

BOOST_AUTO_TEST_CASE(nothing_outside_the_bytes_of_a_value_is_looked_at) {
    for (std::size_t size = 0; size <= 40; ++size)
        for (auto side : {test::AtPageEnd::Side::end, test::AtPageEnd::Side::begin}) {
            BOOST_TEST(is_field_value(test::AtPageEnd(std::string(size, 'v'), side).view()), size);
            for (std::size_t at = 0; at < size; ++at)
                for (char bad : {'\r', '\n', '\0'}) {
                    std::string value(size, 'v');
                    value[at] = bad;
                    BOOST_TEST(!is_field_value(test::AtPageEnd(value, side).view()), size);
                }
        }
}

BOOST_AUTO_TEST_CASE(names_are_ordered_and_lowered_by_ascii_alone) {
    BOOST_TEST(iless("A", "b"));
    BOOST_TEST(iless("a", "B"));
    BOOST_TEST(iless("x-a", "X-AB"));
    BOOST_TEST(!iless("X-A", "x-a"));
    BOOST_TEST(!iless("x-a", "X-A"));
    BOOST_TEST(iless("_", "A"));  // below 'a', whatever the case
    BOOST_TEST(lower_case("X-\xC3\x89[Z]") == "x-\xC3\x89[z]");
}

BOOST_AUTO_TEST_CASE(merged_fields_replace_those_of_their_name_but_cookies_are_added) {
    Headers headers = {{"A", "1"}, {"Set-Cookie", "a=1"}, {"B", "1"}, {"a", "2"}};
    headers.merge({{"a", "3"}, {"a", "4"}, {"set-cookie", "b=2"}, {"C", "5"}});
    const Headers expected = {{"Set-Cookie", "a=1"}, {"B", "1"}, {"a", "3"}, {"a", "4"},
                              {"set-cookie", "b=2"}, {"C", "5"}};
    BOOST_TEST((headers == expected));
}

BOOST_AUTO_TEST_SUITE_END()
