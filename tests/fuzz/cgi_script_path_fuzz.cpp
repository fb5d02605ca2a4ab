// Paths below a directory of CGI programs: whatever the path, what is found is a file of that
// directory that the path names, segment by segment.
// covers: handlers/src/handlers/script_path.cpp handlers/src/handlers/file_name.cpp
// covers: handlers/src/os/file_tree.cpp
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

#include "../../handlers/src/handlers/script_path.h"
#include "support/temporary_directory.h"
#include <turngate/http/encoding.h>
#include <turngate/http/error.h>

using namespace turngate;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

// With short names, so that a fuzzer finds them.
std::string make_site(const test::TemporaryDirectory& directory) {
    for (const char* name :
         {"p/a", "p/b.cgi", "p/d/a", "p/d/e/a", "p/.h", "p/.d/a", "p/a b", "secret"})
        directory.write(name, "#!/bin/sh\n", true);
    std::filesystem::create_symlink("a", directory / "p/l");
    std::filesystem::create_symlink("../secret", directory / "p/o");
    std::filesystem::create_directory_symlink("..", directory / "p/u");
    std::filesystem::create_directory_symlink("d", directory / "p/k");
    return directory / "p";
}

struct Site {
    const test::TemporaryDirectory directory;
    const os::FileTree tree{make_site(directory)};
};

void check(const Site& site, const ScriptPath& found, std::string_view path) {
    require(found.length <= path.size());
    if (found.kind == ScriptPath::Kind::none) return;
    const std::string taken = percent_decode(path.substr(0, found.length));
    require(taken == '/' + found.name || taken == '/' + found.name + '/');
    require(found.name.find('\0') == std::string::npos &&
            found.name.find('\\') == std::string::npos);
    for (std::string_view rest = found.name; !rest.empty();) {
        const std::string_view segment = rest.substr(0, rest.find('/'));
        require(!segment.empty() && segment.front() != '.');
        rest.remove_prefix(std::min(rest.size(), segment.size() + 1));
    }
    const std::filesystem::path place = site.directory / ("p/" + found.name);
    if (found.kind == ScriptPath::Kind::directory) {
        require(std::filesystem::is_directory(place));
    } else {
        require(std::filesystem::is_regular_file(place) && has_file(site.tree, found.name));
        require(found.length == path.size() || path[found.length] == '/');
    }
    const std::string real = std::filesystem::canonical(place);
    const std::string root = std::filesystem::canonical(site.directory / "p");
    require(real == root || real.starts_with(root + '/'));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Site site;
    const std::string_view path(reinterpret_cast<const char*>(data), size);
    try {
        check(site, find_script(site.tree, path), path);
    } catch (const HttpError& e) {
        require(e.status() == 400);
    }
    return 0;
}
