#include <filesystem>
#include <system_error>

#include "file_name.h"
#include "ordered_files.h"
#include "php_path.h"
#include "served_files.h"
#include "slash_redirect.h"
#include <turngate/cgi/variables.h>
#include <turngate/handlers/script_files.h>
#include <turngate/http/error.h>

namespace turngate {
namespace {

using Links = os::FileTree::Links;

std::string canonical(const std::string& root) {
    std::error_code error;
    std::string path = std::filesystem::canonical(root, error).string();
    if (!error && !std::filesystem::is_directory(path))
        error = std::make_error_code(std::errc::not_a_directory);
    if (error) throw Error("cannot serve the scripts of " + root + ": " + error.message());
    return path;
}

bool is_file_name(const std::string& name) {
    return !name.empty() && name.find_first_of(std::string_view("/\0", 2)) == std::string::npos;
}

PhpRules rules_of(const ScriptFilesOptions& options) {
    for (const std::string& name : options.index)
        if (!is_file_name(name)) throw Error("the index \"" + name + "\" is no file name");
    PhpRules rules{options.index, options.fallback};
    rules.fallback.erase(0, rules.fallback.find_first_not_of('/'));
    return rules;
}

class ScriptFiles final : public Handler {
  public:
    explicit ScriptFiles(ScriptFilesOptions options)
        : options_(std::move(options)),
          rules_(rules_of(options_)),
          root_(canonical(options_.root)),
          files_({.root = root_,
                  .links = options_.follow_links_outside ? Links::anywhere : Links::inside,
                  .cache_control = options_.cache_control,
                  .is_secret = is_source}),
          ordered_(options_.sendfile, options_.accel, options_.accel_prefix) {
        std::string name;
        if (os::real_path(files_.find(".", name).fd).empty())
            throw Error("cannot serve the scripts of " + options_.root +
                        ": where links lead cannot be told without /proc");
        const bool wants_none = rules_.index.empty() && rules_.fallback.empty();
        if (!wants_none && php_path("/", rules_, find_).kind == PhpPath::Kind::absent)
            throw Error("there is nothing in the root " + options_.root +
                        " that answers for it: expected " + answering_names());
    }

    void serve(Request& request, ResponseWriter& response) const override {
        const PhpPath found = php_path(request.url.path, rules_, find_);
        // A mount point that lacks its slash is a directory that does.
        const bool lacks_slash =
            request.url.bare_script_name &&
            (found.kind == PhpPath::Kind::script || found.kind == PhpPath::Kind::file);
        if (lacks_slash || found.kind == PhpPath::Kind::redirect)
            return redirect_to_slash(request, response);
        switch (found.kind) {
            case PhpPath::Kind::script:
                return run(found, request, response);
            case PhpPath::Kind::file:
                return send(found.path, request, response);
            case PhpPath::Kind::malformed:
                throw HttpError(400,
                                "the path of the request names nothing: it has an escape, a "
                                "character or a segment that no name here has");
            default:
                if (request.url.path == "*") return refuse_method(request, response);
                throw HttpError(404, "there is no such file");
        }
    }

    bool may_migrate() const noexcept override { return options_.scripts->may_migrate(); }

  private:
    FoundFile find(const std::string& path) const {
        std::string name;
        const OpenFile file = files_.find(path, name);
        if (!file.fd) return {};
        if (S_ISDIR(file.facts.st_mode)) return {FoundFile::Kind::directory};
        if (!S_ISREG(file.facts.st_mode)) return {};
        return {FoundFile::Kind::file, std::move(name)};
    }

    void run(const PhpPath& script, Request& request, ResponseWriter& response) const {
        request.context.put(
            cgi::Script{script.name, root_ + '/' + script.path, root_, script.path_info});
        if (ordered_.any()) return ordered_.serve(*options_.scripts, request, response);
        options_.scripts->serve(request, response);
    }

    void send(const std::string& path, const Request& request, ResponseWriter& response) const {
        if (!options_.serve_files) throw HttpError(404, "there is no such file");
        if (request.method != "GET" && request.method != "HEAD")
            return refuse_method(request, response);
        std::optional<OpenFile> file = files_.open(path);
        if (!file) throw HttpError(404, "there is no such file");
        files_.send(path, *std::move(file), request, response);
    }

    std::string answering_names() const {
        std::string names;
        bool has_fallback = rules_.fallback.empty();
        for (const std::string& name : rules_.index) {
            names.append(names.empty() ? "" : " or ").append(name);
            has_fallback = has_fallback || name == rules_.fallback;
        }
        if (!has_fallback) names.append(names.empty() ? "" : " or ").append(rules_.fallback);
        return names;
    }

    const ScriptFilesOptions options_;
    const PhpRules rules_;
    const std::string root_;
    const ServedFiles files_;
    const OrderedFiles ordered_;
    const FindFile find_ = [this](const std::string& path) { return find(path); };
};

}  // namespace

HandlerPtr script_files(ScriptFilesOptions options) {
    return std::make_shared<const ScriptFiles>(std::move(options));
}

}  // namespace turngate
