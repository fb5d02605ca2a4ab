// Where the events of a replay come from.
#include "replay/source.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "replay/glob.h"
#include "replay/golden_file.h"
#include "replay/json_tree.h"

namespace turngate::replay {
namespace {

// An event may have 6 MiB; a line may be longer by what a little white space and escapes add.
constexpr std::size_t longest_event = 8u << 20;
constexpr std::size_t longest_golden = 64u << 20;
constexpr std::size_t most_bytes = 1u << 20;  // of a batch, unless one line has more

// The C library begins with a capital.
std::string reason(int error) {
    std::string text = std::generic_category().message(error);
    if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z')
        text[0] = static_cast<char>(text[0] | 0x20);
    return text;
}

bool is_blank(std::string_view line) {
    return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

bool is_json(std::string_view text) {
    try {
        JsonTree().parse(text);
        return true;
    } catch (const JsonError&) {
        return false;
    }
}

}  // namespace

void Batch::clear() {
    lines.reset();
    if (text.capacity() > 4 * most_bytes) text = {};
    text.clear();
    items.clear();
}

bool Selection::includes(std::string_view path) const {
    auto selects = [&](const std::string& glob) { return glob_selects(glob, path); };
    return (only.empty() || std::any_of(only.begin(), only.end(), selects)) &&
           std::none_of(skip.begin(), skip.end(), selects);
}

// An open file with an event a line, and the file with its goldens.
class Source::Lines {
  public:
    Lines(int fd, std::string path, int wake_fd)
        : file(std::make_shared<LinesFile>(LinesFile{std::move(path), false})),
          fd_(fd),
          events_(fd, longest_event, wake_fd) {}
    ~Lines() {
        if (fd_ > STDIN_FILENO) ::close(fd_);
        if (golden_fd_ >= 0) ::close(golden_fd_);
    }
    Lines(const Lines&) = delete;
    Lines& operator=(const Lines&) = delete;

    const std::shared_ptr<LinesFile> file;
    std::uint64_t only_line = 0;  // 0: all
    bool named = false;

    // Returns errno of a golden file that is there and cannot be opened.
    int open_goldens() {
        file->has_goldens = true;
        golden_fd_ = ::open(golden_path(file->path).c_str(), O_RDONLY | O_CLOEXEC);
        if (golden_fd_ < 0) return errno == ENOENT ? 0 : errno;
        goldens_.emplace(golden_fd_, longest_golden);
        return 0;
    }

    // For a stream: whether its first line is an event. If not, all of it is one.
    void sniff() {
        std::string_view line;
        for (;;) {
            first_status_ = events_.next(line);
            if (first_status_ == LineReader::Status::end) return;
            ++line_;
            if (first_status_ == LineReader::Status::too_long || !is_blank(line)) break;
        }
        first_ = line;
        has_first_ = true;
        if (first_status_ == LineReader::Status::too_long || is_json(first_)) return;
        while (events_.next(line) != LineReader::Status::end && first_.size() <= longest_event)
            first_.append(1, '\n').append(line);
        whole_ = true;
    }

    // Adds the next event to the batch; false at the end.
    bool next(Batch& batch) {
        std::string_view line;
        LineReader::Status status = LineReader::Status::line;
        for (;;) {
            if (only_line != 0 && line_ >= only_line) return false;
            if (has_first_) {
                line = first_;
                status = first_status_;
                has_first_ = false;
            } else {
                if (whole_) return false;
                status = events_.next(line);
                if (status == LineReader::Status::end) return false;
                ++line_;
            }
            read_golden();
            if (only_line != 0 && line_ != only_line) continue;
            if (status == LineReader::Status::too_long || !is_blank(line)) break;
        }
        Item item{.kind = Item::Kind::text, .named = named, .line = line_};
        std::string name = file->path;
        if (!whole_) name += ':' + std::to_string(line_);
        item.name = batch.add(name);
        if (status == LineReader::Status::too_long) {
            item.kind = Item::Kind::problem;
            item.event =
                batch.add("the line has more than " + std::to_string(longest_event) + " bytes");
        } else if (golden_too_long_) {
            item.kind = Item::Kind::problem;
            item.event =
                batch.add("line " + std::to_string(line_) + " of " + golden_path(file->path) +
                          " has more than " + std::to_string(longest_golden) + " bytes");
        } else {
            item.event = batch.add(line);
            if (has_golden_) {
                item.golden = batch.add(golden_);
                item.has_golden = true;
            }
        }
        batch.items.push_back(item);
        return true;
    }

  private:
    void read_golden() {
        has_golden_ = golden_too_long_ = false;
        while (goldens_ && golden_line_ < line_) {
            const auto status = goldens_->next(golden_);
            if (status == LineReader::Status::end) {
                goldens_.reset();
                return;
            }
            ++golden_line_;
            golden_too_long_ = status == LineReader::Status::too_long;
            has_golden_ = !golden_too_long_ && !is_blank(golden_);
        }
    }

