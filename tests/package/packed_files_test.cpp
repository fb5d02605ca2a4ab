#include "package/packed_files.h"

#include <filesystem>
#include <string>
#include <sys/stat.h>

#include <boost/test/unit_test.hpp>

#include "support/temporary_directory.h"
#include <turngate/http/error.h>

using namespace turngate;
using namespace turngate::package;

namespace {

namespace fs = std::filesystem;
constexpr std::uint64_t enough = 1 << 20;

std::string names(const PackedFiles& files) {
    std::string out;
    for (const auto& [name, file] : files.all())
        out += name + (file.executable ? "* " : " ");
    return out;
}

template <class Work>
std::string refusal(Work work) {
    try {
        work();
    } catch (const Error& e) {
        return e.what();
    }
    return "";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(packed_files)

BOOST_AUTO_TEST_CASE(a_folder_is_packed_with_what_is_executable) {
    const test::TemporaryDirectory place;
    place.write("app/run.sh", "#!/bin/sh\n", true);
    place.write("app/b/.hidden", "");
    place.write("app/a.txt", "");
    PackedFiles files;

    files.add_folder("app/", place / "app");

    BOOST_TEST(names(files) == "app/a.txt app/b/.hidden app/run.sh* ");
}

BOOST_AUTO_TEST_CASE(symbolic_links_are_followed) {
    const test::TemporaryDirectory place;
    place.write("outside/file", "x");
    place.write("app/own", "x");
    fs::create_symlink("../outside/file", place / "app/link");
    fs::create_directory_symlink("../outside", place / "app/more");
    PackedFiles files;

    files.add_folder("", place / "app");

    BOOST_TEST(names(files) == "link more/file own ");
}

BOOST_AUTO_TEST_CASE(the_last_archive_is_no_part_of_the_next) {
    const test::TemporaryDirectory place;
    place.write("a", "");
    place.write("out.zip", "");
    PackedFiles files;

    files.add_folder("", place.path(), place / "./out.zip");

    BOOST_TEST(names(files) == "a ");
}

BOOST_AUTO_TEST_CASE(a_link_that_leads_nowhere_is_refused) {
    const test::TemporaryDirectory place;
    fs::create_symlink("gone", place / "link");
    PackedFiles files;

    BOOST_TEST(refusal([&] { files.add_folder("", place.path()); }) ==
               place / "link" +
                   " is a symbolic link that leads nowhere: No such file or directory");
}

BOOST_AUTO_TEST_CASE(a_link_back_to_where_it_is_is_refused) {
    const test::TemporaryDirectory place;
    fs::create_directory(place / "a");
    fs::create_directory_symlink("..", place / "a/up");
    PackedFiles files;

    BOOST_TEST(refusal([&] { files.add_folder("", place.path()); }) ==
               place / "a/up" + " is a symbolic link to a directory that it is in");
}

BOOST_AUTO_TEST_CASE(what_is_no_file_is_refused) {
    const test::TemporaryDirectory place;
    BOOST_REQUIRE(::mkfifo((place / "pipe").c_str(), 0600) == 0);
    PackedFiles files;

    BOOST_TEST(refusal([&] { files.add_folder("", place.path()); }) ==
               place / "pipe" + " is no file: a package has nothing else");
    BOOST_TEST(refusal([&] { files.add_file("x", place / "none"); }) ==
               "cannot read " + (place / "none") + ": No such file or directory");
}

BOOST_AUTO_TEST_CASE(a_name_twice_is_refused_unless_it_is_the_same_file) {
    const test::TemporaryDirectory place;
    PackedFiles files;
    files.add_file("x", place.write("one", ""));
    files.add_file("x", place / "one");

    BOOST_TEST(refusal([&] { files.add_file("x", place.write("two", "")); }) ==
               "the package would have x twice, from " + (place / "one") + " and from " +
                   (place / "two"));
    BOOST_TEST(refusal([&] { files.add_text("x", "", false); }) ==
               "the package would have x twice, from " + (place / "one") + " and from turngate");
}

BOOST_AUTO_TEST_CASE(the_same_files_give_the_same_bytes_whatever_their_times_and_modes) {
    const test::TemporaryDirectory place;
    PackedFiles files;
    files.add_file("b", place.write("b", std::string(100'000, 'b')));
    files.add_text("a", "text", true);
    write_zip(files, place / "one.zip", enough);
    fs::last_write_time(place / "b", fs::file_time_type::min());
    fs::permissions(place / "b", fs::perms::owner_read);

    const PackedSize size = write_zip(files, place / "two.zip", enough);

    BOOST_TEST(place.read("one.zip") == place.read("two.zip"));
    BOOST_TEST(size.packed == place.read("two.zip").size());
    BOOST_TEST(size.unpacked == 100'004);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_packed_leaves_what_is_there) {
    const test::TemporaryDirectory place;
    const std::string path = place.write("out.zip", "before");
    PackedFiles files;
    files.add_text("a", std::string(2 << 20, 'a'), false);

    BOOST_TEST(refusal([&] { write_zip(files, path, enough); }) ==
               "the package has more than 1 MB unpacked, which is the most that Lambda takes");

    BOOST_TEST(place.read("out.zip") == "before");
    BOOST_TEST(std::distance(fs::directory_iterator(place.path()), {}) == 1);
}

BOOST_AUTO_TEST_CASE(a_place_that_is_not_there_is_named) {
    BOOST_TEST(refusal([] { write_zip({}, "/no/such/out.zip", enough); }) ==
               "cannot write /no/such/out.zip: No such file or directory");
}

BOOST_AUTO_TEST_SUITE_END()
