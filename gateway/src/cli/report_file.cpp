// Reports of a replay in files.
#include "cli/report_file.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "cli/exit_status.h"
#include "replay/glob.h"

namespace turngate::cli {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const std::string& path, const std::string& why, const char* hint) {
    throw CommandError(exit_status::usage, "cannot write the report " + path + ": " + why, hint);
}

replay::FileId id_of(const struct stat& status) {
    return {status.st_dev, status.st_ino};
}

// The stream of this process that goes to that file; -1 if none does.
int stream_to(const struct stat& status) {
    for (int fd : {STDOUT_FILENO, STDERR_FILENO}) {
        struct stat stream {};
        if (::fstat(fd, &stream) == 0 && id_of(stream) == id_of(status)) return fd;
    }
    return -1;
}

// One name for a file, whether it exists or not.
fs::path canonical(const std::string& path) {
    std::error_code ignored;
    const fs::path absolute = fs::absolute(path, ignored);
    const fs::path found = fs::weakly_canonical(absolute, ignored);
    return found.empty() ? absolute : found;
}

// `path` as seen from the directory `root`; empty if it is not below it.
std::string below(const std::string& root, const std::string& path) {
    const std::string relative = canonical(path).lexically_relative(canonical(root)).string();
    return relative == "." || relative.starts_with("..") ? "" : relative;
}

bool is_event_of(const std::string& path, const std::string& input,
                 const replay::Selection& selection) {
    if (input == "-") return false;
    struct stat status {};
    if (::stat(input.c_str(), &status) != 0) {
        const auto colon = input.rfind(':');
        if (!replay::is_glob(input))
            return colon != std::string::npos &&
                   canonical(input.substr(0, colon)) == canonical(path);
        const auto slash = input.rfind('/', input.find_first_of("*?[{"));
        const std::string name =
            below(slash == std::string::npos ? "." : input.substr(0, slash + 1), path);
        return !name.empty() && replay::glob_matches(input.substr(slash + 1), name);
    }
    if (!S_ISDIR(status.st_mode)) return canonical(input) == canonical(path);
    const std::string name = below(input, path);
    return (name.ends_with(".json") || replay::has_event_lines(name)) &&
           selection.includes(input == "." ? name : input + '/' + name);
}

bool is_golden(std::string_view path) {
    if (path.ends_with(".new")) path.remove_suffix(4);
    return replay::is_companion(path);
}

}  // namespace

ReportFile::ReportFile(const std::string& path, const Make& make) {
    struct stat status {};
    const bool exists = ::stat(path.c_str(), &status) == 0;
    const int stream = exists ? stream_to(status) : -1;
    try {
        if (stream >= 0)
            fd_.reset(::fcntl(stream, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
        else if (exists && !S_ISREG(status.st_mode))
            fd_.reset(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
        else
            replacement_.emplace(path);
        if (!fd_ && !replacement_) throw std::system_error(errno, std::generic_category());
    } catch (const std::system_error& e) {
        refuse(path, e.code().message(),
               "give --report a file in a directory that exists and is writable");
    }
    output_.emplace(replacement_ ? replacement_->fd() : fd_.get(), path, Terminal{.unicode = true});
    report_ = make(*output_);
}

void ReportFile::event(const replay::Result& result) {
    is_broken_ = true;
    report_->event(result);
    is_broken_ = false;
}

void ReportFile::end(const replay::Summary& summary) {
    if (is_broken_ && replacement_) return;
    report_->end(summary);
    try {
        if (replacement_) replacement_->commit();
    } catch (const std::system_error& e) {
        throw CommandError(exit_status::wrong_answer, e.what(), "the report has not been written");
    }
}

void check_reports(const std::vector<std::string>& reports, const std::vector<std::string>& inputs,
                   const replay::Selection& selection) {
    constexpr const char* hint = "give --report a file of its own";
    std::vector<fs::path> earlier;
    for (const std::string& path : reports) {
        struct stat status {};
        const bool exists = ::stat(path.c_str(), &status) == 0;
        if (exists && (!S_ISREG(status.st_mode) || stream_to(status) >= 0)) continue;
        const fs::path name = canonical(path);
        if (std::find(earlier.begin(), earlier.end(), name) != earlier.end())
            refuse(path, "another report goes there", hint);
        earlier.push_back(name);
        if (is_golden(path)) refuse(path, "that is the name of an expected reply", hint);
        // What an earlier run reported is no event, wherever it is.
        if (!exists || status.st_size == 0 || replay::is_report_file(path)) continue;
        if (std::any_of(inputs.begin(), inputs.end(), [&](const std::string& input) {
                return is_event_of(path, input, selection);
            }))
            refuse(path, "it is one of the events", hint);
    }
}

std::vector<replay::FileId> written_files(const std::vector<std::string>& reports) {
    std::vector<replay::FileId> files;
    struct stat status {};
    if (::fstat(STDOUT_FILENO, &status) == 0 && S_ISREG(status.st_mode))
        files.push_back(id_of(status));
    for (const std::string& path : reports)
        if (::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode))
            files.push_back(id_of(status));
    return files;
}

}  // namespace turngate::cli
