// Replies that a replay proposed in .new files.
#include "cli/proposals.h"

#include <cerrno>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "replay/golden.h"
#include "replay/golden_file.h"
#include "replay/line_goldens.h"
#include "replay/walk.h"

namespace turngate::cli {
namespace {

constexpr std::string_view ending = ".new";
constexpr const char* again =
    "what could be done has been done; mend this and run the command again";

[[noreturn]] void fail(const std::string& path, int error) {
    throw proposal_problem(path, error);
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

}  // namespace

CommandError proposal_problem(const std::string& path, int error) {
    return {exit_status::unreadable, path + ": " + replay::reason(error), again};
}

std::string golden_of(const std::string& proposal) {
    return proposal.substr(0, proposal.size() - ending.size());
}

void accept_proposal(const std::string& proposal) {
    const std::string golden = golden_of(proposal);
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

void reject_proposal(const std::string& proposal) {
    if (::unlink(proposal.c_str()) != 0) fail(proposal, errno);
}

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

CommandError no_proposal(const std::string& without) {
    return {
        exit_status::nothing_to_do,
        without.empty() ? "no proposed reply was found" : without + ": there is no proposed reply",
        "turngate replay writes NAME.reply.json.new beside an event without an expected reply"};
}

}  // namespace turngate::cli
