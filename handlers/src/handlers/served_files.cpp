#include "served_files.h"

#include <system_error>
#include <tuple>

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

// With the facts of what is open, if it is.
OpenFile with_facts(os::Fd fd) {
    OpenFile file{std::move(fd)};
    if (file.fd && ::fstat(file.fd.get(), &file.facts) != 0) file.fd.reset();
    return file;
}

}  // namespace

ServedFiles::ServedFiles(Options options)
    : options_(std::move(options)), tree_(open_root(options_.root, options_.links)) {}

OpenFile ServedFiles::find(const std::string& path, bool* is_real) const {
    try {
        return with_facts(tree_.locate(path, is_real));
    } catch (const std::system_error& e) {
        throw refusal(e);
    }
}

std::optional<OpenFile> ServedFiles::open(const std::string& path) const {
    try {
        OpenFile file = with_facts(tree_.open(path));
        if (!file.fd || !S_ISREG(file.facts.st_mode)) return std::nullopt;
        return file;
    } catch (const std::system_error& e) {
        throw refusal(e);
    }
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
