#include "script_path.h"

#include <algorithm>
#include <optional>
#include <sys/stat.h>
#include <system_error>

#include "file_name.h"
#include <turngate/http/encoding.h>
#include <turngate/http/error.h>

namespace turngate {
namespace {

// What no program is given, wherever it stands in the path.
void check(std::string_view path) {
    const std::string plain = percent_decode(path);
    const auto is_foreign = [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == '\\';
    };
    if (!has_only_whole_escapes(path) || std::any_of(plain.begin(), plain.end(), is_foreign))
        throw HttpError(400,
                        "the path has an escape that is none, a control character or a backslash");
    if ((plain + '/').find("/../") != std::string::npos)
        throw HttpError(400, "the path climbs by \"..\"");
}

// Absent if there is no such thing.
std::optional<struct stat> examine(const os::FileTree& tree, const std::string& name) {
    try {
        struct stat facts {};
        bool is_real = false;
        const os::Fd fd = tree.locate(name, &is_real);
        if (!fd || ::fstat(fd.get(), &facts) != 0) return std::nullopt;
        const std::string place = is_real ? name : tree.place_of(fd);
        if (!is_real && (place.empty() || is_hidden_place(place))) return std::nullopt;
        return facts;
    } catch (const std::system_error& e) {
        if (e.code() == std::errc::permission_denied)
            throw HttpError(403, "this directory is not for everybody");
        throw;
    }
}

}  // namespace

ScriptPath find_script(const os::FileTree& tree, std::string_view path) {
    using Kind = ScriptPath::Kind;
    if (!path.starts_with('/')) return {};
    check(path);
    ScriptPath found{Kind::directory, {}, 1};
    while (found.length < path.size()) {
        const auto end = std::min(path.find('/', found.length), path.size());
        const auto segment = file_segment(path.substr(found.length, end - found.length));
        if (!segment) throw HttpError(400, "the path has a segment that is no file name");
        if (segment->empty() || segment->front() == '.') return {};
        if (!found.name.empty()) found.name += '/';
        found.name += *segment;
        const auto facts = examine(tree, found.name);
        if (!facts) return {};
        if (S_ISREG(facts->st_mode)) return {Kind::file, std::move(found.name), end};
        if (!S_ISDIR(facts->st_mode)) return {};
        found.length = std::min(end + 1, path.size());
    }
    return found;
}

bool has_file(const os::FileTree& tree, const std::string& name) {
    const auto facts = examine(tree, name);
    return facts && S_ISREG(facts->st_mode);
}

}  // namespace turngate
