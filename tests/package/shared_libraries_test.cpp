#include "package/shared_libraries.h"

#include <algorithm>

#include <boost/test/unit_test.hpp>

#include "support/temporary_directory.h"

using namespace turngate;
using namespace turngate::package;

namespace {

// An ELF file that needs libc.so.6 with its run path, see elf_file_test.
const std::string seed = TURNGATE_SOURCE_DIR "/tests/fuzz/corpus/elf_file/program";

}  // namespace

BOOST_AUTO_TEST_SUITE(shared_libraries)

BOOST_AUTO_TEST_CASE(what_the_image_has_is_left_out) {
    const Libraries libraries = libraries_of({seed}, false);

    BOOST_TEST(libraries.paths.empty());
    BOOST_TEST(libraries.loader == "/lib64/ld-linux-x86-64.so.2");
}

BOOST_AUTO_TEST_CASE(what_the_image_has_not_is_told_with_who_needs_it) {
    const Libraries libraries = libraries_of({seed}, false);

    BOOST_REQUIRE(libraries.missing.size() == 1);
    BOOST_TEST(libraries.missing[0].file == seed);
    BOOST_TEST(libraries.missing[0].version.version == "GLIBC_2.36");
}

BOOST_AUTO_TEST_CASE(the_run_path_is_searched_first_from_where_the_program_is) {
    const test::TemporaryDirectory place;
    std::filesystem::copy_file(seed, place / "program");
    std::filesystem::create_directory(place / "lib");
    std::filesystem::copy_file(seed, place / "lib/libc.so.6");

    const Libraries libraries = libraries_of({place / "program"}, true);

    BOOST_TEST(libraries.paths.at("libc.so.6") == place / "lib/libc.so.6");
}

BOOST_AUTO_TEST_CASE(what_is_no_library_is_passed_over_as_the_loader_does) {
    const test::TemporaryDirectory place;
    std::filesystem::copy_file(seed, place / "program");
    place.write("lib/libc.so.6", "INPUT(-lc)\n");

    const Libraries libraries = libraries_of({place / "program"}, true);

    BOOST_TEST(libraries.paths.at("libc.so.6") != place / "lib/libc.so.6");
}

BOOST_AUTO_TEST_CASE(files_of_two_machines_are_refused) {
    const test::TemporaryDirectory place;
    std::filesystem::copy_file(seed, place / "x86_64");
    std::string bytes = place.read("x86_64");
    bytes[18] = static_cast<char>(183);  // e_machine: EM_AARCH64
    place.write("arm64", bytes);

    BOOST_CHECK_THROW(libraries_of({place / "x86_64", place / "arm64"}, false), Error);
}

BOOST_AUTO_TEST_CASE(a_text_is_no_elf_file) {
    const test::TemporaryDirectory place;
    const std::string path = place.write("script", "#!/bin/sh\n");

    BOOST_TEST(look_into(path).machine == "");
    BOOST_CHECK_THROW(read_elf_file(path), Error);
    BOOST_CHECK_THROW(read_elf_file(place / "none"), Error);
}

BOOST_AUTO_TEST_SUITE_END()
