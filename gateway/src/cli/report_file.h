// Reports of a replay in files.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/output.h"
#include "replay/golden_file.h"
#include "replay/report.h"
#include "replay/walk.h"
#include <turngate/os/fd.h>

namespace turngate::cli {

// A file is replaced when the run has ended, by the whole report or not at all; a pipe, a device,
// what this process prints to, and a file beside which none can be made are written as results
// come.
class ReportFile final : public replay::Report {
  public:
    using Make = std::function<std::unique_ptr<replay::Report>(Output&)>;

    // Throws CommandError for a path that cannot be written, which is a mistake to hear of before
    // the run.
    ReportFile(const std::string& path, const Make& make);

    void event(const replay::Result& result) override;
    void flush() override { report_->flush(); }
    void end(const replay::Summary& summary) override;

  private:
    void replace(const std::string& path, bool exists);

    std::optional<replay::FileReplacement> replacement_;
    os::Fd fd_;  // without replacement_
    std::optional<Output> output_;
    std::unique_ptr<replay::Report> report_;
    bool is_broken_ = false;  // the last result did not get in
};

// True if a report to `path` goes where the descriptor `stream` of this process does, and is kept
// there.
bool goes_to(int stream, const std::string& path);

// Throws CommandError if one of `reports` would take the place of anything but a report of an
// earlier run, or would be expected as a reply by the next one, or if two go to one place.
void check_reports(const std::vector<std::string>& reports);

// The files that a run with these reports writes, as far as they exist; standard output is one.
std::vector<replay::FileId> written_files(const std::vector<std::string>& reports);

}  // namespace turngate::cli
