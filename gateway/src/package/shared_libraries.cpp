#include "package/shared_libraries.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <optional>
#include <sys/stat.h>
#include <system_error>
#include <utility>

#include "package/lambda_image.h"
#include <turngate/http/field_list.h>
#include <turngate/os/fd.h>

namespace turngate::package {
namespace {

namespace fs = std::filesystem;

os::Fd opened(const std::string& path) {
    os::Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) throw Error("cannot read " + path + ": " + std::generic_category().message(errno));
    return file;
}

std::string contents(const std::string& path) {
    const os::Fd file = opened(path);
    struct stat facts {};
    if (::fstat(file.get(), &facts) != 0 || !S_ISREG(facts.st_mode))
        throw Error(path + " is no file");
    // More than a package has room for is no program of Lambda's.
    if (static_cast<std::uint64_t>(facts.st_size) > unpacked_limit)
        throw Error(path + " alone has more than the 250 MB that Lambda takes");
    std::string bytes(static_cast<std::size_t>(facts.st_size), '\0');
    bytes.resize(os::read_whole(file.get(), bytes));
    return bytes;
}

// "$ORIGIN" is where the file is (ld.so(8)).
std::string expanded(std::string directory, const std::string& file) {
    for (const std::string_view word : {"${ORIGIN}", "$ORIGIN"})
        if (const auto at = directory.find(word); at != directory.npos)
            directory.replace(at, word.size(), fs::path(file).parent_path().string());
    return directory;
}

// Those of /etc/ld.so.conf.d, whose files say one a line, and those the loader knows by itself.
std::vector<std::string> system_directories(std::string_view machine) {
    std::vector<std::string> out;
    if (const char* path = std::getenv("LD_LIBRARY_PATH")) {
        for (std::string_view rest = path; !rest.empty();) {
            const std::string_view one = rest.substr(0, rest.find(':'));
            rest.remove_prefix(std::min(rest.size(), one.size() + 1));
            if (!one.empty()) out.emplace_back(one);
        }
    }
    std::error_code error;
    for (const auto& file : fs::directory_iterator("/etc/ld.so.conf.d", error)) {
        const os::Fd list(::open(file.path().c_str(), O_RDONLY | O_CLOEXEC));
        std::string text(64 * 1024, '\0');
        text.resize(list ? os::read_whole(list.get(), text) : 0);
        for (std::string_view rest = text; !rest.empty();)
            if (const auto line = take_element(rest, '\n'); line.starts_with('/'))
                out.emplace_back(line);
    }
    const std::string triplet =
        machine == "arm64" ? "aarch64-linux-gnu" : std::string(machine) + "-linux-gnu";
    for (const std::string& directory :
         {"/lib/" + triplet, "/usr/lib/" + triplet, "/usr/" + triplet + "/lib",
          std::string("/lib64"), std::string("/usr/lib64"), std::string("/lib"),
          std::string("/usr/lib")})
        out.push_back(directory);
    return out;
}

class Search {
  public:
    explicit Search(bool libc) : libc_(libc) {}

    Libraries run(const std::vector<std::string>& files) {
        for (const std::string& path : files)
            look_at(path, read_elf_file(path));
        while (!waiting_.empty()) {
            const auto [path, file] = std::move(waiting_.back());
            waiting_.pop_back();
            for (const std::string& name : file.needed)
                if ((libc_ || !image_has(name)) && !found_.paths.contains(name))
                    take(name, path, file);
        }
        return std::move(found_);
    }

  private:
    void look_at(const std::string& path, ElfFile file) {
        if (machine_.empty()) machine_ = file.machine;
        if (file.machine != machine_)
            throw Error(path + " is for " + file.machine + ", and the rest of the package for " +
                        machine_);
        if (found_.loader.empty()) found_.loader = file.interpreter;
        for (const NeededVersion& version : file.versions)
            if (!image_has(version)) found_.missing.push_back({path, version});
        waiting_.emplace_back(path, std::move(file));
    }

    void take(const std::string& name, const std::string& needing, const ElfFile& needed_by) {
        std::vector<std::string> directories;
        for (const std::string& directory : needed_by.search)
            directories.push_back(expanded(directory, needing));
        const auto system = system_directories(machine_);
        directories.insert(directories.end(), system.begin(), system.end());
        for (const std::string& directory : directories) {
            const std::string path = directory + '/' + name;
            if (!fs::is_regular_file(path)) continue;
            ElfFile file = look_into(path);
            if (file.machine != machine_) continue;  // as the loader does: the next may fit
            found_.paths.emplace(name, path);
            look_at(path, std::move(file));
            return;
        }
        throw Error(name + ", which " + needing + " needs, is not on this machine for " + machine_);
    }

    bool libc_;
    std::string machine_;
    Libraries found_;
    std::vector<std::pair<std::string, ElfFile>> waiting_;
};

}  // namespace

ElfFile read_elf_file(const std::string& path) {
    try {
        return read_elf(contents(path));
    } catch (const ElfError& e) {
        throw Error(path + " cannot be packed: " + e.what());
    }
}

ElfFile look_into(const std::string& path) {
    char first[4];
    const std::size_t n = os::read_whole(opened(path).get(), first);
    if (!is_elf({first, n})) return {};
    try {
        return read_elf(contents(path));
    } catch (const ElfError&) {  // an object file, one for 32 bits
        return {};
    }
}

Libraries libraries_of(const std::vector<std::string>& files, bool libc) {
    return Search(libc).run(files);
}

}  // namespace turngate::package
