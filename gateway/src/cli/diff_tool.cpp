// --diff-tool.
#include "cli/diff_tool.h"

#include <csignal>
#include <cstdlib>
#include <sys/wait.h>

#include "cli/exit_status.h"
#include "replay/golden_file.h"
#include "replay/golden_text.h"
#include "replay/saved_replies.h"
#include <turngate/os/subprocess.h>

namespace turngate::cli {
namespace {

// As the shell says it.
constexpr int not_executable = 126;
constexpr int not_found = 127;

// With the signals that a program expects: system() cares for SIGINT.
int run_by_shell(const std::string& command) {
    const auto old = std::signal(SIGPIPE, SIG_DFL);
    const int status = std::system(command.c_str());
    std::signal(SIGPIPE, old);
    return status;
}

// system() keeps Ctrl-C from this process: the command tells of it by its end.
int ending(int signal) {
    return signal == SIGINT || signal == SIGTERM ? signal : 0;
}

}  // namespace

void DiffTool::event(const replay::Result& result) {
    if (!result.reply || result.differences.empty()) return;
    const std::string number = directory_.path() + '/' + std::to_string(pairs_.size() + 1);
    const std::string path(replay::event_file(result));
    Pair pair{result.line > 0 ? number + ".expected.json" : replay::golden_path(path),
              number + ".actual.json"};
    replay::GoldenParser parser;
    std::string text = result.expected;
    const replay::Golden* golden = nullptr;
    try {
        if (result.line == 0 && !replay::read_file(pair.expected, text, replay::golden_limit))
            return;  // nothing was expected
        if (text.empty()) return;
        golden = &parser.parse(text);
    } catch (const std::exception&) {  // it has changed meanwhile
        return;
    }
    if (result.line > 0) replay::write_file(pair.expected, text + '\n', false);
    const replay::GoldenText actual =
        replay::golden_text(*result.reply, ignore_, golden, {.one_line = result.line > 0});
    replay::write_file(pair.actual, actual.json, false);
    pairs_.push_back(std::move(pair));
}

int DiffTool::show(bool to_stderr, const replay::Interrupt& interrupt) const {
    for (const Pair& pair : pairs_) {
        if (interrupt.signal() != 0) break;
        const std::string command =
            command_ + ' ' + os::shell_word(pair.expected) + ' ' + os::shell_word(pair.actual);
        const int status = run_by_shell(to_stderr ? "{ " + command + "\n} >&2" : command);
        if (interrupt.signal() != 0) break;
        if (WIFSIGNALED(status)) return ending(WTERMSIG(status));
        const int code = WEXITSTATUS(status);
        if (code == not_found || code == not_executable)
            throw CommandError(exit_status::usage, "cannot run the diff tool: " + command_,
                               "give --diff-tool a program and its options, such as 'diff -u'");
        // A shell that has waited for what a signal ended.
        if (code > 128) return ending(code - 128);
    }
    return interrupt.signal();
}

}  // namespace turngate::cli
