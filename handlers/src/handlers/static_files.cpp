#include "file_name.h"
#include "served_files.h"
#include "slash_redirect.h"
#include <turngate/handlers/static_files.h>
#include <turngate/http/error.h>

namespace turngate {
namespace {

class StaticFiles final : public Handler {
  public:
    explicit StaticFiles(StaticFilesOptions options)
        : options_(std::move(options)),
          files_({.root = options_.root,
                  .compressed = options_.compressed,
                  .cache_control = options_.cache_control}) {
        if (options_.index.find_first_of(std::string_view("/\0", 2)) != std::string::npos)
            throw Error("the index " + options_.index + " is no file name");
    }

    void serve(Request& request, ResponseWriter& response) const override {
        if (request.method != "GET" && request.method != "HEAD") {
            if (options_.otherwise) return options_.otherwise->serve(request, response);
            return refuse_method(request, response);
        }
        FileName name = file_name(request.url.path);
        if (name.kind == FileName::Kind::malformed && !options_.otherwise)
            throw HttpError(400,
                            "the path of the request names no file: it has an escape, a "
                            "character or an encoding that no file name here has");
        if (name.kind == FileName::Kind::file) {
            if (send(name.path, request, response)) return;
            if (has_index(name.path)) return redirect_to_slash(request, response);
        } else if (name.kind == FileName::Kind::directory && !options_.index.empty()) {
            if (!name.path.empty()) name.path += '/';
            if (request.url.bare_script_name && has_index(name.path))
                return redirect_to_slash(request, response);
            if (send(name.path + options_.index, request, response)) return;
        }
        if (options_.otherwise) return options_.otherwise->serve(request, response);
        throw HttpError(404, "there is no such file");
    }
    bool may_migrate() const noexcept override {
        return options_.otherwise && options_.otherwise->may_migrate();
    }

  private:
    bool has_index(const std::string& directory) const {
        const bool needs_slash = !directory.empty() && directory.back() != '/';
        return !options_.index.empty() &&
               files_.open(directory + (needs_slash ? "/" : "") + options_.index).has_value();
    }

    bool send(const std::string& path, const Request& request, ResponseWriter& response) const {
        std::optional<OpenFile> file = files_.open(path);
        if (!file) return false;
        files_.send(path, *std::move(file), request, response);
        return true;
    }

    const StaticFilesOptions options_;
    const ServedFiles files_;
};

}  // namespace

HandlerPtr static_files(StaticFilesOptions options) {
    return std::make_shared<const StaticFiles>(std::move(options));
}

}  // namespace turngate
