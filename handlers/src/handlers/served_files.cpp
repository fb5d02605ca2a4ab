#include "served_files.h"

#include <system_error>
#include <tuple>
#include <utility>

#include "file_name.h"
#include <turngate/http/accept_encoding.h>
#include <turngate/http/error.h>
#include <turngate/http/media_type.h>

namespace turngate {
namespace {

constexpr std::string_view allowed = "GET, HEAD, OPTIONS";

os::FileTree open_root(const std::string& root, os::FileTree::Links links) {
    try {
        return os::FileTree(root, links);
    } catch (const std::system_error& e) {
        throw Error("cannot serve the files of " + root + ": " + e.code().message());
    }
}

HttpError refusal(const std::system_error& e) {
    if (e.code() == std::errc::permission_denied)
        return HttpError(403, "this file is not for everybody");
    const bool is_full = e.code() == std::errc::too_many_files_open ||
                         e.code() == std::errc::too_many_files_open_in_system;
    return HttpError(is_full ? 503 : 500, e.what());
}

}  // namespace

ServedFiles::ServedFiles(Options options)
    : options_(std::move(options)), tree_(open_root(options_.root, options_.links)) {}

OpenFile ServedFiles::find(const std::string& path, std::string& name) const {
    try {
        bool is_real = false;
        os::Fd fd = tree_.locate(path, &is_real);
        return shown(std::move(fd), path, is_real, name);
    } catch (const std::system_error& e) {
        throw refusal(e);
    }
}

std::optional<OpenFile> ServedFiles::open(const std::string& path) const {
    try {
        bool is_real = false;
        std::string name;
        os::Fd fd = tree_.open(path, &is_real);
        OpenFile file = shown(std::move(fd), path, is_real, name);
        if (!file.fd || !S_ISREG(file.facts.st_mode)) return std::nullopt;
        if (options_.is_secret && options_.is_secret(name)) return std::nullopt;
        return file;
    } catch (const std::system_error& e) {
        throw refusal(e);
    }
}

// With its facts, and the name that it really has; without descriptor if a link has led to what is
// hidden.
OpenFile ServedFiles::shown(os::Fd fd, const std::string& path, bool is_real,
                            std::string& name) const {
    OpenFile file{std::move(fd)};
    if (!file.fd) return file;
    const std::string place = is_real ? path : tree_.place_of(file.fd);
    name = last_segment(place);
    const bool is_hidden =
        !is_real && (place.empty() || (!options_.links_to_hidden && is_hidden_place(place)));
    if (is_hidden || ::fstat(file.fd.get(), &file.facts) != 0) file.fd.reset();
    return file;
}

void ServedFiles::send(const std::string& path, OpenFile file, const Request& request,
                       ResponseWriter& response) const {
    if (!options_.cache_control.empty()) response.header("Cache-Control", options_.cache_control);
    if (options_.compressed) choose_coding(path, file, request, response);
    answer_with_file(request, response, file, media_type_of(path));
}

void ServedFiles::choose_coding(const std::string& path, OpenFile& file, const Request& request,
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

void refuse_method(const Request& request, ResponseWriter& response) {
    response.header("Allow", allowed);
    if (request.method == "OPTIONS")
        response.status(204);
    else
        response.status(405).write("a file is only read: " + std::string(allowed) + "\n");
}

}  // namespace turngate
