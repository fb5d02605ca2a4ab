// Paths where some files are PHP scripts: whatever the path and whatever there is, nothing is asked
// for that leads elsewhere, nothing but a script is run and no source is sent.
// covers: handlers/src/handlers/php_path.cpp handlers/src/handlers/file_name.cpp
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>

#include "../../handlers/src/handlers/php_path.h"
#include <turngate/http/encoding.h>

using namespace turngate;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

bool has_segment(std::string_view path, std::string_view which) {
    return ("/" + std::string(path) + "/").find("/" + std::string(which) + "/") !=
           std::string::npos;
}

// Relative, without what a file system would take for another place.
void require_plain(const std::string& path) {
    require(!path.empty() && path.front() != '/' && path.find('\0') == path.npos);
    require(path.find('\\') == path.npos && is_utf8(path));
    for (std::string_view bad : {"", ".", ".."})
        require(!has_segment(path, bad));
}

void check(const PhpPath& found, const std::map<std::string, FoundFile>& files,
           std::string_view path) {
    if (found.kind != PhpPath::Kind::script && found.kind != PhpPath::Kind::file) return;
    require_plain(found.path);
    const auto file = files.find(found.path);
    require(file != files.end() && file->second.kind == FoundFile::Kind::file);
    const std::string& real = file->second.real_name;
    if (found.kind == PhpPath::Kind::file) {
        require(!is_source(found.path.substr(found.path.rfind('/') + 1)) && !is_source(real));
        return;
    }
    require(found.path.ends_with(".php") && real.ends_with(".php"));
    require(found.path_info.empty() || found.path_info.front() == '/');
    require(percent_decode(found.name) == (path == "*" ? "" : '/' + found.path));
    // What is split is the whole path again; otherwise an index or the fallback answers.
    if (!found.path_info.empty()) require(found.name + found.path_info == path);
    const std::string info = percent_decode(found.path_info);
    require(std::none_of(info.begin(), info.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == '\\';
    }));
    require(!has_segment(info, "..") && !has_segment(info, "."));
}

}  // namespace

// The path, and the files below it: a line each, "name", "name/" or "name>where it leads".
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view input(reinterpret_cast<const char*>(data), size);
    const auto line = [&] {
        const std::string_view one = input.substr(0, input.find('\n'));
        input.remove_prefix(std::min(input.size(), one.size() + 1));
        return one;
    };
    const std::string path(line());
    std::map<std::string, FoundFile> files;
    while (!input.empty()) {
        std::string_view name = line();
        if (name.ends_with('/')) {
            name.remove_suffix(1);
            files[std::string(name)] = {FoundFile::Kind::directory};
            continue;
        }
        const auto arrow = std::min(name.find('>'), name.size());
        const std::string_view real = arrow == name.size() ? name : name.substr(arrow + 1);
        files[std::string(name.substr(0, arrow))] = {FoundFile::Kind::file,
                                                     std::string(real.substr(real.rfind('/') + 1))};
    }
    const FindFile find = [&](const std::string& asked) {
        require_plain(asked);
        const auto file = files.find(asked);
        return file == files.end() ? FoundFile{} : file->second;
    };
    for (const char* fallback : {"index.php", ""})
        check(php_path(path, {.fallback = fallback}, find), files, path);
    return 0;
}
