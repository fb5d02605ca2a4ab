// What an ELF file says about where it runs (the System V ABI; the Linux Standard Base for symbol
// versions).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <turngate/http/error.h>

namespace turngate::package {

class ElfError : public Error {
  public:
    using Error::Error;
};

// A version of another library's symbols that a file needs: "GLIBC_2.34" of "libc.so.6".
struct NeededVersion {
    std::string soname;
    std::string version;
    std::string symbol = {};  // one that needs it; empty: the file has no table of them

    bool operator==(const NeededVersion&) const = default;
};

struct ElfFile {
    std::string machine = {};      // as Lambda says: "x86_64", "arm64"; else "machine 40"
    std::string interpreter = {};  // its loader; empty: static, or a library
    bool is_dynamic = false;
    std::vector<std::string> needed = {};  // names of shared libraries
    std::vector<std::string> search = {};  // directories that it has them looked for in
    std::vector<NeededVersion> versions = {};
};

// By the first four bytes.
bool is_elf(std::string_view bytes) noexcept;

// Reads all tables within `bytes`, a whole file. Throws ElfError, which says what of it is wrong,
// for any that is no 64-bit little-endian ELF file or points beyond its end; never crashes.
ElfFile read_elf(std::string_view bytes);

}  // namespace turngate::package
