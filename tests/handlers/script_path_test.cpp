#include "../../handlers/src/handlers/script_path.h"

#include <filesystem>
#include <string>
#include <support/temporary_directory.h>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <turngate/http/error.h>

using namespace turngate;

namespace {

struct Tree {
    Tree() {
        here.write("outside", "");
        here.write("root/a.cgi", "");
        here.write("root/dir/b.cgi", "");
        here.write("root/dir/x y", "");
        here.write("root/.hidden", "");
        here.write("root/.git/config", "");
        std::filesystem::create_symlink("a.cgi", here / "root/inside");
        std::filesystem::create_symlink("../outside", here / "root/out");
        std::filesystem::create_symlink(here / "outside", here / "root/absolute");
        std::filesystem::create_directory_symlink("..", here / "root/up");
        std::filesystem::create_symlink(".hidden", here / "root/shown");
        std::filesystem::create_directory_symlink(".git", here / "root/git");
    }
    test::TemporaryDirectory here;
};

// "file dir/b.cgi, /left"
std::string found(const std::string& path) {
    static const Tree tree;
    static const os::FileTree files(tree.here / "root");
    try {
        const ScriptPath script = find_script(files, path);
        if (script.kind == ScriptPath::Kind::none) return "nothing";
        return (script.kind == ScriptPath::Kind::file ? "file " : "directory ") + script.name +
               ", " + path.substr(script.length);
    } catch (const HttpError& e) {
        return std::to_string(e.status());
    }
}

struct Case {
    std::string path;
    const char* expected;
};
std::ostream& operator<<(std::ostream& out, const Case& c) {
    return out << c.path;
}

const Case cases[] = {
    {"/a.cgi", "file a.cgi, "},
    {"/a.cgi/", "file a.cgi, /"},
    {"/a.cgi/more/of%2Fit", "file a.cgi, /more/of%2Fit"},
    {"/a.cgi/.git/config", "file a.cgi, /.git/config"},
    {"/a.cgi//x", "file a.cgi, //x"},
    {"/a.cgi/\xff", "file a.cgi, /\xff"},
    {"/dir/b.cgi/c.cgi", "file dir/b.cgi, /c.cgi"},
    {"/dir/x%20y/z", "file dir/x y, /z"},
    {"/%61.cgi", "file a.cgi, "},
    {"/inside/x", "file inside, /x"},
    {"/", "directory , "},
    {"/dir", "directory dir, "},
    {"/dir/", "directory dir, "},
    {"/none", "nothing"},
    {"/none/a.cgi", "nothing"},
    {"/dir/none/b.cgi", "nothing"},
    {"/out", "nothing"},
    {"/shown", "nothing"},
    {"/git", "nothing"},
    {"/git/config", "nothing"},
    {"/absolute", "nothing"},
    {"/up/outside", "nothing"},
    {"/.hidden", "nothing"},
    {"/.git/config", "nothing"},
    {"/./a.cgi", "nothing"},
    {"//a.cgi", "nothing"},
    {"/dir//b.cgi", "nothing"},
    {"*", "nothing"},
    {"/%252e%252e/outside", "nothing"},
    {"/../outside", "400"},
    {"/dir/../a.cgi", "400"},
    {"/%2e%2e/outside", "400"},
    {"/.%2E", "400"},
    {"/a.cgi/../../outside", "400"},
    {"/a.cgi/x%2f..%2f..%2fy", "400"},
    {"/dir%2Fb.cgi", "400"},
    {"/a.cgi%00.txt", "400"},
    {"/a.cgi/%00", "400"},
    {"/a.cgi/%0a", "400"},
    {"/a.cgi/%7f", "400"},
    {"/dir%5Cb.cgi", "400"},
    {"/dir\\b.cgi", "400"},
    {"/a.cgi/\\", "400"},
    {"/a%2", "400"},
    {"/a.cgi/%zz", "400"},
    {"/\xff", "400"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(script_path)

BOOST_DATA_TEST_CASE(a_path_leads_to_the_first_file_on_its_way, cases) {
    BOOST_TEST(found(sample.path) == sample.expected);
}

BOOST_AUTO_TEST_CASE(a_file_that_nobody_may_read_is_found) {
    test::TemporaryDirectory here;
    std::filesystem::permissions(here.write("run", ""), std::filesystem::perms(0111));
    BOOST_TEST(has_file(os::FileTree(here.path()), "run"));
    BOOST_TEST(!has_file(os::FileTree(here.path()), "walk"));
}

BOOST_AUTO_TEST_SUITE_END()
