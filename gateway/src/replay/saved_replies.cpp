// The replies of a run as files.
#include "replay/saved_replies.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "cli/exit_status.h"
#include "replay/golden_file.h"
#include "replay/golden_text.h"
#include "replay/ignore.h"

namespace turngate::replay {
namespace {

namespace fs = std::filesystem;

// Larger ones are told by their digest, in a line, or have a file of their own.
constexpr std::size_t largest_in_line = 65'536;

std::string directory_of(const std::string& path) {
    return path.substr(0, path.rfind('/') + 1);  // npos + 1 is 0
}

}  // namespace

std::string_view event_file(const Result& result) noexcept {
    const std::string_view name = result.name;
    if (result.line == 0) return name;
    const auto colon = name.rfind(':');
    if (colon == std::string_view::npos ||
        name.find_first_not_of("0123456789", colon + 1) != std::string_view::npos)
        return name;  // a stream that is one event
    return name.substr(0, colon);
}

std::string saved_path(const std::string& directory, const Result& result) {
    std::string path = directory;
    std::string_view rest = event_file(result);
    if (rest == "-") rest = "stdin";
    while (!rest.empty()) {
        const auto slash = std::min(rest.find('/'), rest.size());
        const std::string_view part = rest.substr(0, slash);
        rest.remove_prefix(std::min(slash + 1, rest.size()));
        if (part.empty() || part == ".") continue;
        if (!path.ends_with('/')) path += '/';
        // "..", which would lead out, is "_", and so what has that name is another's.
        if (part.find_first_not_of('_') == part.npos) path += '_';
        path += part == ".." ? "_" : part;
    }
    if (result.line > 0 && !has_event_lines(path)) path += ".ndjson";
    return path;
}

void SavedReplies::fail(const std::system_error& error) const {
    const int code = error.code().value();
    const bool is_full = code == ENOSPC || code == EDQUOT || code == EFBIG;
    throw cli::CommandError(cli::exit_status::wrong_answer,
                            "cannot save replies in " + directory_ + ": " + error.what(),
                            is_full ? "make room there and in the directory of temporary files"
                                    : "give --save a directory that can be written");
}

void SavedReplies::event(const Result& result) try {
    if (!result.reply) return;
    const std::string path = saved_path(directory_, result);
    make_place(path, event_file(result));
    if (result.line > 0) return save_line(path, result);
    const std::string side = side_path(path);
    const GoldenText text =
        golden_text(*result.reply, IgnoreRules(), nullptr,
                    {.side_file = std::string_view(side).substr(side.rfind('/') + 1)});
    if (text.side) write_file(side, *text.side, false);
    write_file(golden_path(path), text.json, false);
} catch (const std::system_error& e) {
    fail(e);
}

void SavedReplies::save_line(const std::string& path, const Result& result) {
    if (lines_path_ != path || result.line <= line_) finish_lines();
    if (!lines_) lines_ = std::make_unique<LineGoldens>(path);
    lines_path_ = path;
    line_ = result.line;
    const GoldenText text = golden_text(*result.reply, IgnoreRules(), nullptr,
                                        {.one_line = true, .largest_inline = largest_in_line});
    lines_->put(line_, text.json, false);
}

void SavedReplies::make_place(const std::string& path, std::string_view event) {
    const std::string place = directory_of(path);
    if (place == place_) return;
    std::error_code error;
    fs::create_directories(place, error);
    if (error)
        throw cli::CommandError(cli::exit_status::usage,
                                "cannot save replies in " + place + ": " + error.message(),
                                "give --save a directory that can be written");
    const fs::path source = fs::path(event).parent_path();
    std::error_code ignored;
    if (fs::equivalent(place, source.empty() ? fs::path(".") : source, ignored))
        throw cli::CommandError(cli::exit_status::usage,
                                "cannot save replies in " + directory_ +
                                    ": they would take the place of the expected ones in " + place,
                                "give --save a directory of its own");
    place_ = place;
}

void SavedReplies::finish_lines() {
    if (const auto lines = std::exchange(lines_, nullptr)) lines->finish();
    line_ = 0;
}

void SavedReplies::end(const Summary&) try { finish_lines(); } catch (const std::system_error& e) {
    fail(e);
}

}  // namespace turngate::replay