    int fd_;
    int golden_fd_ = -1;
    LineReader events_;
    std::optional<LineReader> goldens_;
    std::uint64_t line_ = 0;
    std::uint64_t golden_line_ = 0;
    std::string_view golden_;
    bool has_golden_ = false;
    bool golden_too_long_ = false;
    std::string first_;
    LineReader::Status first_status_ = LineReader::Status::line;
    bool has_first_ = false;
    bool whole_ = false;
};

Source::Source(std::vector<std::string> inputs, Selection selection, int wake_fd)
    : inputs_(std::move(inputs)), selection_(std::move(selection)), wake_fd_(wake_fd) {}

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
        while (more && batch.items.size() < most && batch.text.size() < most_bytes)
            more = lines_->next(batch);
    } catch (const std::system_error& e) {
        add_problem(batch, lines_->file->path, reason(e.code().value()));
        more = false;
    }
    if (!more) lines_.reset();
    return !batch.items.empty();
}

void Source::add_problem(Batch& batch, std::string_view name, std::string_view why) {
    Item item{.kind = Item::Kind::problem};
    item.name = batch.add(name);
    item.event = batch.add(why);
    batch.items.push_back(item);
}

void Source::add_file(Batch& batch, const std::string& path, bool named) {
    if (has_event_lines(path)) return open_lines(batch, path, 0);
    Item item{.kind = Item::Kind::file, .named = named};
    item.name = batch.add(path);
    batch.items.push_back(item);
}

void Source::open(Batch& batch, const std::string& input) {
    if (input == "-") return open_stream(batch, input);
    struct stat status {};
    if (::stat(input.c_str(), &status) != 0) {
        const int error = errno;
        const auto colon = input.rfind(':');
        std::uint64_t line = 0;
        if (error == ENOENT && colon != std::string::npos &&
            has_event_lines(input.substr(0, colon))) {
            const char* end = input.data() + input.size();
            if (std::from_chars(input.data() + colon + 1, end, line).ptr == end && line > 0)
                return open_lines(batch, input.substr(0, colon), line);
        }
        if (error == ENOENT && is_glob(input)) {
            // The walk begins at the last directory that is named in full.
            const auto magic = input.find_first_of("*?[{");
            const auto slash = input.rfind('/', magic);
            const std::string root = slash == std::string::npos ? "."
                                     : slash == 0               ? "/"
                                                                : input.substr(0, slash);
            glob_ = slash == std::string::npos ? "./" + input : input;
            const std::string_view rest = std::string_view(input).substr(slash + 1);
            const auto levels = 1 + std::count(rest.begin(), rest.end(), '/');
            walk_ = rest.find("**") == std::string_view::npos
                        ? std::make_unique<Walk>(root, static_cast<std::size_t>(levels))
                        : std::make_unique<Walk>(root);
            return;
        }
        return add_problem(batch, input, reason(error));
    }
    if (S_ISDIR(status.st_mode)) {
        walk_ = std::make_unique<Walk>(input);
        glob_.clear();
    } else if (!selection_.includes(input)) {
        return;
    } else if (S_ISREG(status.st_mode)) {
        add_file(batch, input, true);
    } else {
        open_stream(batch, input);
    }
}

void Source::open_lines(Batch& batch, const std::string& path, std::uint64_t only_line) {
    if (is_companion(path)) {
        Item item{.kind = Item::Kind::file, .named = true};
        item.name = batch.add(path);
        batch.items.push_back(item);
        return;
    }
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return add_problem(batch, path, reason(errno));
    lines_ = std::make_unique<Lines>(fd, path, -1);
    lines_->only_line = only_line;
    if (const int error = lines_->open_goldens(); error != 0) {
        lines_.reset();
        add_problem(batch, golden_path(path), reason(error));
    }
}

void Source::open_stream(Batch& batch, const std::string& path) {
    const int fd = path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return add_problem(batch, path, reason(errno));
    lines_ = std::make_unique<Lines>(fd, path, wake_fd_);
    lines_->named = true;
    try {
        if (!has_event_lines(path)) lines_->sniff();
    } catch (const std::system_error& e) {
        lines_.reset();
        add_problem(batch, path, reason(e.code().value()));
    }
}

void Source::walk_on(Batch& batch) {
    using enum Walk::Entry::Kind;
    const Walk::Entry entry = walk_->next();
    if (entry.kind == end) {
        walk_.reset();
        return;
    }
    if (!glob_.empty() && entry.kind != failed && !glob_matches(glob_, entry.path)) return;
    std::string path = entry.path;
    if (path.starts_with("./") && path.size() > 2) path.erase(0, 2);
    const bool by_name =
        (!glob_.empty() || path.ends_with(".json") || has_event_lines(path)) && !is_companion(path);
    if (entry.kind == file) {
        if (by_name && selection_.includes(path)) add_file(batch, path, false);
    } else if (entry.kind == failed) {
        add_problem(batch, path, reason(entry.error));
    } else if (entry.kind == visited || by_name) {
        Item item{.kind = Item::Kind::skipped};
        item.name = batch.add(path);
        item.event = batch.add(entry.kind == visited ? "a link to a directory that has been visited"
                                                     : "not a regular file");
        batch.items.push_back(item);
    }
}

}  // namespace turngate::replay
