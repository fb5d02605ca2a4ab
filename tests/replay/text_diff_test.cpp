// Edit scripts: right for all inputs, shortest for small ones.
#include "replay/text_diff.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

using namespace turngate::replay;
using Kind = LineEdit::Kind;

namespace {

std::size_t changes(const std::vector<LineEdit>& edits) {
    return static_cast<std::size_t>(std::count_if(
        edits.begin(), edits.end(), [](const LineEdit& e) { return e.kind != Kind::same; }));
}

// What the edits say one side was.
std::string side(const std::vector<LineEdit>& edits, Kind other) {
    std::string out;
    for (const LineEdit& e : edits)
        if (e.kind != other) out += std::string(e.text) + '\n';
    return out;
}

// The length of the shortest script, by the textbook.
std::size_t shortest(const std::string& a, const std::string& b) {
    const auto x = lines_of(a), y = lines_of(b);
    std::vector<std::vector<std::size_t>> common(x.size() + 1,
                                                 std::vector<std::size_t>(y.size() + 1));
    for (std::size_t i = 1; i <= x.size(); ++i)
        for (std::size_t j = 1; j <= y.size(); ++j)
            common[i][j] = x[i - 1] == y[j - 1] ? common[i - 1][j - 1] + 1
                                                : std::max(common[i - 1][j], common[i][j - 1]);
    return x.size() + y.size() - 2 * common[x.size()][y.size()];
}

}  // namespace

BOOST_AUTO_TEST_SUITE(text_diff)

BOOST_AUTO_TEST_CASE(random_texts_are_rebuilt_from_their_shortest_script) {
    std::mt19937 random(7);
    for (int round = 0; round < 3000; ++round) {
        std::string a, b;
        for (std::string* text : {&a, &b})
            for (auto n = random() % 12; n > 0; --n)
                *text += std::string(1, static_cast<char>('a' + random() % 4)) + '\n';

        const auto edits = diff_lines(a, b);

        BOOST_REQUIRE(side(edits, Kind::added) == a);
        BOOST_REQUIRE(side(edits, Kind::removed) == b);
        BOOST_TEST(changes(edits) == shortest(a, b), a << "--\n" << b);
    }
}

BOOST_AUTO_TEST_CASE(past_its_effort_the_script_is_still_right) {
    std::string a, b;
    for (int i = 0; i < 500; ++i) {
        a += std::to_string(i * 7 % 501) + '\n';
        b += std::to_string(i * 11 % 503) + '\n';
    }
    const auto edits = diff_lines(a, b, 100);
    BOOST_TEST(side(edits, Kind::added) == a);
    BOOST_TEST(side(edits, Kind::removed) == b);
}

BOOST_AUTO_TEST_CASE(hunks_have_context_and_join_where_they_touch) {
    std::string a, b;
    for (int i = 0; i < 30; ++i) {
        a += std::to_string(i) + '\n';
        b += i == 3 || i == 8 || i == 25 ? "x\n" : std::to_string(i) + '\n';
    }
    const auto hunks = hunks_of(diff_lines(a, b));
    BOOST_REQUIRE(hunks.size() == 2u);
    BOOST_TEST(hunks[0].begin == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
