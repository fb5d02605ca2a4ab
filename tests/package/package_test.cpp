#include "package/package.h"

#include <string>

#include <boost/test/unit_test.hpp>

#include "support/temporary_directory.h"

using namespace turngate;
using namespace turngate::package;

namespace {

const std::string needs_new_glibc = TURNGATE_SOURCE_DIR "/tests/fuzz/corpus/elf_file/program";
const std::string static_program = TURNGATE_SOURCE_DIR "/tests/fuzz/corpus/elf_file/static";

std::string names(const Package& package) {
    std::string out;
    for (const auto& [name, file] : package.files.all())
        out += name + (file.executable ? "* " : " ");
    return out;
}

template <class Work>
std::string refusal(Work work) {
    try {
        work();
    } catch (const PackageError& e) {
        return std::string(e.what()) + " | " + e.hint();
    }
    return "";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(package)

BOOST_AUTO_TEST_CASE(a_static_program_is_the_bootstrap) {
    const Package package = pack_program(static_program, {});

    BOOST_TEST(names(package) == "bootstrap* ");
    BOOST_TEST(package.machine == "x86_64");
    BOOST_TEST(package.files.all().at("bootstrap").source == static_program);
}

BOOST_AUTO_TEST_CASE(a_program_of_a_newer_glibc_is_refused_with_symbol_version_and_fix) {
    BOOST_TEST(refusal([] { pack_program(needs_new_glibc, {}); }) ==
               needs_new_glibc +
                   " needs arc4random of GLIBC_2.36 in libc.so.6, which provided.al2023 has not: "
                   "it has glibc 2.34 and GCC 11's libraries | link it statically (cmake --preset "
                   "static), or --libc takes this machine's C library along");
}

BOOST_AUTO_TEST_CASE(a_program_of_a_machine_that_lambda_has_not_is_refused) {
    const test::TemporaryDirectory place;
    std::filesystem::copy_file(static_program, place / "other");
    std::string bytes = place.read("other");
    bytes[18] = static_cast<char>(243);  // e_machine: EM_RISCV

    BOOST_TEST(refusal([&] { pack_program(place.write("riscv", bytes), {}); }) ==
               place / "riscv" +
                   " is for machine 243, which Lambda has not | Lambda runs x86_64 and arm64");
}

BOOST_AUTO_TEST_CASE(a_target_has_its_application_turngate_and_a_script) {
    const test::TemporaryDirectory place;
    place.write("app/server", "#!/bin/sh\n", true);
    place.write("app/data/x", "");

    const Package package = pack_target("http:spawn:exec './server' it's",
                                        {.turngate = static_program, .folder = place / "app"});

    BOOST_TEST(names(package) == "app/data/x app/server* bootstrap* turngate/turngate* ");
    const std::string& script = package.files.all().at("bootstrap").text;
    BOOST_TEST(script.ends_with("run 'http:spawn:exec '\\''./server'\\'' it'\\''s'\n"));
}

BOOST_AUTO_TEST_CASE(a_program_of_an_application_must_fit_the_image) {
    const test::TemporaryDirectory place;
    std::filesystem::create_directory(place / "app");
    std::filesystem::copy_file(needs_new_glibc, place / "app/server");
    const PackageOptions options{.turngate = static_program, .folder = place / "app"};

    BOOST_TEST(refusal([&] {
                   pack_target("http:spawn:./server", options);
               }).find("arc4random of GLIBC_2.36") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_file_that_the_package_has_no_place_for_is_refused) {
    const test::TemporaryDirectory place;
    const std::string program = place.write("prog", "#!/bin/sh\n", true);

    const std::string said =
        refusal([&] { pack_target("cgi:" + program, {.turngate = static_program}); });

    BOOST_TEST(said.starts_with(program + " is not below this directory"));
    BOOST_TEST(said.find("-C DIR") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_folder_without_scripts_is_refused) {
    const test::TemporaryDirectory place;

    BOOST_TEST(refusal([&] {
                   pack_php({.turngate = static_program, .folder = place.path()});
               }).starts_with(place.path() + " has neither public/index.php nor index.php"));
}

BOOST_AUTO_TEST_CASE(a_layer_has_no_application) {
    const Package package = pack_layer({.turngate = static_program});

    BOOST_TEST(names(package) == "bootstrap* turngate/turngate* ");
}

BOOST_AUTO_TEST_SUITE_END()
