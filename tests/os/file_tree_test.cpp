// Files below a directory, by the kernel and step by step.
#include <array>
#include <filesystem>
#include <ostream>
#include <string>
#include <sys/stat.h>
#include <system_error>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "support/temporary_directory.h"
#include <turngate/os/file_tree.h>

using namespace turngate;
using os::FileTree;
using test::TemporaryDirectory;
namespace data = boost::unit_test::data;
namespace fs = std::filesystem;

namespace turngate::os {
std::ostream& operator<<(std::ostream& out, FileTree::Links links) {
    return out << (links == FileTree::Links::inside ? "inside"
                   : links == FileTree::Links::none ? "none"
                                                    : "anywhere");
}
}  // namespace turngate::os

namespace {

const auto both = data::make({FileTree::Links::inside, FileTree::Links::none});

std::string read(const os::Fd& fd) {
    if (!fd) return "<none>";
    std::array<char, 64> bytes;
    return {bytes.data(), os::read_whole(fd.get(), bytes)};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(file_tree)

BOOST_DATA_TEST_CASE(files_are_found_below_the_directory, both, links) {
    TemporaryDirectory dir;
    dir.write("root/a.txt", "a");
    dir.write("root/b/c.txt", "c");
    const FileTree tree(dir / "root", links);

    BOOST_TEST(read(tree.open("a.txt")) == "a");
    BOOST_TEST(read(tree.open("b/c.txt")) == "c");
    BOOST_TEST(static_cast<bool>(tree.open("b")));
    BOOST_TEST(static_cast<bool>(tree.open("b/")));
}

BOOST_DATA_TEST_CASE(what_is_there_can_be_located_without_reading_it, both, links) {
    TemporaryDirectory dir;
    fs::permissions(dir.write("root/a/run", ""), fs::perms(0111));
    fs::create_symlink("../outside", dir / "root/out");
    dir.write("outside", "");
    const FileTree tree(dir / "root", links);

    BOOST_TEST(static_cast<bool>(tree.locate("a/run")));
    BOOST_TEST(static_cast<bool>(tree.locate("a")));
    for (const char* path : {"none", "a/run/x", "out", "../outside", "/a"})
        BOOST_TEST(!tree.locate(path), path);
}

BOOST_DATA_TEST_CASE(nothing_is_found_elsewhere, both, links) {
    TemporaryDirectory dir;
    dir.write("secret", "s");
    dir.write("root/a.txt", "a");
    fs::create_symlink("../secret", dir / "root/relative");
    fs::create_symlink(dir / "secret", dir / "root/absolute");
    fs::create_directory_symlink("..", dir / "root/up");
    fs::create_symlink("/proc/self/root", dir / "root/magic");
    fs::create_symlink("loop", dir / "root/loop");
    const FileTree tree(dir / "root", links);

    for (const char* path :
         {"../secret", "a.txt/../../secret", "relative", "absolute", "up/secret", "loop", "magic",
          "magic/etc/passwd", "/etc/passwd", "", "a.txt/", "a.txt/b", "none", "..", "b/../a.txt"})
        BOOST_TEST(read(tree.open(path)) == "<none>", path);
    BOOST_TEST(read(tree.open(std::string("a.txt\0b", 7))) == "<none>");
    BOOST_TEST(read(tree.open(std::string(300, 'n'))) == "<none>");
}

BOOST_AUTO_TEST_CASE(links_that_stay_inside_are_followed_by_the_kernel_alone) {
    TemporaryDirectory dir;
    dir.write("root/b/c.txt", "c");
    fs::create_symlink("b/c.txt", dir / "root/link");
    fs::create_directory_symlink("b", dir / "root/d");

    const FileTree following(dir / "root");
    BOOST_TEST(read(following.open("link")) == "c");
    BOOST_TEST(read(following.open("d/c.txt")) == "c");
    const FileTree strict(dir / "root", FileTree::Links::none);
    BOOST_TEST(read(strict.open("link")) == "<none>");
    BOOST_TEST(read(strict.open("d/c.txt")) == "<none>");
}

BOOST_AUTO_TEST_CASE(links_that_lead_anywhere_are_followed_if_asked) {
    TemporaryDirectory dir;
    dir.write("secret", "s");
    dir.write("root/a.txt", "a");
    fs::create_symlink("../secret", dir / "root/relative");
    fs::create_symlink(dir / "secret", dir / "root/absolute");
    const FileTree tree(dir / "root", FileTree::Links::anywhere);

    BOOST_TEST(read(tree.open("relative")) == "s");
    BOOST_TEST(read(tree.open("absolute")) == "s");
    BOOST_TEST(read(tree.open("a.txt")) == "a");
    for (const char* path : {"../secret", "b/../../secret", "..", "/etc/passwd", "none"})
        BOOST_TEST(read(tree.open(path)) == "<none>", path);
}

BOOST_DATA_TEST_CASE(what_may_not_be_read_is_found, both, links) {
    TemporaryDirectory dir;
    dir.write("root/a.txt", "a");
    dir.write("secret", "s");
    fs::create_symlink("../secret", dir / "root/link");
    fs::permissions(dir / "root/a.txt", fs::perms::none);
    const FileTree tree(dir / "root", links);

    BOOST_TEST(os::real_path(tree.locate("a.txt")) == fs::canonical(dir / "root/a.txt").string());
    BOOST_TEST(!tree.locate("link"));
    BOOST_TEST(!tree.locate("none"));
}

BOOST_AUTO_TEST_CASE(a_link_is_known_by_where_it_leads) {
    TemporaryDirectory dir;
    dir.write("root/b/c.txt", "c");
    fs::create_symlink("b/c.txt", dir / "root/link");
    const FileTree tree(dir / "root");

    const os::Fd file = tree.open("link");
    BOOST_TEST(os::real_path(file) == fs::canonical(dir / "root/b/c.txt").string());
    fs::remove(dir / "root/b/c.txt");
    BOOST_TEST(os::real_path(file) == "");
    BOOST_TEST(os::real_path(os::Fd()) == "");
}

BOOST_AUTO_TEST_CASE(who_asks_hears_whether_a_name_is_the_real_one) {
    TemporaryDirectory dir;
    dir.write("root/b/c.txt", "c");
    dir.write("secret", "s");
    fs::create_symlink("c.txt", dir / "root/b/link");
    fs::create_directory_symlink("b", dir / "root/a");
    fs::create_symlink("../secret", dir / "root/out");
    const auto is_real = [&](FileTree::Links links, const char* path) {
        bool is = true;
        const os::Fd fd = FileTree(dir / "root", links).locate(path, &is);
        BOOST_TEST(static_cast<bool>(fd), path);
        return is;
    };
    BOOST_TEST(is_real(FileTree::Links::inside, "b/c.txt"));
    BOOST_TEST(!is_real(FileTree::Links::inside, "b/link"));
    BOOST_TEST(!is_real(FileTree::Links::inside, "a/c.txt"));
    BOOST_TEST(is_real(FileTree::Links::none, "b/c.txt"));
    BOOST_TEST(!is_real(FileTree::Links::anywhere, "out"));
    bool any = true;
    BOOST_TEST(!FileTree(dir / "root").locate("out", &any));
    BOOST_TEST(!any);
    BOOST_TEST(!FileTree(dir / "root").locate("../secret", &any));
}

BOOST_DATA_TEST_CASE(what_nobody_writes_to_does_not_block, both, links) {
    TemporaryDirectory dir;
    BOOST_TEST_REQUIRE(::mkfifo((dir / "fifo").c_str(), 0600) == 0);
    BOOST_TEST(static_cast<bool>(FileTree(dir.path(), links).open("fifo")));
}

BOOST_DATA_TEST_CASE(the_directory_stays_the_one_that_was_opened, both, links) {
    TemporaryDirectory dir;
    dir.write("root/a.txt", "old");
    const FileTree tree(dir / "root", links);
    fs::rename(dir / "root", dir / "moved");
    dir.write("root/a.txt", "new");
    BOOST_TEST(read(tree.open("a.txt")) == "old");
}

BOOST_AUTO_TEST_CASE(where_links_have_led_can_be_told) {
    TemporaryDirectory dir;
    dir.write("root/b/c.txt", "c");
    dir.write("outside", "o");
    fs::create_symlink("b/c.txt", dir / "root/link");
    fs::create_symlink("../outside", dir / "root/out");
    const FileTree inside(dir / "root"), anywhere(dir / "root", FileTree::Links::anywhere);
    bool is_real = false;
    const auto place = [&](const FileTree& tree, const char* path) {
        return tree.place_of(tree.open(path, &is_real));
    };
    for (const FileTree* tree : {&inside, &anywhere}) {
        BOOST_TEST(place(*tree, "b/c.txt") == "b/c.txt");
        BOOST_TEST(is_real);
        BOOST_TEST(place(*tree, "link") == "b/c.txt");
        BOOST_TEST(!is_real);
        BOOST_TEST(place(*tree, ".") == ".");
    }
    BOOST_TEST(place(anywhere, "out") == fs::canonical(dir / "outside").string());
    fs::rename(dir / "root", dir / "moved");
    BOOST_TEST(place(inside, "link") == "b/c.txt");
}

BOOST_AUTO_TEST_CASE(a_directory_that_is_none_is_named) {
    TemporaryDirectory dir;
    dir.write("file", "");
    BOOST_CHECK_EXCEPTION(FileTree(dir / "file"), std::system_error, [&](const auto& e) {
        return std::string(e.what()).find(dir / "file") != std::string::npos;
    });
    BOOST_CHECK_THROW(FileTree(dir / "none"), std::system_error);
}

BOOST_AUTO_TEST_SUITE_END()
