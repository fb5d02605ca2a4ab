#include "package/elf_file.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <elf.h>
#include <map>

namespace turngate::package {
namespace {

// Programs and libraries have some dozens of each.
constexpr std::size_t most_versions = 4096;
constexpr std::size_t most_needed = 1024;
constexpr std::size_t longest_name = 16 * 1024;  // templates' symbols may be that long

class Reader {
  public:
    explicit Reader(std::string_view bytes) : bytes_(bytes) {}

    ElfFile run() {
        read_header();
        read_segments();
        read_dynamic();
        read_versions();
        name_symbols();
        return std::move(file_);
    }

  private:
    template <class T>
    T at(std::uint64_t offset, const char* what) const {
        if (offset > bytes_.size() || bytes_.size() - offset < sizeof(T))
            throw ElfError(std::string(what) + " is beyond its end");
        T value;
        std::memcpy(&value, bytes_.data() + offset, sizeof value);
        return value;
    }

    // Text of a string table that begins at `table`; a longer one is cut.
    std::string text(std::uint64_t table, std::uint64_t index, const char* what) const {
        if (table > bytes_.size() || index > bytes_.size() - table)
            throw ElfError(std::string(what) + " is beyond its end");
        const std::string_view rest = bytes_.substr(table + index, longest_name);
        const std::size_t end = rest.find('\0');
        if (end == rest.npos && rest.size() < longest_name)
            throw ElfError(std::string(what) + " does not end");
        return std::string(rest.substr(0, end));
    }

    // Where in the file an address of the running program is.
    std::uint64_t offset_of(std::uint64_t address, const char* what) const {
        for (const Elf64_Phdr& segment : segments_)
            if (segment.p_type == PT_LOAD && address >= segment.p_vaddr &&
                address - segment.p_vaddr < segment.p_filesz)
                return segment.p_offset + (address - segment.p_vaddr);
        throw ElfError(std::string(what) + " is in none of its segments");
    }

    void read_header() {
        if (!is_elf(bytes_)) throw ElfError("it is no ELF file");
        if (bytes_.size() < EI_NIDENT || bytes_[EI_CLASS] != ELFCLASS64 ||
            bytes_[EI_DATA] != ELFDATA2LSB)
            throw ElfError("it is not 64-bit and little-endian, as Lambda's machines are");
        header_ = at<Elf64_Ehdr>(0, "its header");
        if (header_.e_type != ET_EXEC && header_.e_type != ET_DYN)
            throw ElfError("it is neither a program nor a shared library");
        if (header_.e_phnum > 0 && header_.e_phentsize != sizeof(Elf64_Phdr))
            throw ElfError("its segments are not of the size that they have");
        file_.machine = header_.e_machine == EM_X86_64 ? "x86_64"
                        : header_.e_machine == EM_AARCH64
                            ? "arm64"
                            : "machine " + std::to_string(header_.e_machine);
    }

    void read_segments() {
        for (std::uint64_t i = 0; i < header_.e_phnum; ++i) {
            const std::uint64_t place = header_.e_phoff + i * sizeof(Elf64_Phdr);
            segments_.push_back(at<Elf64_Phdr>(place, "the table of its segments"));
            if (segments_.back().p_type == PT_INTERP)
                file_.interpreter = text(segments_.back().p_offset, 0, "the name of its loader");
        }
    }

