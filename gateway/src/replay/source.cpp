// Where the events of a replay come from.
#include "replay/source.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "replay/event_lines.h"
#include "replay/glob.h"
#include "replay/golden_file.h"
#include "replay/reading_hint.h"
#include "replay/report.h"

namespace turngate::replay {
namespace {

constexpr std::size_t most_bytes = 1u << 20;  // of a batch, unless one line has more

// Marks a folder whose events are for another handler than those above it.
constexpr std::string_view apart = ".apart";

void add_problem(Batch& batch, std::string_view name, int error) {
    batch.add_problem(name, reason(error), reading_hint(error));
}

}  // namespace

bool is_stream(const std::string& input) {
    struct stat status {};
    return input == "-" || (::stat(input.c_str(), &status) == 0 && !S_ISREG(status.st_mode) &&
                            !S_ISDIR(status.st_mode));
}

void Batch::clear() {
    lines.reset();
    if (text.capacity() > 4 * most_bytes) text = {};
    text.clear();
    items.clear();
}

Item& Batch::add_problem(std::string_view name, std::string_view why, std::string_view hint) {
    Item item{.kind = Item::Kind::problem};
    item.name = add(name);
    item.event = add(why);
    item.hint = add(hint);
    return items.emplace_back(item);
}

Item& Batch::add_skipped(std::string_view name, std::string_view why, bool named) {
    Item& item = add_problem(name, why, {});
    item.kind = Item::Kind::skipped;
    item.named = named;
    return item;
}

bool Selection::includes(std::string_view path) const {
    auto selects = [&](const std::string& glob) { return glob_selects(glob, path); };
    return (only.empty() || std::any_of(only.begin(), only.end(), selects)) &&
           std::none_of(skip.begin(), skip.end(), selects);
}

bool Selection::is_output(const FileId& file) const {
    return std::find(outputs.begin(), outputs.end(), file) != outputs.end();
}

Source::Source(std::vector<std::string> inputs, Selection selection, int wake_fd, Reading reading,
               std::size_t limit)
    : inputs_(std::move(inputs)),
      selection_(std::move(selection)),
      wake_fd_(wake_fd),
      reading_(reading),
      limit_(limit) {}

Source::~Source() = default;

bool Source::fill(Batch& batch, std::size_t most) {
    batch.clear();
    while (batch.items.size() < most) {
        if (lines_) {
            if (!batch.items.empty()) break;  // one batch holds lines or files, not both
            if (fill_lines(batch, most)) return true;
        } else if (walk_) {
            walk_on(batch);
        } else if (next_input_ < inputs_.size()) {
            if (!batch.items.empty() && is_stream(inputs_[next_input_])) break;
            open(batch, inputs_[next_input_++]);
        } else {
            break;
        }
    }
    return !batch.items.empty();
}

bool Source::fill_lines(Batch& batch, std::size_t most) {
    batch.lines = lines_->file;
    bool more = true;
    try {
        while (more && batch.items.size() < most && batch.text.size() < most_bytes) {
            const std::size_t had = batch.items.size();
            more = lines_->next(batch);
            if (batch.items.size() == had) break;  // what there is goes first
        }
    } catch (const std::system_error& e) {
        add_problem(batch, lines_->file->path, e.code().value());
        more = false;
    } catch (const BadGzip& e) {
        batch.add_problem(lines_->file->path, e.what(), packed_hint);
        more = false;
    }
    if (!more) lines_.reset();
    return !batch.items.empty();
}

bool Source::is_passed_over(std::string_view path) const {
    return reading_ != Reading::companions && is_companion(path);
}

void Source::add_file(Batch& batch, const std::string& path, bool named) {
    if (has_event_lines(path)) return open_lines(batch, path, named, 0);
    Item item{.kind = Item::Kind::file, .named = named};
    item.name = batch.add(path);
    batch.items.push_back(item);
}

void Source::open(Batch& batch, const std::string& input) {
    if (input == "-") return open_stream(batch, input);
    if (input.empty()) return add_problem(batch, "\"\"", ENOENT);
    struct stat status {};
    if (::stat(input.c_str(), &status) != 0) {
        const int error = errno;
        if (error == ENOENT && open_line(batch, input)) return;
        if (error == ENOENT && is_glob(input)) return open_glob(input);
        return add_problem(batch, input, error);
    }
    if (S_ISDIR(status.st_mode)) {
        walk_ = std::make_unique<Walk>(input, SIZE_MAX, apart);
        glob_.clear();
    } else if (!selection_.includes(input)) {
        return;
    } else if (S_ISREG(status.st_mode)) {
        if (selection_.is_output(id_of(status))) {
            batch.add_skipped(input, "this run writes it", true);
            return;
        }
        add_file(batch, input, true);
    } else {
        open_stream(batch, input);
    }
}

// "calls.ndjson:17". False if that is not what `input` means.
bool Source::open_line(Batch& batch, const std::string& input) {
    const auto colon = input.rfind(':');
    if (colon == std::string::npos) return false;
    const std::string path = input.substr(0, colon);
    struct stat status {};
    if (!has_event_lines(path) || ::stat(path.c_str(), &status) != 0) return false;
    const std::string_view digits = std::string_view(input).substr(colon + 1);
    const char* end = digits.data() + digits.size();
    std::uint64_t line = 0;
    const auto parsed = std::from_chars(digits.data(), end, line);
    if (parsed.ec != std::errc{} || parsed.ptr != end || line == 0)
        batch.add_problem(input,
                          "expected the number of a line behind the colon, and lines count from 1",
                          line_hint);
    else if (selection_.includes(path))
        open_lines(batch, path, true, line);
    return true;
}

// The walk begins at the last directory that is named in full.
void Source::open_glob(const std::string& input) {
    const auto magic = input.find_first_of("*?[{");
    const auto slash = input.rfind('/', magic);
    const std::string root = slash == std::string::npos ? "."
                             : slash == 0               ? "/"
                                                        : input.substr(0, slash);
    glob_ = slash == std::string::npos ? "./" + input : input;
    glob_matched_ = false;
    const std::string_view rest = std::string_view(input).substr(slash + 1);
    const auto levels = static_cast<std::size_t>(1 + std::count(rest.begin(), rest.end(), '/'));
    const bool is_deep = rest.find("**") != std::string_view::npos;
    walk_ = std::make_unique<Walk>(root, is_deep ? SIZE_MAX : levels, apart);
}

void Source::open_lines(Batch& batch, const std::string& path, bool named,
                        std::uint64_t only_line) {
    if (is_passed_over(path) || reading_ == Reading::names) {
        Item item{.kind = Item::Kind::file, .named = true};
        const bool is_line = only_line != 0 && !is_passed_over(path);
        item.name = batch.add(is_line ? path + ':' + std::to_string(only_line) : path);
        batch.items.push_back(item);
        return;
    }
    std::string name = path;
    try {
        if (!named && is_report_file(path)) {
            batch.add_skipped(path, "a report of a replay", false);
            return;
        }
        os::Fd fd = open_file(path);
        if (!fd) return add_problem(batch, path, ENOENT);
        lines_ = std::make_unique<EventLines>(fd.release(), path, -1, limit_);
        if (is_har(path)) lines_->read_har();
        if (only_line != 0) lines_->select(only_line);
        if (reading_ == Reading::events || reading_ == Reading::companions) return;
        name = golden_path(path);
        lines_->open_goldens();
        return;
    } catch (const std::system_error& e) {
        add_problem(batch, name, e.code().value());
    } catch (const FileProblem& e) {
        batch.add_problem(name, e.rule(), e.hint());
    } catch (const JsonError& e) {
        batch.add_problem(name, e.what(), "a HAR file is what a browser exports; export it again");
    }
    lines_.reset();
}

void Source::open_stream(Batch& batch, const std::string& path) {
    if (is_har(path)) {
        batch.add_problem(path, "a HAR file has to be a regular file", irregular_hint);
        return;
    }
    // A FIFO without a writer would hold up open(), which no wake-up ends.
    const int fd = path == "-" ? STDIN_FILENO
                               : ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) return add_problem(batch, path, errno);
    lines_ = std::make_unique<EventLines>(fd, path, wake_fd_, limit_);
    try {
        if (!has_event_lines(path)) lines_->sniff();
    } catch (const std::system_error& e) {
        lines_.reset();
        add_problem(batch, path, e.code().value());
    } catch (const BadGzip& e) {
        lines_.reset();
        batch.add_problem(path, e.what(), packed_hint);
    }
}

