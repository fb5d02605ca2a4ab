// Which changes of files are told.
#include "watch/file_watch.h"

#include <filesystem>
#include <fstream>
#include <poll.h>
#include <string>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include "support/temporary_directory.h"
#include <turngate/http/error.h>

using namespace turngate;
using test::TemporaryDirectory;
using watch::FileWatch;
namespace fs = std::filesystem;

namespace {

using Paths = std::vector<std::string>;

// A directory that the process stands in for as long as it lives.
class Here {
  public:
    explicit Here(const TemporaryDirectory& dir) : before_(fs::current_path()) {
        fs::current_path(dir.path());
    }
    Here(const Here&) = delete;
    Here& operator=(const Here&) = delete;
    ~Here() { fs::current_path(before_); }

  private:
    fs::path before_;
};

bool is_readable(const FileWatch& files) {
    pollfd event{files.fd(), POLLIN, 0};
    return ::poll(&event, 1, 0) == 1;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(file_watch)

BOOST_AUTO_TEST_CASE(a_file_that_is_written_or_put_in_place_has_changed) {
    TemporaryDirectory dir;
    dir.write("h.so", "1");
    dir.write("other.so", "1");
    FileWatch files({dir / "h.so"});
    BOOST_TEST(!is_readable(files));

    dir.write("other.so", "2");
    BOOST_TEST(files.take().empty());
    dir.write("h.so", "2");
    BOOST_TEST(is_readable(files));
    BOOST_TEST(files.take() == Paths{dir / "h.so"}, boost::test_tools::per_element());
    fs::rename(dir / "other.so", dir / "h.so");
    BOOST_TEST(files.take() == Paths{dir / "h.so"}, boost::test_tools::per_element());
    BOOST_TEST(files.take().empty());
}

BOOST_AUTO_TEST_CASE(a_file_that_goes_has_not_until_it_is_there_again) {
    TemporaryDirectory dir;
    dir.write("h.so", "1");
    FileWatch files({dir / "h.so"});
    fs::remove(dir / "h.so");
    BOOST_TEST(files.take().empty());
    std::ofstream half(dir / "h.so");
    half << "2" << std::flush;
    BOOST_TEST(files.take().empty());
    half.close();
    BOOST_TEST(files.take().size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_file_behind_a_link_counts_and_so_does_the_link) {
    TemporaryDirectory dir;
    dir.write("build/h.so", "1");
    dir.write("build/new.so", "1");
    fs::create_symlink("build/h.so", dir / "h.so");
    FileWatch files({dir / "h.so"});
    dir.write("build/h.so", "2");
    BOOST_TEST(files.take().size() == 1u);
    fs::remove(dir / "h.so");
    fs::create_symlink("build/new.so", dir / "h.so");
    BOOST_TEST(files.take() == Paths{dir / "h.so"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_directory_is_all_that_is_in_it_whatever_it_is_called) {
    TemporaryDirectory dir;
    const Here here(dir);
    dir.write("a[b]*{c}/deep/x", "");
    dir.write("plain/y", "");
    dir.write("plainer/z", "");
    FileWatch files({"a[b]*{c}/", "./plain//", "!**/*.log"}), all({"./"});

    dir.write("a[b]*{c}/deep/x", "1");
    dir.write("a[b]*{c}/deep/x.log", "1");
    dir.write("plain/y", "1");
    dir.write("plainer/z", "1");

    BOOST_TEST(files.take() == (Paths{"a[b]*{c}/deep/x", "plain/y"}),
               boost::test_tools::per_element());
    BOOST_TEST(
        all.take() == (Paths{"a[b]*{c}/deep/x", "a[b]*{c}/deep/x.log", "plain/y", "plainer/z"}),
        boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_pattern_selects_in_all_directories_below) {
    TemporaryDirectory dir;
    const Here here(dir);
    dir.write("src/a.cpp", "");
    dir.write("src/deep/er/b.cpp", "");
    dir.write("docs/c.md", "");
    FileWatch files({"src/**", "!**/*.log"});

    dir.write("src/a.cpp", "1");
    dir.write("src/deep/er/b.cpp", "1");
    dir.write("src/deep/x.log", "1");
    dir.write("src/.a.cpp.swp", "1");
    dir.write("src/a.cpp~", "1");
    dir.write("docs/c.md", "1");
    BOOST_TEST(files.take() == (Paths{"src/a.cpp", "src/deep/er/b.cpp"}),
               boost::test_tools::per_element());
    fs::remove(dir / "src/a.cpp");
    BOOST_TEST(files.take() == Paths{"src/a.cpp"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_pattern_may_begin_here) {
    TemporaryDirectory dir;
    const Here here(dir);
    dir.write("sub/x", "");
    FileWatch files({"./**/*.cpp", "*.h"});
    dir.write("a.cpp", "1");
    dir.write("sub/b.cpp", "1");
    dir.write("c.h", "1");
    dir.write("sub/d.h", "1");
    BOOST_TEST(files.take() == (Paths{"a.cpp", "c.h", "sub/b.cpp"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(directories_that_come_later_are_watched_too) {
    TemporaryDirectory dir;
    const Here here(dir);
    dir.write("src/a", "");
    dir.write("elsewhere/b/c", "1");
    FileWatch files({"src/**"});
    fs::rename(dir / "elsewhere", dir / "src/moved");
    BOOST_TEST(files.take() == Paths{"src/moved/b/c"}, boost::test_tools::per_element());
    dir.write("src/moved/b/c", "2");
    BOOST_TEST(files.take() == Paths{"src/moved/b/c"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_directory_that_is_made_again_is_watched_again) {
    TemporaryDirectory dir;
    fs::create_directories(dir / "build/bin");
    dir.write("build/bin/h.so", "1");
    fs::create_directories(dir / "src/sub");
    dir.write("src/sub/a.c", "1");
    FileWatch files({dir / "build/bin/h.so", dir / "src/**"});

    fs::remove_all(dir / "build");
    fs::remove_all(dir / "src");
    files.take();
    fs::create_directories(dir / "src/sub");
    dir.write("src/sub/a.c", "2");
    BOOST_TEST(files.take() == Paths{dir / "src/sub/a.c"}, boost::test_tools::per_element());
    fs::create_directory(dir / "build");
    BOOST_TEST(files.take().empty());
    fs::create_directory(dir / "build/bin");
    dir.write("build/bin/h.so", "2");
    BOOST_TEST(files.take() == Paths{dir / "build/bin/h.so"}, boost::test_tools::per_element());

    dir.write("src/sub/a.c", "3");
    dir.write("build/bin/h.so", "3");
    BOOST_TEST(files.take() == (Paths{dir / "build/bin/h.so", dir / "src/sub/a.c"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_directory_that_another_takes_the_place_of_is_the_other) {
    TemporaryDirectory dir;
    const Here here(dir);
    fs::create_directory("src");
    dir.write("src/a.c", "1");
    FileWatch files({"src/**"});

    fs::rename("src", "old");
    files.take();
    dir.write("old/a.c", "2");
    BOOST_TEST(files.take().empty());
    fs::create_directory("src");
    dir.write("src/b.c", "1");
    BOOST_TEST(files.take() == Paths{"src/b.c"}, boost::test_tools::per_element());
    dir.write("src/b.c", "2");
    BOOST_TEST(files.take() == Paths{"src/b.c"}, boost::test_tools::per_element());
    dir.write("other", "1");
    BOOST_TEST(!is_readable(files));
}

BOOST_AUTO_TEST_CASE(a_directory_that_is_not_there_is_named) {
    TemporaryDirectory dir;
    for (const char* pattern : {"none/h.so", "none/**"})
        BOOST_CHECK_EXCEPTION(FileWatch({dir / pattern}), Error, [&](const Error& e) {
            return std::string(e.what()).find(dir / "none") != std::string::npos;
        });
}

BOOST_AUTO_TEST_CASE(what_is_put_in_place_by_oneself_has_not_changed) {
    const TemporaryDirectory dir;
    const Here here(dir);
    dir.write("a.txt", "old");
    FileWatch files({"**", "a.txt"});
    const auto is_own = [](std::string_view name) { return name == ".a.txt.own"; };
    const auto put = [&](const std::string& from) {
        dir.write(from, "new");
        fs::rename(dir / from, dir / "a.txt");
    };

    put(".a.txt.own");
    BOOST_TEST(files.take(is_own).empty());
    put(".a.txt.other");
    BOOST_TEST(files.take(is_own) == Paths{"a.txt"}, boost::test_tools::per_element());
    // What another one does meanwhile counts, before it and behind it.
    put(".a.txt.own");
    dir.write("a.txt", "by hand");
    BOOST_TEST(files.take(is_own) == Paths{"a.txt"}, boost::test_tools::per_element());
    dir.write("a.txt", "by hand");
    put(".a.txt.own");
    BOOST_TEST(files.take(is_own) == Paths{"a.txt"}, boost::test_tools::per_element());
    put(".a.txt.own");
    BOOST_TEST(files.take() == Paths{"a.txt"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