    void read_dynamic() {
        const auto segment = std::find_if(segments_.begin(), segments_.end(),
                                          [](const auto& one) { return one.p_type == PT_DYNAMIC; });
        if (segment == segments_.end()) return;
        file_.is_dynamic = true;
        std::vector<Elf64_Dyn> entries;
        for (std::uint64_t place = segment->p_offset; place - segment->p_offset < segment->p_filesz;
             place += sizeof(Elf64_Dyn)) {
            entries.push_back(at<Elf64_Dyn>(place, "its dynamic section"));
            if (entries.back().d_tag == DT_NULL) break;
        }
        for (const Elf64_Dyn& entry : entries)
            if (entry.d_tag == DT_STRTAB)
                strings_ = offset_of(entry.d_un.d_ptr, "its table of strings");
        for (const Elf64_Dyn& entry : entries) {
            if (file_.needed.size() == most_needed)
                throw ElfError("it needs more than 1023 libraries");
            if (entry.d_tag == DT_NEEDED)
                file_.needed.push_back(text(strings_, entry.d_un.d_val, "the name of a library"));
            else if (entry.d_tag == DT_RUNPATH || entry.d_tag == DT_RPATH)
                split(text(strings_, entry.d_un.d_val, "its search path"));
            else if (entry.d_tag == DT_VERNEED)
                versions_ = offset_of(entry.d_un.d_ptr, "its table of versions");
        }
    }

    void split(std::string_view path) {
        while (!path.empty()) {
            const std::string_view one = path.substr(0, path.find(':'));
            path.remove_prefix(std::min(path.size(), one.size() + 1));
            if (!one.empty()) file_.search.emplace_back(one);
        }
    }

    void read_versions() {
        if (versions_ == 0) return;
        for (std::uint64_t place = versions_;;) {
            const auto need = at<Elf64_Verneed>(place, "its table of versions");
            const std::string library = text(strings_, need.vn_file, "the name of a library");
            std::uint64_t version = place + need.vn_aux;
            for (unsigned i = 0; i < need.vn_cnt; ++i) {
                const auto one = at<Elf64_Vernaux>(version, "its table of versions");
                if (file_.versions.size() == most_versions)
                    throw ElfError("it needs more versions than there can be");
                indices_.emplace(one.vna_other, file_.versions.size());
                file_.versions.push_back(
                    {library, text(strings_, one.vna_name, "the name of a version")});
                version += one.vna_next;
            }
            if (need.vn_next == 0) return;
            // A table without versions, or one that names itself, is not read for ever.
            if (need.vn_cnt == 0) throw ElfError("its table of versions has an empty entry");
            place += need.vn_next;
        }
    }

    // Sections are not what a program is loaded by; where they have been removed, symbols have no
    // names.
    void name_symbols() {
        Elf64_Shdr symbols{}, of_symbols{};
        for (std::uint64_t i = 0; i < header_.e_shnum; ++i) {
            const auto section = at<Elf64_Shdr>(header_.e_shoff + i * sizeof(Elf64_Shdr),
                                                "the table of its sections");
            if (section.sh_type == SHT_DYNSYM) symbols = section;
            if (section.sh_type == SHT_GNU_versym) of_symbols = section;
        }
        const std::uint64_t many = std::min<std::uint64_t>(symbols.sh_size / sizeof(Elf64_Sym),
                                                           of_symbols.sh_size / sizeof(Elf64_Half));
        for (std::uint64_t i = 0; i < many; ++i) {
            const auto version = at<Elf64_Half>(of_symbols.sh_offset + i * sizeof(Elf64_Half),
                                                "the versions of its symbols");
            const auto found = indices_.find(version & 0x7fff);
            if (found == indices_.end() || !file_.versions[found->second].symbol.empty()) continue;
            const auto symbol = at<Elf64_Sym>(symbols.sh_offset + i * sizeof(Elf64_Sym),
                                              "the table of its symbols");
            file_.versions[found->second].symbol =
                text(strings_, symbol.st_name, "the name of a symbol");
        }
    }

    std::string_view bytes_;
    ElfFile file_;
    Elf64_Ehdr header_{};
    std::vector<Elf64_Phdr> segments_;
    std::uint64_t strings_ = 0;
    std::uint64_t versions_ = 0;
    std::map<unsigned, std::size_t> indices_;  // of file_.versions, by what symbols call them
};

}  // namespace

bool is_elf(std::string_view bytes) noexcept {
    return bytes.starts_with(ELFMAG);
}

ElfFile read_elf(std::string_view bytes) {
    return Reader(bytes).run();
}

}  // namespace turngate::package
