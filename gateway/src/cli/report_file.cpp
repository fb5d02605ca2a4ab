// Reports of a replay in files.
#include "cli/report_file.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "cli/exit_status.h"

namespace turngate::cli {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const std::string& path, const std::string& why, const char* hint) {
    throw CommandError(exit_status::usage, "cannot write the report " + path + ": " + why, hint);
}

replay::FileId id_of(const struct stat& status) {
    return {status.st_dev, status.st_ino};
}

// Whether our standard error goes to that file.
bool is_standard_error(const struct stat& status) {
    struct stat stream {};
    return ::fstat(STDERR_FILENO, &stream) == 0 && id_of(stream) == id_of(status);
}

// One name for a file, whether it exists or not.
fs::path canonical(const std::string& path) {
    std::error_code ignored;
    const fs::path absolute = fs::absolute(path, ignored);
    const fs::path found = fs::weakly_canonical(absolute, ignored);
    return found.empty() ? absolute : found;
}

// True if `path`, or what has the line in "calls.ndjson:17", is `file`.
bool is_file(std::string path, const replay::FileId& file) {
    struct stat status {};
    if (::stat(path.c_str(), &status) == 0) return id_of(status) == file;
    path.resize(std::min(path.rfind(':'), path.size()));
    return ::stat(path.c_str(), &status) == 0 && id_of(status) == file;
}

// True if the run would read `file`. Goes through all names that the run goes through.
bool is_event(const replay::FileId& file, const std::vector<std::string>& inputs,
              const replay::Selection& selection) {
    std::vector<std::string> names;
    for (const std::string& input : inputs) {
        struct stat status {};
        const bool is_input = input == "-";
        if (is_input && ::fstat(STDIN_FILENO, &status) == 0 && id_of(status) == file) return true;
        // A pipe would be read.
        if (!is_input && (::stat(input.c_str(), &status) != 0 || S_ISREG(status.st_mode) ||
                          S_ISDIR(status.st_mode)))
            names.push_back(input);
    }
    replay::Source source(std::move(names), {selection.only, selection.skip}, -1,
                          replay::Source::Reading::names);
    for (replay::Batch batch; source.fill(batch, 256);)
        for (const replay::Item& item : batch.items)
            if (item.kind == replay::Item::Kind::file &&
                is_file(std::string(batch[item.name]), file))
                return true;
    return false;
}

bool is_golden(std::string_view path) {
    if (path.ends_with(".new")) path.remove_suffix(4);
    return replay::is_companion(path);
}

// Events that the run leaves out, expected replies and configurations begin so, and so does what
// was packed: no report but those that the caller knows.
bool may_be_data(const std::string& path) {
    const os::Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    std::array<char, 512> beginning;
    const std::string_view read(beginning.data(), os::read_whole(fd.get(), beginning));
    const auto first = read.find_first_not_of(" \t\r\n\xef\xbb\xbf");
    return first != read.npos &&
           (std::string_view("{[").find(read[first]) != std::string_view::npos ||
            read.find_first_of(std::string_view("\0\x1f", 2)) != read.npos);
}

}  // namespace

ReportFile::ReportFile(const std::string& path, const Make& make) {
    struct stat status {};
    const bool exists = ::stat(path.c_str(), &status) == 0;
    try {
        if (exists && is_standard_error(status))
            fd_.reset(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
        else if (exists && !S_ISREG(status.st_mode))
            fd_.reset(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
        else
            replace(path, exists);
        if (!fd_ && !replacement_) throw std::system_error(errno, std::generic_category());
    } catch (const std::system_error& e) {
        refuse(path, e.code().message(),
               "give --report a file in a directory that exists and is writable");
    }
    output_.emplace(replacement_ ? replacement_->fd() : fd_.get(), path, Terminal{.unicode = true});
    report_ = make(*output_);
}

// Where no file can be made beside it, one that is there is written in place.
void ReportFile::replace(const std::string& path, bool exists) {
    try {
        replacement_.emplace(path);
    } catch (const std::system_error&) {
        if (exists) fd_.reset(::open(path.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC));
        if (!fd_) throw;
    }
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
    std::vector<replay::FileId> streams;
    for (const std::string& path : reports) {
        struct stat status {};
        const bool exists = ::stat(path.c_str(), &status) == 0;
        if (exists && (!S_ISREG(status.st_mode) || is_standard_error(status))) {
            if (S_ISCHR(status.st_mode)) continue;  // /dev/null keeps nothing
            if (std::find(streams.begin(), streams.end(), id_of(status)) != streams.end())
                refuse(path, "another report goes there", hint);
            streams.push_back(id_of(status));
            continue;
        }
        const fs::path name = canonical(path);
        if (std::find(earlier.begin(), earlier.end(), name) != earlier.end())
            refuse(path, "another report goes there", hint);
        earlier.push_back(name);
        if (is_golden(path) || is_golden(name.native()))
            refuse(path, "that is the name of a reply or request beside an event", hint);
        // What an earlier run reported is no event, wherever it is.
        if (!exists || status.st_size == 0 || replay::is_report_file(path)) continue;
        if (is_event(id_of(status), inputs, selection))
            refuse(path, "it is one of the events", hint);
        if (may_be_data(path)) refuse(path, "what is there is no report; it may be an event", hint);
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
