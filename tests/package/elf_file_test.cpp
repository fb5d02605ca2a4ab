#include "package/elf_file.h"

#include <algorithm>
#include <cstring>
#include <elf.h>
#include <fstream>
#include <sstream>
#include <string>

#include <boost/test/unit_test.hpp>

using namespace turngate::package;

namespace {

// A program of two segments that needs libc.so.6, made by the linker.
std::string program() {
    std::ostringstream out;
    out << std::ifstream(TURNGATE_SOURCE_DIR "/tests/fuzz/corpus/elf_file/program",
                         std::ios::binary)
               .rdbuf();
    return out.str();
}

std::string refusal(const std::string& bytes) {
    try {
        read_elf(bytes);
    } catch (const ElfError& e) {
        return e.what();
    }
    return "";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(elf_file)

BOOST_AUTO_TEST_CASE(a_program_names_its_machine_loader_and_libraries) {
    const ElfFile file = read_elf(program());

    BOOST_TEST(file.machine == "x86_64");
    BOOST_TEST(file.interpreter == "/lib64/ld-linux-x86-64.so.2");
    BOOST_TEST(file.is_dynamic);
    BOOST_TEST(file.needed == std::vector<std::string>{"libc.so.6"},
               boost::test_tools::per_element());
    BOOST_TEST(file.search == (std::vector<std::string>{"$ORIGIN/lib", "/opt/lib"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_needed_version_has_the_symbol_that_needs_it) {
    const ElfFile file = read_elf(program());

    const NeededVersion arc4random{"libc.so.6", "GLIBC_2.36", "arc4random"};
    BOOST_TEST(std::count(file.versions.begin(), file.versions.end(), arc4random) == 1);
}

BOOST_AUTO_TEST_CASE(without_sections_a_version_has_no_symbol) {
    std::string bytes = program();
    std::fill_n(bytes.begin() + offsetof(Elf64_Ehdr, e_shnum), 2, '\0');

    const ElfFile file = read_elf(bytes);

    BOOST_TEST(file.versions.size() == 2);
    BOOST_TEST(file.versions[0].symbol == "");
}

BOOST_AUTO_TEST_CASE(what_is_no_such_file_is_refused) {
    BOOST_TEST(refusal("") == "it is no ELF file");
    BOOST_TEST(refusal("#!/bin/sh\n") == "it is no ELF file");
    BOOST_TEST(refusal("\x7f"
                       "ELF") == "it is not 64-bit and little-endian, as Lambda's machines are");
    std::string bits32 = program();
    bits32[EI_CLASS] = ELFCLASS32;
    BOOST_TEST(refusal(bits32) == "it is not 64-bit and little-endian, as Lambda's machines are");
    std::string object = program();
    object[offsetof(Elf64_Ehdr, e_type)] = ET_REL;
    BOOST_TEST(refusal(object) == "it is neither a program nor a shared library");
}

BOOST_AUTO_TEST_CASE(a_file_of_another_machine_says_which) {
    std::string bytes = program();
    bytes[offsetof(Elf64_Ehdr, e_machine)] = static_cast<char>(EM_AARCH64);
    BOOST_TEST(read_elf(bytes).machine == "arm64");
    bytes[offsetof(Elf64_Ehdr, e_machine)] = static_cast<char>(EM_RISCV);
    BOOST_TEST(read_elf(bytes).machine == "machine 243");
}

// A download that broke off: what is missing is told, and nothing is read beyond the end.
BOOST_AUTO_TEST_CASE(a_file_cut_anywhere_is_refused_or_read) {
    const std::string whole = program();
    std::size_t refused = 0;
    for (std::size_t length = 0; length < whole.size(); ++length)
        refused += refusal(whole.substr(0, length)).empty() ? 0 : 1;
    BOOST_TEST(refused > sizeof(Elf64_Ehdr));
}

BOOST_AUTO_TEST_SUITE_END()
