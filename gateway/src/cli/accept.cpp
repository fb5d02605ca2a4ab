// accept and reject: what becomes of the replies that a replay proposed in .new files.
#include <algorithm>
#include <set>

#include "cli/commands.h"
#include "cli/error_message.h"
#include "cli/exit_status.h"
#include "cli/invocation.h"
#include "cli/proposals.h"
#include "replay/printable.h"

namespace turngate::cli {
namespace {

constexpr std::string_view accept_examples[] = {"accept events/", "accept events/create.json"};
constexpr std::string_view reject_examples[] = {"reject events/"};

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
        if (!settled.contains(path)) tell(proposal_problem(path, error));
    };
    std::string without;  // an operand without a proposal, which is no mistake among others
    for (const std::string& operand : operands)
        if (!each_proposal(operand, settle_one, fail_one)) without = operand;
    if (settled.empty() && status == exit_status::good)
        tell(no_proposal(operands.size() == 1 ? without : ""));
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
    .run = [](Invocation& invocation) { return settle(invocation, accept_proposal, "accepted"); },
};

const Command reject_command = {
    .name = "reject",
    .operands = "[DIR|FILE...]",
    .summary = "delete proposed replies",
    .description =
        "Deletes NAME.reply.json.new and NAME.replies.ndjson.new: all below DIR (the "
        "current directory if none is given), or those of the events FILE.",
    .examples = reject_examples,
    .run = [](Invocation& invocation) { return settle(invocation, reject_proposal, "rejected"); },
};

}  // namespace turngate::cli
