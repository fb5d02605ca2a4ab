// --diff-tool: another program that shows what differs.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "replay/ignore.h"
#include "replay/interrupt.h"
#include "replay/report.h"
#include <turngate/os/temporary_directory.h>

namespace turngate::cli {

// Keeps what was expected and what came of each failure, and shows them when the run is over.
// Results need their replies, see JudgeOptions::keeps_replies.
class DiffTool final : public replay::Report {
  public:
    // `command` is for /bin/sh, which gets the two files behind it. `ignore` must outlive it.
    DiffTool(std::string command, const replay::IgnoreRules& ignore)
        : command_(std::move(command)), ignore_(ignore) {}

    void event(const replay::Result& result) override;
    void end(const replay::Summary&) override {}

    // Runs the command for each failure, one after the other, with the streams of this process;
    // with `to_stderr`, what it prints goes to standard error. Ends early when a signal
    // has come to `interrupt` or has ended the command. Returns SIGINT or SIGTERM if that was why,
    // 0 otherwise. Throws CommandError if there is no such command.
    int show(bool to_stderr, const replay::Interrupt& interrupt) const;

  private:
    struct Pair {
        std::string expected;
        std::string actual;
    };

    std::string command_;
    const replay::IgnoreRules& ignore_;
    os::TemporaryDirectory directory_;
    std::vector<Pair> pairs_;
};

}  // namespace turngate::cli
