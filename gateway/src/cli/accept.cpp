// accept and reject: what becomes of the replies that a replay proposed in .new files.
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <functional>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/error_message.h"
#include "cli/exit_status.h"
#include "cli/invocation.h"
#include "replay/golden_file.h"
#include "replay/line_goldens.h"
#include "replay/walk.h"
#include <turngate/os/fd.h>

namespace turngate::cli {
namespace {

constexpr std::string_view accept_examples[] = {"accept events/", "accept events/create.json"};
constexpr std::string_view reject_examples[] = {"reject events/"};
constexpr std::string_view ending = ".new";

[[noreturn]] void fail(const std::string& path, int error) {
    throw CommandError(exit_status::unreadable,
                       path + ": " + std::generic_category().message(error),
                       "files before this one are done; run the command again for the rest");
}

bool is_proposal(std::string_view path) {
    return path.ends_with(".reply.json.new") || path.ends_with(".replies.ndjson.new");
}

bool exists(const std::string& path) {
    struct stat facts {};
    return ::stat(path.c_str(), &facts) == 0;
}

bool is_directory(const std::string& path) {
    struct stat facts {};
    return ::stat(path.c_str(), &facts) == 0 && S_ISDIR(facts.st_mode);
}

void sync(const std::string& path, int flags) {
    os::Fd file(::open(path.c_str(), flags | O_CLOEXEC));
    if (!file || ::fsync(file.get()) != 0) fail(path, errno);
}

// Whoever reads the golden sees the old one or the new one, whole, also after a crash.
void accept(const std::string& proposal) {
    if (proposal.ends_with(".ndjson.new")) {
        try {
            return replay::accept_lines(proposal);
        } catch (const std::system_error& e) {
            fail(proposal, e.code().value());
        }
    }
    std::string golden = proposal.substr(0, proposal.size() - ending.size());
    sync(proposal, O_RDONLY);
    if (std::rename(proposal.c_str(), golden.c_str()) != 0) fail(golden, errno);
    auto slash = golden.rfind('/');
    sync(slash == std::string::npos ? "." : golden.substr(0, slash + 1), O_RDONLY | O_DIRECTORY);
}

void reject(const std::string& proposal) {
    if (::unlink(proposal.c_str()) != 0) fail(proposal, errno);
}

// The proposals that an operand means: those below a directory, or that of an event, of a golden,
// or itself.
void each_proposal(const std::string& operand, const std::function<void(const std::string&)>& use) {
    if (is_directory(operand)) {
        replay::Walk walk(operand);
        for (auto entry = walk.next(); entry.kind != replay::Walk::Entry::Kind::end;
             entry = walk.next()) {
            if (entry.kind == replay::Walk::Entry::Kind::failed) fail(entry.path, entry.error);
            if (entry.kind == replay::Walk::Entry::Kind::file && is_proposal(entry.path))
                use(entry.path);
        }
        return;
    }
    for (const std::string& path :
         {operand, operand + std::string(ending), replay::proposal_path(operand)})
        if (is_proposal(path) && exists(path)) return use(path);
    throw CommandError(exit_status::nothing_to_do, operand + ": there is no proposed reply",
                       exists(operand) ? "turngate replay writes one beside an event without an "
                                         "expected reply"
                                       : "the file does not exist");
}

int settle(Invocation& invocation, void (*decide)(const std::string&), std::string_view done) {
    std::vector<std::string> operands = invocation.arguments.operands();
    if (operands.empty()) operands.emplace_back(".");
    std::size_t count = 0;
    int status = exit_status::good;
    for (const std::string& operand : operands) {
        try {
            each_proposal(operand, [&](const std::string& proposal) {
                decide(proposal);
                ++count;
                if (invocation.verbosity >= 0)
                    invocation.out.write(std::string(done) + ' ' + proposal + '\n');
            });
        } catch (const CommandError& e) {
            status = std::max(status, show(invocation.err, e));
        }
    }
    if (count == 0 && status == exit_status::good) {
        status = exit_status::nothing_to_do;
        show(invocation.err,
             CommandError(status, "no proposed reply was found",
                          "turngate replay writes NAME.reply.json.new beside an event without an "
                          "expected reply"));
    }
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
