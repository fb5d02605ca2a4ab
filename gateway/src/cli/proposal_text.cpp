// What accepting a proposed reply would change.
#include "cli/proposal_text.h"

#include <cerrno>
#include <cstdint>
#include <exception>
#include <string_view>
#include <system_error>
#include <utility>

#include "cli/exit_status.h"
#include "cli/http_text.h"
#include "cli/proposals.h"
#include "replay/compare.h"
#include "replay/difference_text.h"
#include "replay/golden.h"
#include "replay/golden_file.h"
#include "replay/line_reader.h"
#include "replay/printable.h"
#include "replay/text_diff.h"
#include <turngate/events/decode.h>
#include <turngate/http/encoding.h>

namespace turngate::cli {
namespace {

constexpr std::string_view margin = "    ";
constexpr std::size_t most_lines = 200;  // of one reply
constexpr std::size_t longest_line = 1000;
constexpr std::size_t most_text = 256 * 1024;  // of one proposal

// The file that a body stands in, or what is known of it; empty for a body that is there.
std::string elsewhere(const replay::Golden& golden) {
    if (!replay::is_elsewhere(golden)) return {};
    if (golden.kind == replay::Golden::Body::file) return "file " + std::string(golden.body);
    return (golden.size ? std::to_string(*golden.size) + " bytes, " : "") + "sha256 " +
           std::string(golden.body);
}

std::string fresh_text(const replay::Golden& golden, const Terminal& terminal) {
    const Response reply = replay::expected_reply(golden);
    const std::string body = elsewhere(golden);
    std::string text = golden.status ? head_text(reply) : "";
    if (!body.empty())
        text += '(' + body + ')';
    else if (is_utf8(reply.body))
        text += reply.body;
    else
        text += '(' + std::to_string(reply.body.size()) + " bytes)";
    std::string result;
    std::size_t count = 0;
    for (const std::string_view line : replay::lines_of(text)) {
        if (++count > most_lines) {
            result += std::string(margin) + "...\n";
            break;
        }
        result += std::string(margin) +
                  terminal.paint(Color::green,
                                 "+ " + replay::printable(replay::clip(line, 0, longest_line))) +
                  '\n';
    }
    return result;
}

std::string changed_text(replay::Golden old, const replay::Golden& golden,
                         const Terminal& terminal) {
    const std::string before = elsewhere(old), after = elsewhere(golden);
    const bool is_here = before.empty() && after.empty();
    if (!is_here) old.kind = replay::Golden::Body::absent;
    const replay::IgnoreRules rules = replay::IgnoreRules::defaults();
    replay::Result result;
    result.differences = replay::Comparer(rules).differences(old, replay::expected_reply(golden));
    if (before != after)
        result.differences.push_back({replay::Difference::Part::text, {}, before, after});
    if (result.differences.empty())
        return std::string(margin) + "the expected reply, written in another way\n";
    return replay::difference_text(result, replay::DiffStyle::automatic, terminal);
}

std::string headline(const std::string& name, std::string_view event, bool is_fresh,
                     const Terminal& terminal) {
    std::string text(terminal.glyph(is_fresh ? Glyph::fresh : Glyph::fail));
    text =
        terminal.paint(is_fresh ? Color::yellow : Color::red, text) + ' ' + replay::printable(name);
    try {
        const events::Event decoded = events::decode(event, {.lenient = true});
        text +=
            "   " + replay::printable(decoded.request.method + ' ' + decoded.request.url.target());
    } catch (const Error&) {  // it is the reply that is looked at
    }
    return text + (is_fresh ? "   no expected reply" : "") + '\n';
}

// One reply: `old` is empty if there is none.
std::string reply_text(const std::string& name, std::string_view event, std::string_view old,
                       std::string_view proposed, const Terminal& terminal) {
    replay::GoldenParser parser, old_parser;
    const replay::Golden& golden = parser.parse(proposed);
    std::string text = headline(name, event, old.empty(), terminal);
    if (old.empty()) return text + fresh_text(golden, terminal);
    try {
        return text + changed_text(old_parser.parse(old), golden, terminal);
    } catch (const JsonError& e) {
        return text + std::string(margin) +
               "of the expected reply: " + replay::printable(e.what()) + '\n' +
               fresh_text(golden, terminal);
    }
}

// The lines of a file; nothing if there is none.
class Lines {
  public:
    Lines(const std::string& path, std::size_t limit)
        : fd_(replay::open_file(path)), reader_(fd_.get(), limit), more_(bool(fd_)) {}
    // False at the end, where `line` is empty.
    bool next(std::string_view& line) {
        line = {};
        if (!more_) return false;
        const auto status = reader_.next(line);
        more_ = status != replay::LineReader::Status::end;
        if (status != replay::LineReader::Status::line) line = {};
        return more_;
    }

  private:
    os::Fd fd_;
    replay::LineReader reader_;
    bool more_;
};

// "calls.ndjson" of "calls.replies.ndjson", "create.json" of "create.reply.json", "calls.har" of
// "calls.har.replies.ndjson".
std::string event_path(const std::string& golden) {
    const std::string_view part = replay::has_event_lines(golden) ? ".replies" : ".reply";
    const auto at = golden.rfind(part);
    if (replay::is_har(golden.substr(0, at))) return golden.substr(0, at);
    return golden.substr(0, at) + golden.substr(at + part.size());
}

std::string lines_text(const std::string& proposal, const Terminal& terminal) {
    const std::string golden = golden_of(proposal), events = event_path(golden);
    // The entries of an archive are no lines: their headlines go without the request.
    Lines proposed(proposal, replay::golden_limit), old(golden, replay::golden_limit),
        event(replay::is_har(events) ? std::string() : events, replay::event_limit);
    std::string text;
    std::uint64_t unseen = 0;
    std::string_view fresh, expected, request;
    for (std::uint64_t line = 1; proposed.next(fresh); ++line) {
        old.next(expected);
        event.next(request);
        if (replay::is_blank(fresh)) continue;
        if (text.size() > most_text) {
            ++unseen;
            continue;
        }
        text +=
            reply_text(events + ':' + std::to_string(line), request,
                       replay::is_blank(expected) ? std::string_view() : expected, fresh, terminal);
    }
    if (unseen > 0) text += std::string(margin) + "and " + std::to_string(unseen) + " more\n";
    return text;
}

std::string file_text(const std::string& proposal, const Terminal& terminal) {
    const std::string golden = golden_of(proposal), event = event_path(golden);
    std::string proposed, old, request;
    if (!replay::read_file(proposal, proposed, replay::golden_limit))
        throw proposal_problem(proposal, ENOENT);
    replay::read_file(golden, old, replay::golden_limit);
    try {
        replay::read_file(event, request, replay::event_limit);
    } catch (const std::exception&) {  // it is the reply that is looked at
    }
    return reply_text(event, request, old, proposed, terminal);
}

}  // namespace

std::string proposal_text(const std::string& proposal, const Terminal& terminal) {
    try {
        return replay::has_event_lines(golden_of(proposal)) ? lines_text(proposal, terminal)
                                                            : file_text(proposal, terminal);
    } catch (const CommandError&) {
        throw;
    } catch (const std::system_error& e) {
        throw CommandError(exit_status::unreadable, e.what(), "make it a file that can be read");
    } catch (const replay::FileProblem& e) {
        throw CommandError(exit_status::unreadable, e.what(), "make it a file that can be read");
    } catch (const std::exception& e) {  // JSON, or a header field, that is none
        throw CommandError(exit_status::unreadable, proposal + ": " + e.what(),
                           "correct it, or reject it and have it proposed anew");
    }
}

}  // namespace turngate::cli
