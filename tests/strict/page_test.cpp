// The page that tells of the rules has those that the program has.
#include <fstream>
#include <iterator>
#include <string>

#include <boost/test/unit_test.hpp>

#include "strict/rule.h"

using namespace turngate::strict;

namespace {

std::string cell(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '*' || c == '|' || c == '\\') out += '\\';
        out += c;
    }
    return out;
}

// | `rule` | platforms | what | limit | what happens | source |
std::string row(const Rule& rule) {
    std::string platforms;
    for (const std::string_view name : platform_names())
        if (rule.platforms.has(*platform_named(name)))
            platforms.append(platforms.empty() ? "" : ", ").append(name);
    return "| `" + std::string(rule.name) + "` | " + platforms + " | " + cell(rule.what) + " | " +
           limit_text(rule) + " | " + cell(rule.outcome) + " | " + cell(rule.source) + " |\n";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(page)

BOOST_AUTO_TEST_CASE(its_table_is_that_of_the_program) {
    std::ifstream file(TURNGATE_SOURCE_DIR "/docs/strict.md");
    const std::string text(std::istreambuf_iterator<char>(file), {});
    std::string table;
    for (const Rule& rule : rules())
        table += row(rule);
    const auto begin = text.find("| `" + std::string(rules().front().name));
    BOOST_REQUIRE(begin != std::string::npos);
    const auto end = text.find("\n\n", begin);
    BOOST_TEST((text.substr(begin, end - begin) + '\n' == table), "the table has to be\n" << table);
}

BOOST_AUTO_TEST_SUITE_END()
