// Reports of a replay in files.
#include "cli/report_file.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "cli/exit_status.h"
#include "replay/earlier_report.h"
#include "replay/reading_hint.h"
#include "replay/walk.h"

namespace turngate::cli {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const std::string& path, const std::string& why, std::string_view hint) {
    throw CommandError(exit_status::usage, "cannot write the report " + path + ": " + why,
                       std::string(hint));
}

// What is written there is nowhere.
bool keeps_nothing(const struct stat& status) {
    struct stat null {};
    return S_ISCHR(status.st_mode) && ::stat("/dev/null", &null) == 0 &&
           null.st_rdev == status.st_rdev;
}

// One name for a file, whether it exists or not.
fs::path canonical(const std::string& path) {
    std::error_code ignored;
    const fs::path absolute = fs::absolute(path, ignored);
    const fs::path found = fs::weakly_canonical(absolute, ignored);
    return found.empty() ? absolute : found;
}

bool is_golden(std::string_view path) {
    if (path.ends_with(".new")) path.remove_suffix(4);
    return replay::is_companion(path);
}

// Whatever else is there may be an event, the body of an expected reply, a configuration, ...
void refuse_foreign(const std::string& path) {
    constexpr std::string_view hint = "give --report a file of its own, or move away what is there";
    try {
        if (!replay::is_earlier_report_file(path))
            refuse(path, "what is there is no report of an earlier run", hint);
    } catch (const std::system_error& e) {
        refuse(path, "what is there may be no report: " + replay::reason(e.code().value()), hint);
    }
}

}  // namespace

ReportFile::ReportFile(const std::string& path, const Make& make) {
    struct stat status {};
    const bool exists = ::stat(path.c_str(), &status) == 0;
    try {
        if (exists && goes_to(STDERR_FILENO, path))
            fd_.reset(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
        else if (exists && !S_ISREG(status.st_mode))
            fd_.reset(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
        else
            replace(path, exists);
        if (!fd_ && !replacement_) throw std::system_error(errno, std::generic_category());
    } catch (const std::system_error& e) {
        refuse(path, e.code().message(), replay::writing_hint(e.code().value()));
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
        throw CommandError(exit_status::wrong_answer, e.what(),
                           std::string(replay::writing_hint(e.code().value())));
    }
}

bool goes_to(int stream, const std::string& path) {
    struct stat file {
    }, own{};
    return ::stat(path.c_str(), &file) == 0 && ::fstat(stream, &own) == 0 &&
           replay::id_of(file) == replay::id_of(own) && !keeps_nothing(file);
}

void check_reports(const std::vector<std::string>& reports) {
    constexpr std::string_view hint = "give --report a file of its own";
    std::vector<fs::path> earlier;
    std::vector<replay::FileId> streams;
    for (const std::string& path : reports) {
        struct stat status {};
        const bool exists = ::stat(path.c_str(), &status) == 0;
        if (exists && keeps_nothing(status)) continue;
        if (exists && (!S_ISREG(status.st_mode) || goes_to(STDERR_FILENO, path))) {
            const replay::FileId stream = replay::id_of(status);
            if (std::find(streams.begin(), streams.end(), stream) != streams.end())
                refuse(path, "another report goes there", hint);
            streams.push_back(stream);
            continue;
        }
        const fs::path name = canonical(path);
        if (std::find(earlier.begin(), earlier.end(), name) != earlier.end())
            refuse(path, "another report goes there", hint);
        earlier.push_back(name);
        if (is_golden(path) || is_golden(name.native()))
            refuse(path, "that is the name of a reply or request beside an event", hint);
        if (exists && status.st_size > 0) refuse_foreign(path);
    }
}

std::vector<replay::FileId> written_files(const std::vector<std::string>& reports) {
    std::vector<replay::FileId> files;
    struct stat status {};
    if (::fstat(STDOUT_FILENO, &status) == 0 && S_ISREG(status.st_mode))
        files.push_back(replay::id_of(status));
    for (const std::string& path : reports)
        if (::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode))
            files.push_back(replay::id_of(status));
    return files;
}

}  // namespace turngate::cli
