// turngate review: steps through the replies that a replay proposed.
#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

#include "cli/commands.h"
#include "cli/error_message.h"
#include "cli/exit_status.h"
#include "cli/invocation.h"
#include "cli/key_terminal.h"
#include "cli/proposal_text.h"
#include "cli/proposals.h"
#include "replay/printable.h"
#include "replay/quantity.h"
#include <turngate/os/subprocess.h>

namespace turngate::cli {
namespace {

constexpr std::string_view examples[] = {"review", "review events/orders/"};

// What tells a file from another that comes to stand in its place; absent if there is none.
using Stamp = std::optional<std::array<std::int64_t, 7>>;

Stamp stamp_of(const std::string& path) {
    struct stat facts {};
    if (::stat(path.c_str(), &facts) != 0) return std::nullopt;
    return {{static_cast<std::int64_t>(facts.st_dev), static_cast<std::int64_t>(facts.st_ino),
             facts.st_size, facts.st_mtim.tv_sec, facts.st_mtim.tv_nsec, facts.st_ctim.tv_sec,
             facts.st_ctim.tv_nsec}};
}

class Review {
  public:
    explicit Review(Invocation& invocation) : invocation_(invocation) {
        std::vector<std::string> operands = invocation.arguments.operands();
        if (operands.empty()) operands.emplace_back(".");
        std::string without;
        for (const std::string& operand : operands) {
            auto add = [&](const std::string& proposal) { proposals_.push_back(proposal); };
            auto failed = [&](const std::string& path, int error) {
                if (std::find(proposals_.begin(), proposals_.end(), path) == proposals_.end())
                    tell(proposal_problem(path, error));
            };
            if (!each_proposal(operand, add, failed)) without = operand;
        }
        std::set<std::string> known;
        std::erase_if(proposals_,
                      [&](const std::string& proposal) { return !known.insert(proposal).second; });
        if (proposals_.empty() && status_ == exit_status::good)
            throw no_proposal(operands.size() == 1 ? without : "");
    }

    int run() {
        if (proposals_.empty()) return status_;
        KeyTerminal keys;
        while (at_ < proposals_.size() && goes_on_) {
            show_proposal();
            while (!step(keys)) {
            }
        }
        say(summary() + '\n');
        return keys.signal() != 0 ? 128 + keys.signal() : status_;
    }

  private:
    void say(const std::string& text) {
        invocation_.out.write(text);
        invocation_.out.flush();
    }
    void tell(const CommandError& error) {
        status_ = std::max(status_, show(invocation_.err, error));
    }

    void show_proposal() {
        const Terminal& terminal = invocation_.out.terminal();
        shown_ = stamp_of(proposals_[at_]);
        try {
            say('\n' + proposal_text(proposals_[at_], terminal));
        } catch (const CommandError& e) {
            tell(e);
        }
        prompt();
    }

    // What nobody has seen is not decided on. One that has gone is told by what was to become of
    // it.
    bool has_changed() const {
        const Stamp now = stamp_of(proposals_[at_]);
        return now && now != shown_;
    }

    bool show_if_changed() {
        if (!has_changed()) return false;
        say(replay::printable(proposals_[at_]) + " has changed since it was shown\n");
        show_proposal();
        return true;
    }

    void prompt() {
        const Terminal& terminal = invocation_.out.terminal();
        std::string text = std::to_string(at_ + 1) + '/' + std::to_string(proposals_.size()) + "  ";
        constexpr std::pair<std::string_view, std::string_view> words[] = {
            {"a", "accept"},     {"r", "reject"},    {"s", "skip"}, {"A", "accept all"},
            {"R", "reject all"}, {"d", "diff tool"}, {"q", "quit"}};
        for (const auto& [key, meaning] : words)
            text += terminal.paint(Color::bold, key) + ' ' + std::string(meaning) + "  ";
        say(text);
    }

