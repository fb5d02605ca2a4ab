#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <turngate/handlers/pattern.h>

using turngate::Pattern;
using Relation = turngate::Pattern::Relation;
namespace data = boost::unit_test::data;

namespace {

struct Match {
    const char* pattern;
    const char* path;
    bool matches;
};
std::ostream& operator<<(std::ostream& out, const Match& m) {
    return out << m.pattern << " on " << m.path;
}
const Match matches[] = {
    {"/", "/", true},
    {"/", "/any/thing", true},
    {"/{$}", "/", true},
    {"/{$}", "/a", false},
    {"/{$}", "//", false},
    {"/a", "/a", true},
    {"/a", "/a/", false},
    {"/a", "/A", false},
    {"/a/", "/a/", true},
    {"/a/", "/a/b/c", true},
    {"/a/", "/a", false},
    {"/a/{$}", "/a/", true},
    {"/a/{$}", "/a/b", false},
    {"/users/{id}", "/users/7", true},
    {"/users/{id}", "/users/", false},
    {"/users/{id}", "/users/7/posts", false},
    {"/users/{id}", "/users/a%2Fb", true},
    {"/files/{path...}", "/files/", true},
    {"/files/{path...}", "/files/a/b", true},
    {"/files/{path...}", "/files", false},
    {"/a%20b", "/%61%20b", true},
    {"/a%2Fb", "/a%2fb", true},
    {"/a%2Fb", "/a/b", false},
    {"/a//b", "/a//b", true},
    {"/a//b", "/a/b", false},
    {"/", "*", false},
    {"/", "", false},
};

struct Comparison {
    const char* a;
    const char* b;
    Relation relation;
};
std::ostream& operator<<(std::ostream& out, const Comparison& c) {
    return out << c.a << " and " << c.b;
}
const Comparison comparisons[] = {
    {"/a", "/a", Relation::equivalent},
    {"/{x}", "/{y}", Relation::equivalent},
    {"/{x...}", "/", Relation::equivalent},
    {"/a", "/{x}", Relation::more_specific},
    {"/a", "/", Relation::more_specific},
    {"/", "/a/b", Relation::more_general},
    {"/a/{x}", "/a/", Relation::more_specific},
    {"/a/{$}", "/a/", Relation::more_specific},
    {"/a/{$}", "/a/{x}", Relation::disjoint},
    {"/a", "/b", Relation::disjoint},
    {"/a", "/a/b", Relation::disjoint},
    {"/a/{x}", "/{x}/b", Relation::overlaps},
    {"/a/", "/{x}/b", Relation::overlaps},
    {"GET /a", "/a", Relation::more_specific},
    {"GET /a", "HEAD /a", Relation::more_general},
    {"GET /a", "POST /a", Relation::disjoint},
    {"GET /", "/a", Relation::overlaps},
    {"GET /{x}", "/a", Relation::overlaps},
    {"example.com/", "/a", Relation::more_specific},
    {"example.com/", "example.org/", Relation::disjoint},
};

struct Malformed {
    const char* pattern;
    const char* rule;
};
std::ostream& operator<<(std::ostream& out, const Malformed& m) {
    return out << '"' << m.pattern << '"';
}
const Malformed malformed[] = {
    {"", "starts with '/'"},       {"users", "starts with '/'"},
    {"G{T /", "not a token"},      {"{host}/", "host has no wildcards"},
    {"/{}", "identifier"},         {"/{1}", "identifier"},
    {"/{a-b}", "identifier"},      {"/{...}", "identifier"},
    {"/x{a}", "whole segment"},    {"/{a}x", "whole segment"},
    {"/{a}{b}", "whole segment"},  {"/{a", "whole segment"},
    {"/a}", "whole segment"},      {"/{a...}/b", "only at the end"},
    {"/{$}/b", "only at the end"}, {"/{a}/{a}", "same name"},
    {"/{a}/{a...}", "same name"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(pattern)

BOOST_DATA_TEST_CASE(paths_match_segment_by_segment, data::make(matches), m) {
    BOOST_TEST(Pattern(m.pattern).matches(m.path, "any.host") == m.matches);
}

BOOST_DATA_TEST_CASE(patterns_compare_both_ways, data::make(comparisons), c) {
    Pattern a(c.a), b(c.b);

    BOOST_TEST((a.compare(b) == c.relation));
    Relation mirrored = c.relation == Relation::more_general    ? Relation::more_specific
                        : c.relation == Relation::more_specific ? Relation::more_general
                                                                : c.relation;
    BOOST_TEST((b.compare(a) == mirrored));
}

BOOST_DATA_TEST_CASE(a_malformed_pattern_is_refused_with_the_rule, data::make(malformed), m) {
    BOOST_CHECK_EXCEPTION(Pattern(m.pattern), std::invalid_argument, [&](const std::exception& e) {
        return std::string_view(e.what()).find(m.rule) != std::string_view::npos;
    });
}

BOOST_AUTO_TEST_CASE(a_wildcard_is_captured_decoded) {
    Pattern::Values values;
    Pattern("/u/{id}/{rest...}").capture("/u/a%2Fb/c%20d/e%2Ff", values);
    BOOST_TEST(values["id"] == "a/b");
    BOOST_TEST(values["rest"] == "c d/e/f");
}

BOOST_AUTO_TEST_CASE(a_host_ignores_case_and_port) {
    Pattern p("api.example.com/");
    BOOST_TEST(p.matches("/", "API.example.com:8443"));
    BOOST_TEST(!p.matches("/", "example.com"));
}

BOOST_AUTO_TEST_CASE(get_also_means_head) {
    BOOST_TEST(Pattern("GET /").allows("HEAD"));
    BOOST_TEST(!Pattern("GET /").allows("POST"));
    BOOST_TEST(Pattern("/").allows("ANYTHING"));
}

BOOST_AUTO_TEST_SUITE_END()