void Source::walk_on(Batch& batch) {
    using enum Walk::Entry::Kind;
    const Walk::Entry entry = walk_->next();
    if (entry.kind == end) {
        walk_.reset();
        if (!glob_.empty() && !glob_matched_)
            batch.add_problem(inputs_[next_input_ - 1], "no file matches", reading_hint(ENOENT));
        return;
    }
    if (!glob_.empty() && entry.kind != failed && !glob_matches(glob_, entry.path)) return;
    std::string path = entry.path;
    if (path.starts_with("./") && path.size() > 2) path.erase(0, 2);
    const bool by_name = (!glob_.empty() || has_event_name(path)) && !is_passed_over(path);
    glob_matched_ = glob_matched_ || by_name || entry.kind == failed;
    if (entry.kind == missing && !by_name) return;  // whatever it was, it was no event
    if (entry.kind == file) {
        if (by_name && selection_.includes(path) && !selection_.is_output(entry.id))
            add_file(batch, path, false);
    } else if (entry.kind == missing && entry.error == ENOENT) {
        batch.add_problem(path, reason(ENOENT), gone_hint);
    } else if (entry.kind == failed || entry.kind == missing) {
        add_problem(batch, path, entry.error);
    } else if (entry.kind == visited) {
        batch.add_skipped(path, "a link to a directory that has been visited", false);
    } else if (by_name) {
        batch.add_skipped(path, "not a regular file", false);
    }
}

}  // namespace turngate::replay
