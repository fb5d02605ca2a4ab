// Colour, glyphs and width.
#include "cli/terminal.h"

#include <map>
#include <string>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

using namespace turngate::cli;
namespace data = boost::unit_test::data;

namespace {

using Variables = std::map<std::string, std::string>;

Environment of(Variables variables) {
    return [variables = std::move(variables)](const std::string& name) {
        auto it = variables.find(name);
        return it == variables.end() ? std::nullopt : std::optional(it->second);
    };
}

struct Rule {
    const char* name;
    ColorChoice choice;
    Variables variables;
    bool is_terminal;
    bool colored;
};
std::ostream& operator<<(std::ostream& out, const Rule& r) {
    return out << r.name;
}
const Rule rules[] = {
    {"terminal", ColorChoice::automatic, {}, true, true},
    {"pipe", ColorChoice::automatic, {}, false, false},
    {"flag always on a pipe", ColorChoice::always, {}, false, true},
    {"flag never on a terminal", ColorChoice::never, {}, true, false},
    {"flag over NO_COLOR", ColorChoice::always, {{"NO_COLOR", "1"}}, false, true},
    {"flag over FORCE_COLOR", ColorChoice::never, {{"FORCE_COLOR", "1"}}, true, false},
    {"NO_COLOR", ColorChoice::automatic, {{"NO_COLOR", "1"}}, true, false},
    {"NO_COLOR=0 is set too", ColorChoice::automatic, {{"NO_COLOR", "0"}}, true, false},
    {"empty NO_COLOR is none", ColorChoice::automatic, {{"NO_COLOR", ""}}, true, true},
    {"NO_COLOR over FORCE_COLOR",
     ColorChoice::automatic,
     {{"NO_COLOR", "1"}, {"FORCE_COLOR", "1"}},
     true,
     false},
    {"FORCE_COLOR on a pipe", ColorChoice::automatic, {{"FORCE_COLOR", "1"}}, false, true},
    {"FORCE_COLOR=0", ColorChoice::automatic, {{"FORCE_COLOR", "0"}}, false, false},
    {"CLICOLOR_FORCE", ColorChoice::automatic, {{"CLICOLOR_FORCE", "1"}}, false, true},
    {"FORCE_COLOR over TERM=dumb",
     ColorChoice::automatic,
     {{"FORCE_COLOR", "1"}, {"TERM", "dumb"}},
     true,
     true},
    {"TERM=dumb", ColorChoice::automatic, {{"TERM", "dumb"}}, true, false},
    {"TERM=xterm", ColorChoice::automatic, {{"TERM", "xterm"}}, true, true},
};

struct Locale {
    Variables variables;
    bool unicode;
};
std::ostream& operator<<(std::ostream& out, const Locale& l) {
    for (const auto& [name, value] : l.variables)
        out << name << '=' << value << ' ';
    return out;
}
const Locale locales[] = {
    {{}, false},
    {{{"LANG", "C"}}, false},
    {{{"LANG", "C.UTF-8"}}, true},
    {{{"LANG", "de_DE.utf8"}}, true},
    {{{"LANG", "de_DE.UTF-8@euro"}}, true},
    {{{"LC_ALL", "C"}, {"LANG", "en_US.UTF-8"}}, false},
    {{{"LC_CTYPE", "en_US.UTF-8"}, {"LANG", "C"}}, true},
    {{{"LC_ALL", ""}, {"LANG", "en_US.UTF-8"}}, true},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(terminal)

BOOST_DATA_TEST_CASE(the_first_rule_that_applies_decides_about_colour, data::make(rules), r) {
    BOOST_TEST(make_terminal(r.is_terminal, 0, r.choice, of(r.variables)).colored == r.colored);
}

BOOST_DATA_TEST_CASE(glyphs_need_a_utf8_locale, data::make(locales), l) {
    BOOST_TEST(make_terminal(true, 0, ColorChoice::automatic, of(l.variables)).unicode ==
               l.unicode);
}

BOOST_AUTO_TEST_CASE(signs_have_words_in_place_of_glyphs) {
    Terminal plain, rich;
    rich.unicode = true;
    BOOST_TEST(plain.glyph(Glyph::pass) == "ok");
    BOOST_TEST(plain.glyph(Glyph::fail) == "FAIL");
    BOOST_TEST(plain.glyph(Glyph::fresh) == "new");
    BOOST_TEST(rich.glyph(Glyph::pass) == "✓");
}

BOOST_AUTO_TEST_CASE(text_is_left_alone_without_colour) {
    Terminal terminal;
    BOOST_TEST(terminal.paint(Color::red, "no") == "no");
    terminal.colored = true;
    BOOST_TEST(terminal.paint(Color::red, "no") == "\x1b[31mno\x1b[0m");
}

BOOST_AUTO_TEST_CASE(the_width_is_at_least_60) {
    auto width = [](int columns, Variables variables) {
        return make_terminal(true, columns, ColorChoice::never, of(std::move(variables))).width;
    };
    BOOST_TEST(width(20, {}) == 60);
    BOOST_TEST(width(132, {{"COLUMNS", "90"}}) == 132);
    BOOST_TEST(width(0, {{"COLUMNS", "90"}}) == 90);
    BOOST_TEST(width(0, {{"COLUMNS", "many"}}) == 80);
    BOOST_TEST(width(0, {{"COLUMNS", "99999999999"}}) == 1000);
    BOOST_TEST(width(0, {}) == 80);
}

BOOST_AUTO_TEST_SUITE_END()
