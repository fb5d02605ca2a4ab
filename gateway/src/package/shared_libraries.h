// The shared libraries of this machine that programs are loaded with.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "package/elf_file.h"

namespace turngate::package {

// A program or a library, read. Throws Error that names `path` if it cannot be read or is none.
ElfFile read_elf_file(const std::string& path);

// As read_elf_file(), but a file that is none is as good as empty: `machine` is.
ElfFile look_into(const std::string& path);

// Those of a program.
struct Libraries {
    std::map<std::string, std::string> paths = {};  // by the names that they are asked for
    std::string loader = {};  // where its program has it; empty if it needs none

    // What of them and their program the image of Lambda has not; empty: nothing.
    struct Missing {
        std::string file;  // who needs it
        NeededVersion version;
    };
    std::vector<Missing> missing = {};
};

// All that `files` need and what that needs, by their run paths, LD_LIBRARY_PATH and the system's
// directories: what the loader would take, except that nothing is run and that they may be for
// another machine. With `libc` also what the image has, and the loader. Throws Error for one that
// is not there and for files of different machines.
Libraries libraries_of(const std::vector<std::string>& files, bool libc);

}  // namespace turngate::package
