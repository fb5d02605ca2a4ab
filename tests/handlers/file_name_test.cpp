// From the path of a URL to the name of a file.
#include "../../handlers/src/handlers/file_name.h"

#include <ostream>
#include <string>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

using namespace turngate;
namespace data = boost::unit_test::data;

namespace {

struct Case {
    std::string_view path;
    std::string_view expected;  // "file a/b", "directory a", "hidden", "malformed"
};
std::ostream& operator<<(std::ostream& out, const Case& c) {
    return out << c.path;
}

const Case cases[] = {
    {"/", "directory "},
    {"/a", "file a"},
    {"/a/b.txt", "file a/b.txt"},
    {"/a/", "directory a"},
    {"/a%20b/%c3%a9", "file a b/\xc3\xa9"},
    {"/a+b", "file a+b"},
    {"/%2561", "file %61"},
    {"/a:b~!$&'()*,;=@", "file a:b~!$&'()*,;=@"},
    {"/.well-known/x", "file .well-known/x"},
    {"/.well-known/", "directory .well-known"},
    {"/a...", "file a..."},
    {"/..", "hidden"},
    {"/a/../b", "hidden"},
    {"/%2e%2e/b", "hidden"},
    {"/a/.", "hidden"},
    {"/...", "hidden"},
    {"/.git/config", "hidden"},
    {"/.well-known/.x", "hidden"},
    {"/.well-knownx", "hidden"},
    {"//a", "hidden"},
    {"/a//", "hidden"},
    {"", "malformed"},
    {"*", "malformed"},
    {"a", "malformed"},
    {"/%", "malformed"},
    {"/a%4", "malformed"},
    {"/a%4g", "malformed"},
    {"/a%00b", "malformed"},
    {"/a%1fb", "malformed"},
    {"/a%7fb", "malformed"},
    {"/a%2fb", "malformed"},
    {"/a%5Cb", "malformed"},
    {"/a\\b", "malformed"},
    {"/%c0%af", "malformed"},
    {"/%c0%2e", "malformed"},
    {"/%ed%a0%80", "malformed"},
    {"/\xff", "malformed"},
    {"/.git/%00", "malformed"},
};

std::string shown(const FileName& name) {
    switch (name.kind) {
        case FileName::Kind::file:
            return "file " + name.path;
        case FileName::Kind::directory:
            return "directory " + name.path;
        case FileName::Kind::hidden:
            return "hidden";
        default:
            return "malformed";
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(file_names)

BOOST_DATA_TEST_CASE(a_path_names_one_file_or_none, data::make(cases), one) {
    BOOST_TEST(shown(file_name(one.path)) == one.expected);
}

BOOST_AUTO_TEST_CASE(a_place_is_hidden_by_a_segment_below_the_root_and_by_its_name_elsewhere) {
    for (const char* place : {".env", "a/.env", ".git/config", "a/.well-known/x", "/srv/.env"})
        BOOST_TEST(is_hidden_place(place), place);
    for (const char* place : {"a", "a/b.txt", ".", ".well-known/x", "..data/a", "..2026_11_29/a",
                              "/srv/.releases/3/a", "/"})
        BOOST_TEST(!is_hidden_place(place), place);
}

BOOST_AUTO_TEST_SUITE_END()
