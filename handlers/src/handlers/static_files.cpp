#include <algorithm>
#include <optional>
#include <system_error>
#include <tuple>

#include "file_answer.h"
#include "file_name.h"
#include "slash_redirect.h"
#include <turngate/handlers/static_files.h>
#include <turngate/http/accept_encoding.h>
#include <turngate/http/error.h>
#include <turngate/http/media_type.h>
#include <turngate/os/file_tree.h>

namespace turngate {
namespace {

constexpr std::string_view allowed = "GET, HEAD, OPTIONS";

os::FileTree open_root(const std::string& root) {
    try {
        return os::FileTree(root);
    } catch (const std::system_error& e) {
        throw Error("cannot serve the files of " + root + ": " + e.code().message());
    }
}

class StaticFiles final : public Handler {
  public:
    explicit StaticFiles(StaticFilesOptions options)
        : options_(std::move(options)), tree_(open_root(options_.root)) {
        if (options_.index.find_first_of(std::string_view("/\0", 2)) != std::string::npos)
            throw Error("the index " + options_.index + " is no file name");
    }

    void serve(Request& request, ResponseWriter& response) const override {
        if (request.method != "GET" && request.method != "HEAD") return refuse(request, response);
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

  private:
    void refuse(Request& request, ResponseWriter& response) const {
        if (options_.otherwise) return options_.otherwise->serve(request, response);
        response.header("Allow", allowed);
        if (request.method == "OPTIONS")
            response.status(204);
        else
            response.status(405).write("a file is only read: " + std::string(allowed) + "\n");
    }

    // Absent if `path` names no regular file.
    std::optional<OpenFile> open(const std::string& path) const {
        try {
            OpenFile file{tree_.open(path)};
            if (!file.fd || ::fstat(file.fd.get(), &file.facts) != 0 ||
                !S_ISREG(file.facts.st_mode))
                return std::nullopt;
            return file;
        } catch (const std::system_error& e) {
            if (e.code() == std::errc::permission_denied)
                throw HttpError(403, "this file is not for everybody");
            const bool is_full = e.code() == std::errc::too_many_files_open ||
                                 e.code() == std::errc::too_many_files_open_in_system;
            throw HttpError(is_full ? 503 : 500, e.what());
        }
    }

    bool has_index(const std::string& directory) const {
        const bool needs_slash = !directory.empty() && directory.back() != '/';
        return !options_.index.empty() &&
               open(directory + (needs_slash ? "/" : "") + options_.index).has_value();
    }

    bool send(const std::string& path, const Request& request, ResponseWriter& response) const {
        std::optional<OpenFile> file = open(path);
        if (!file) return false;
        if (!options_.cache_control.empty())
            response.header("Cache-Control", options_.cache_control);
        if (options_.compressed) choose_coding(path, *file, request, response);
        answer_with_file(request, response, *file, media_type_of(path));
        return true;
    }

    void choose_coding(const std::string& path, OpenFile& file, const Request& request,
                       ResponseWriter& response) const {
        std::optional<OpenFile> coded = open(path + ".gz");
        if (!coded) return;
        const auto time = [](const OpenFile& f) {
            return std::make_tuple(f.facts.st_mtim.tv_sec, f.facts.st_mtim.tv_nsec);
        };
        if (time(*coded) < time(file)) return;  // made of what the file was before
        response.header("Vary", "Accept-Encoding");
        if (!accepts_gzip(request.headers.joined("Accept-Encoding"))) return;
        file = *std::move(coded);
        file.coding = "gzip";
    }

    const StaticFilesOptions options_;
    const os::FileTree tree_;
};

}  // namespace

HandlerPtr static_files(StaticFilesOptions options) {
    return std::make_shared<const StaticFiles>(std::move(options));
}

}  // namespace turngate
