#include "php_path.h"

#include <algorithm>
#include <optional>

#include "file_name.h"
#include <turngate/http/encoding.h>

namespace turngate {
namespace {

using Kind = PhpPath::Kind;

constexpr std::string_view suffix = ".php";

bool is_script(std::string_view name) {
    return name.size() > suffix.size() && name.ends_with(suffix);
}

bool has_dot_segment(std::string_view path) {
    while (!path.empty()) {
        const std::string_view segment = path.substr(0, path.find('/'));
        if (segment == "." || segment == "..") return true;
        path.remove_prefix(std::min(path.size(), segment.size() + 1));
    }
    return false;
}

// True if what follows ".php" in a name ends the extension, perhaps behind a version: ".php5~".
bool ends_extension(std::string_view rest) {
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz", digits = "0123456789";
    if (rest.starts_with('s') || rest.starts_with('t')) rest.remove_prefix(1);
    rest.remove_prefix(std::min(rest.find_first_not_of(digits), rest.size()));
    return rest.empty() || letters.find(rest.front()) == letters.npos;
}

// One call of php_path().
class Resolution {
  public:
    Resolution(std::string_view path, const PhpRules& rules, const FindFile& find)
        : path_(path), rules_(rules), find_(find) {}

    PhpPath run() const {
        if (path_ == "*") return for_all();
        const std::optional<std::string> decoded = decoded_path(path_);
        if (!path_.starts_with('/') || !decoded || has_dot_segment(*decoded)) return {};
        if (std::optional<PhpPath> script = split()) return *std::move(script);
        if (path_.find("//") != path_.npos) return {};
        const FileName whole = file_name(path_);
        switch (whole.kind) {
            case FileName::Kind::hidden:
                return {Kind::hidden};
            case FileName::Kind::malformed:  // an encoded slash, or what is not UTF-8
                return fallback();
            case FileName::Kind::directory:
                return directory(whole.path);
            case FileName::Kind::file:
                break;
        }
        const FoundFile found = find_(whole.path);
        switch (found.kind) {
            case FoundFile::Kind::file:
                return answer(found, whole.path, path_).value_or(PhpPath{Kind::absent});
            case FoundFile::Kind::directory:
                return index(whole.path) ? PhpPath{Kind::redirect} : fallback();
            case FoundFile::Kind::none:
                break;
        }
        return fallback();
    }

  private:
    // What OPTIONS asks of the server as a whole, under no name (RFC 9110 section 9.3.7).
    PhpPath for_all() const {
        PhpPath found = fallback();
        found.name.clear();
        return found;
    }

    // Where the first script ends, which may have more behind it.
    std::optional<PhpPath> split() const {
        for (std::size_t at = 1; at < path_.size();) {
            const auto end = std::min(path_.find('/', at), path_.size());
            if (is_script(percent_decode(path_.substr(at, end - at)))) {
                const std::string_view left = path_.substr(0, end);
                const FileName name = file_name(left);
                if (name.kind != FileName::Kind::file) return std::nullopt;
                const FoundFile found = find_(name.path);
                if (found.kind == FoundFile::Kind::none) return std::nullopt;
                if (found.kind == FoundFile::Kind::file)
                    return is_script(found.real_name)
                               ? PhpPath{Kind::script, name.path, std::string(left),
                                         std::string(path_.substr(end))}
                               : PhpPath{Kind::absent};
            }
            at = end + 1;
        }
        return std::nullopt;
    }

    // What was found at `path`, which `url` leads to; absent if it is nothing that may answer.
    static std::optional<PhpPath> answer(const FoundFile& found, const std::string& path,
                                         std::string_view url) {
        if (found.kind != FoundFile::Kind::file) return std::nullopt;
        if (is_script(last_segment(path)) && is_script(found.real_name))
            return PhpPath{Kind::script, path, std::string(url)};
        if (is_source(last_segment(path)) || is_source(found.real_name)) return std::nullopt;
        return PhpPath{Kind::file, path};
    }

    std::optional<PhpPath> index(const std::string& directory) const {
        for (const std::string& name : rules_.index) {
            const std::string path = directory.empty() ? name : directory + '/' + name;
            std::string url(path_);
            if (!url.ends_with('/')) url += '/';
            if (auto file = answer(find_(path), path, url + percent_encode(name))) return file;
        }
        return std::nullopt;
    }

    PhpPath directory(const std::string& path) const {
        std::optional<PhpPath> found = index(path);
        return found ? *std::move(found) : fallback();
    }

    PhpPath fallback() const {
        std::optional<PhpPath> found;
        if (!rules_.fallback.empty())
            found = answer(find_(rules_.fallback), rules_.fallback,
                           '/' + percent_encode(rules_.fallback));
        return found ? *std::move(found) : PhpPath{Kind::absent};
    }

    const std::string_view path_;
    const PhpRules& rules_;
    const FindFile& find_;
};

}  // namespace

PhpPath php_path(std::string_view path, const PhpRules& rules, const FindFile& find) {
    return Resolution(path, rules, find).run();
}

bool is_source(std::string_view name) {
    std::string lower(name);
    for (char& c : lower)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
    const std::size_t last_dot = lower.rfind('.');
    for (std::string_view mark : {".php", ".phtml", ".phar"})
        for (std::size_t at = 0; (at = lower.find(mark, at)) != lower.npos; at += mark.size())
            if (at == last_dot || ends_extension(std::string_view(lower).substr(at + mark.size())))
                return true;
    return false;
}

}  // namespace turngate