    // Waits for a key and does what it says. False if the proposal is still to be decided.
    bool step(KeyTerminal& keys) {
        char key = 0;
        switch (keys.next(key)) {
            case KeyTerminal::Told::key:
                break;
            case KeyTerminal::Told::resumed:
                say("\n");
                show_proposal();
                return false;
            case KeyTerminal::Told::ended:
            case KeyTerminal::Told::signal:
                say("\n");
                goes_on_ = false;
                return true;
        }
        switch (key) {
            case 'a':
                say("\n");
                if (show_if_changed()) return false;
                settle(accept_proposal, accepted_, "accepted");
                return true;
            case 'r':
                say("\n");
                if (show_if_changed()) return false;
                settle(reject_proposal, rejected_, "rejected");
                return true;
            case 's':
                say("\n");
                ++at_;
                return true;
            case 'A':
            case 'R':
                say("\n");
                if (show_if_changed()) return false;
                while (at_ < proposals_.size() && keys.signal() == 0)
                    key == 'A' ? settle(accept_proposal, accepted_, "accepted")
                               : settle(reject_proposal, rejected_, "rejected");
                return true;
            case 'd':
                say("\n");
                show_by_tool(keys);
                if (!show_if_changed()) prompt();
                return false;
            case 'q':
                say("\n");
                goes_on_ = false;
                return true;
            default:
                return false;
        }
    }

    void settle(void (*decide)(const std::string&), std::size_t& count, std::string_view done) {
        const std::string& proposal = proposals_[at_++];
        try {
            decide(proposal);
        } catch (const CommandError& e) {
            return tell(e);
        }
        ++count;
        say(std::string(done) + ' ' + replay::printable(proposal) + '\n');
    }

    void show_by_tool(KeyTerminal& keys) {
        const std::string tool = invocation_.environment("TURNGATE_DIFF_TOOL").value_or("");
        if (tool.empty()) return say("set TURNGATE_DIFF_TOOL to a program such as vimdiff\n");
        const std::string& proposal = proposals_[at_];
        const std::string golden = golden_of(proposal);
        const bool is_fresh = ::access(golden.c_str(), F_OK) != 0;
        try {
            keys.run(tool + ' ' + os::shell_word(is_fresh ? "/dev/null" : in_place(golden)) + ' ' +
                     os::shell_word(in_place(proposal)));
        } catch (const std::system_error& e) {
            tell({exit_status::usage, std::string("TURNGATE_DIFF_TOOL: ") + e.what(), ""});
        }
    }

    // No option, whatever the name begins with.
    static std::string in_place(const std::string& path) {
        return path.starts_with('-') ? "./" + path : path;
    }

    std::string summary() const {
        std::string text = replay::count_text(proposals_.size(), "proposal");
        const std::size_t left = proposals_.size() - accepted_ - rejected_;
        if (accepted_ > 0) text += "   " + std::to_string(accepted_) + " accepted";
        if (rejected_ > 0) text += "   " + std::to_string(rejected_) + " rejected";
        if (left > 0) text += "   " + std::to_string(left) + " left";
        return text;
    }

    Invocation& invocation_;
    std::vector<std::string> proposals_;
    std::size_t at_ = 0;
    Stamp shown_;  // of the proposal at `at_`
    std::size_t accepted_ = 0, rejected_ = 0;
    bool goes_on_ = true;
    int status_ = exit_status::good;
};

int review(Invocation& invocation) {
    if (::isatty(STDIN_FILENO) == 0 || !invocation.out.terminal().is_terminal)
        throw CommandError(exit_status::usage, "review needs a terminal for its keys and its text",
                           "turngate accept and turngate reject settle proposed replies without");
    return Review(invocation).run();
}

}  // namespace

const Command review_command = {
    .name = "review",
    .operands = "[DIR|FILE...]",
    .summary = "step through proposed replies, and accept or reject each",
    .description =
        "Shows what each NAME.reply.json.new and NAME.replies.ndjson.new below DIR (the current "
        "directory if none is given), or of the events FILE, would change, and waits for a key: a "
        "accepts it as \"accept\" does, r deletes it as \"reject\" does, s leaves it, A and R do "
        "so "
        "with it and all that follow, d runs the program of TURNGATE_DIFF_TOOL with the expected "
        "reply and the proposed one, q quits.\n\n"
        "A file with a reply a line is accepted or rejected as a whole. A proposal that has "
        "changed "
        "since it was shown is shown again, and waits for another key. Exit status: 0 whatever "
        "was decided; 2 without a terminal; 3 if something could not be read or written; 5 if "
        "there is no proposed reply.",
    .examples = examples,
    .run = review,
};

}  // namespace turngate::cli
