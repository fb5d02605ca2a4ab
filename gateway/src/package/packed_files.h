// The files of a package, by their names in it, before anything is written.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace turngate::package {

// What a name in the package stands for: a file of this machine, or a text.
struct PackedFile {
    std::string source = {};  // a path; empty: `text` it is
    std::string text = {};
    bool executable = false;
};

// Modes become 0755 for what its owner may execute and 0644 for the rest, as Git has them: on
// Lambda it is another user who reads, and the umask of whoever packs is nobody's business.
class PackedFiles {
  public:
    // Throws Error if there is a file of that name, unless it comes from the very same one.
    void add_file(const std::string& name, const std::string& source);
    // As add_file(), and who starts it need not have the right to on this machine.
    void add_program(const std::string& name, const std::string& source);
    void add_text(const std::string& name, std::string_view text, bool executable);

    // All below `folder`, as `prefix`NAME, but for the file `archive`, which the last package may
    // be. Symbolic links are followed, wherever they lead. Throws Error for one that leads nowhere
    // or back to where it is, and for what is neither a file nor a directory.
    void add_folder(const std::string& prefix, const std::string& folder,
                    const std::string& archive = {});

    const std::map<std::string, PackedFile>& all() const noexcept { return files_; }

  private:
    void add(const std::string& name, PackedFile file);
    void walk(const std::string& prefix, const std::string& folder, const std::string& inside,
              const std::string& archive);

    std::map<std::string, PackedFile> files_;
};

struct PackedSize {
    std::uint64_t unpacked = 0;
    std::uint64_t packed = 0;
};

// Writes them as a ZIP archive to `path`, in place of what is there, at once when it is whole. The
// same files give the same bytes, whatever their times and owners. Throws Error, which names the
// file and the rule, for what cannot be read, written or held by an archive and for more than
// `limit` bytes unpacked; then `path` is as it was.
PackedSize write_zip(const PackedFiles& files, const std::string& path, std::uint64_t limit);

}  // namespace turngate::package
