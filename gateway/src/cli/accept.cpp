// accept and reject: what becomes of the replies that a replay proposed in .new files.
#include <cerrno>
#include <functional>
#include <set>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/error_message.h"
#include "cli/exit_status.h"
#include "cli/invocation.h"
#include "replay/golden.h"
#include "replay/golden_file.h"
#include "replay/line_goldens.h"
#include "replay/printable.h"
#include "replay/walk.h"

namespace turngate::cli {
namespace {

constexpr std::string_view accept_examples[] = {"accept events/", "accept events/create.json"};
constexpr std::string_view reject_examples[] = {"reject events/"};
constexpr std::string_view ending = ".new";
constexpr const char* again =
    "what could be done has been done; mend this and run the command again";

CommandError problem(const std::string& path, int error) {
    return {exit_status::unreadable, path + ": " + replay::reason(error), again};
}

[[noreturn]] void fail(const std::string& path, int error) {
    throw problem(path, error);
}

bool is_proposal(std::string_view path) {
    return path.ends_with(".reply.json.new") || path.ends_with(".replies.ndjson.new") ||
           path.ends_with(".replies.jsonl.new");
}

bool is_file(const std::string& path) {
    struct stat facts {};
    return ::stat(path.c_str(), &facts) == 0 && S_ISREG(facts.st_mode);
}

bool is_directory(const std::string& path) {
    struct stat facts {};
    return ::stat(path.c_str(), &facts) == 0 && S_ISDIR(facts.st_mode);
}

// Whoever reads the golden sees the old one or the new one, whole, also after a crash. What could
// never be compared does not become one.
void accept(const std::string& proposal) {
    const std::string golden = proposal.substr(0, proposal.size() - ending.size());
    try {
        if (replay::has_event_lines(golden)) return replay::accept_lines(proposal);
        std::string text;
        if (!replay::read_file(proposal, text, replay::golden_limit)) fail(proposal, ENOENT);
        replay::GoldenParser().parse(text);
        replay::write_file(golden, text);
    } catch (const std::system_error& e) {
        throw CommandError(exit_status::unreadable, e.what(), again);
    } catch (const replay::FileProblem& e) {
        throw CommandError(exit_status::unreadable, e.what(), again);
    } catch (const JsonError& e) {
        throw CommandError(exit_status::unreadable, proposal + ": " + e.what(),
                           "correct it, or reject it and have it proposed anew");
    }
    if (::unlink(proposal.c_str()) != 0) fail(proposal, errno);
}

void reject(const std::string& proposal) {
    if (::unlink(proposal.c_str()) != 0) fail(proposal, errno);
}

// The proposals that an operand means: those below a directory, or that of an event, of a golden,
// or itself. False if there is none.
bool each_proposal(const std::string& operand, const std::function<void(const std::string&)>& use,
                   const std::function<void(const std::string&, int error)>& failed) {
    if (is_directory(operand)) {
        using Kind = replay::Walk::Entry::Kind;
        replay::Walk walk(operand);
        for (auto entry = walk.next(); entry.kind != Kind::end; entry = walk.next()) {
            if (entry.kind == Kind::failed) failed(entry.path, entry.error);
            if (entry.kind == Kind::file && is_proposal(entry.path)) use(entry.path);
        }
        return true;
    }
    for (const std::string& path :
         {operand, operand + std::string(ending), replay::proposal_path(operand)})
        if (is_proposal(path) && is_file(path)) return use(path), true;
    if (!is_file(operand)) failed(operand, ENOENT);
    return false;
}

int settle(Invocation& invocation, void (*decide)(const std::string&), std::string_view done) {
    std::vector<std::string> operands = invocation.arguments.operands();
    if (operands.empty()) operands.emplace_back(".");
    std::set<std::string> settled;
    int status = exit_status::good;
    auto tell = [&](const CommandError& e) { status = std::max(status, show(invocation.err, e)); };
    auto settle_one = [&](const std::string& proposal) {
        try {
            decide(proposal);
        } catch (const CommandError& e) {
            return tell(e);
        }
        settled.insert(proposal);
        if (invocation.verbosity >= 0)
            invocation.out.write(std::string(done) + ' ' + replay::printable(proposal) + '\n');
    };
    // A shell's "*" names proposals that their events have named already.
    auto fail_one = [&](const std::string& path, int error) {
        if (!settled.contains(path)) tell(problem(path, error));
    };
    std::string without;  // an operand without a proposal, which is no mistake among others
    for (const std::string& operand : operands)
        if (!each_proposal(operand, settle_one, fail_one)) without = operand;
    if (settled.empty() && status == exit_status::good)
        tell({exit_status::nothing_to_do,
              operands.size() == 1 && !without.empty() ? without + ": there is no proposed reply"
                                                       : "no proposed reply was found",
              "turngate replay writes NAME.reply.json.new beside an event without an expected "
              "reply"});
    return status;
}

}  // namespace

const Command accept_command = {
    .name = "accept",
    .operands = "[DIR|FILE...]",
    .summary = "make proposed replies the expected ones",
    .description =
        "Renames NAME.reply.json.new to NAME.reply.json, and puts the lines of "
        "NAME.replies.ndjson.new into NAME.replies.ndjson: all below DIR (the current directory if "
        "none is given), or those of the events FILE.",
    .examples = accept_examples,
    .run = [](Invocation& invocation) { return settle(invocation, accept, "accepted"); },
};

const Command reject_command = {
    .name = "reject",
    .operands = "[DIR|FILE...]",
    .summary = "delete proposed replies",
    .description =
        "Deletes NAME.reply.json.new and NAME.replies.ndjson.new: all below DIR (the "
        "current directory if none is given), or those of the events FILE.",
    .examples = reject_examples,
    .run = [](Invocation& invocation) { return settle(invocation, reject, "rejected"); },
};

}  // namespace turngate::cli
