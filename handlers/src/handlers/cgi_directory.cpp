// A directory of programs as a handler.
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "cgi_runner.h"
#include "script_path.h"
#include "slash_redirect.h"
#include <turngate/handlers/cgi_directory.h>
#include <turngate/http/encoding.h>
#include <turngate/http/error.h>
#include <turngate/os/file_tree.h>

namespace turngate {
namespace {

// Without links, so that programs run where they are looked for even if one is changed meanwhile.
std::string open_root(const std::string& root) {
    std::error_code error;
    const std::filesystem::path path = std::filesystem::canonical(root, error);
    if (!error && !std::filesystem::is_directory(path, error) && !error)
        error = std::make_error_code(std::errc::not_a_directory);
    if (error) throw Error("cannot run the CGI programs of " + root + ": " + error.message());
    return path;
}

class CgiDirectory final : public Handler {
  public:
    explicit CgiDirectory(CgiDirectoryOptions options)
        : root_(open_root(options.root)),
          index_(std::move(options.index)),
          tree_(root_),
          runner_(std::move(options.programs)) {
        if (index_.find_first_of(std::string_view("/\0", 2)) != std::string::npos)
            throw Error("the index " + index_ + " is no file name");
    }

    void serve(Request& request, ResponseWriter& response) const override {
        const ScriptPath path = find_script(tree_, request.url.path);
        if (lacks_slash(path, request.url)) return redirect_to_slash(request, response);
        std::optional<CgiTarget> target = program_at(path, request.url);
        if (!target) throw HttpError(404, "there is no such program");
        if (::access(target->program.c_str(), X_OK) != 0) {
            request.context.log(Level::error, "the CGI program " + target->program +
                                                  " may not be executed (chmod +x)");
            throw HttpError(403, "this program may not be run");
        }
        runner_.serve(request, response, *std::move(target), [this](const Url& url) {
            return program_at(find_script(tree_, url.path), url);
        });
    }

  private:
    // True for a directory that answers, but not by this name.
    bool lacks_slash(const ScriptPath& path, const Url& url) const {
        return path.kind == ScriptPath::Kind::directory && has_index(path) &&
               (url.bare_script_name || !url.path.ends_with('/'));
    }

    std::string index_of(const ScriptPath& directory) const {
        return directory.name.empty() ? index_ : directory.name + '/' + index_;
    }

    bool has_index(const ScriptPath& directory) const {
        return !index_.empty() && has_file(tree_, index_of(directory));
    }

    // Absent if there is none, executable or not.
    std::optional<CgiTarget> program_at(const ScriptPath& path, const Url& url) const {
        using Kind = ScriptPath::Kind;
        if (path.kind == Kind::none || (path.kind == Kind::directory && !has_index(path)))
            return std::nullopt;
        CgiTarget target;
        target.script = {.name = url.path.substr(0, path.length), .root = root_};
        std::string name = path.name;
        if (path.kind == Kind::directory) {
            name = index_of(path);
            target.script_name = target.script.name + percent_encode(index_);
        }
        target.program = root_ == "/" ? root_ + name : root_ + '/' + name;
        target.script.filename = target.program;
        return target;
    }

    const std::string root_;
    const std::string index_;
    const os::FileTree tree_;
    const CgiRunner runner_;
};

}  // namespace

HandlerPtr cgi_directory(CgiDirectoryOptions options) {
    return std::make_shared<const CgiDirectory>(std::move(options));
}

}  // namespace turngate
