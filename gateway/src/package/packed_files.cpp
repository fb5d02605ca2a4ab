#include "package/packed_files.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <sys/stat.h>
#include <system_error>

#include <turngate/http/error.h>

namespace turngate::package {
namespace {

namespace fs = std::filesystem;

std::string why(int error) {
    return std::generic_category().message(error);
}

struct stat status_of(const std::string& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) == 0) return status;
    const int error = errno;
    std::error_code ignored;
    if (fs::is_symlink(path, ignored))
        throw Error(path + " is a symbolic link that leads nowhere: " + why(error));
    throw Error("cannot read " + path + ": " + why(error));
}

// A file or a directory by its device and number: "1.2:".
std::string identity(const struct stat& status) {
    return std::to_string(status.st_dev) + '.' + std::to_string(status.st_ino) + ':';
}

PackedFile file_at(const std::string& source, bool executable) {
    const struct stat status = status_of(source);
    if (!S_ISREG(status.st_mode)) throw Error(source + " is no file: a package has nothing else");
    return {.source = source, .executable = executable || (status.st_mode & S_IXUSR) != 0};
}

}  // namespace

void PackedFiles::add(const std::string& name, PackedFile file) {
    const auto [there, is_new] = files_.emplace(name, file);
    if (is_new || (!file.source.empty() && there->second.source == file.source)) return;
    const std::string& before = there->second.source;
    throw Error("the package would have " + name + " twice, from " +
                (before.empty() ? "turngate" : before) + " and from " +
                (file.source.empty() ? "turngate" : file.source));
}

void PackedFiles::add_file(const std::string& name, const std::string& source) {
    add(name, file_at(source, false));
}

void PackedFiles::add_program(const std::string& name, const std::string& source) {
    add(name, file_at(source, true));
}

void PackedFiles::add_text(const std::string& name, std::string_view text, bool executable) {
    add(name, {.text = std::string(text), .executable = executable});
}

void PackedFiles::add_folder(const std::string& prefix, const std::string& folder,
                             const std::string& archive) {
    struct stat there {};
    const bool is_there = !archive.empty() && ::stat(archive.c_str(), &there) == 0;
    walk(prefix, folder, ":", is_there ? identity(there) : "");
}

// `inside` are the directories that this one is in, as ":1.2:1.3:"; `archive` is such a file.
void PackedFiles::walk(const std::string& prefix, const std::string& folder,
                       const std::string& inside, const std::string& archive) {
    const std::string own = identity(status_of(folder));
    if (inside.find(':' + own) != inside.npos)
        throw Error(folder + " is a symbolic link to a directory that it is in");
    std::error_code error;
    fs::directory_iterator next(folder, error);
    for (const fs::directory_iterator end; !error && next != end; next.increment(error)) {
        const std::string path = next->path().string();
        const std::string name = prefix + next->path().filename().string();
        const struct stat status = status_of(path);
        if (S_ISDIR(status.st_mode))
            walk(name + '/', path, inside + own, archive);
        else if (identity(status) != archive)
            add_file(name, path);
    }
    if (error) throw Error("cannot read " + folder + ": " + error.message());
}

}  // namespace turngate::package
