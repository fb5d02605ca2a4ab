// ELF files: none crashes the reader, or makes it read for long or keep much more than it has.
// covers: gateway/src/package/elf_file.cpp
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "package/elf_file.h"

using namespace turngate::package;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    try {
        const ElfFile file = read_elf(bytes);
        if (file.machine.empty() || !is_elf(bytes)) std::abort();
        if (!file.is_dynamic && !(file.needed.empty() && file.versions.empty())) std::abort();
    } catch (const ElfError&) {
    }
    return 0;
}
