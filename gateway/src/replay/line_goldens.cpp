// New expected replies for a file with an event a line.
#include "replay/line_goldens.h"

#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <system_error>
#include <unistd.h>

#include "replay/golden.h"
#include "replay/line_reader.h"
#include <turngate/os/fd.h>

namespace turngate::replay {

// Lines "17 {...}" in an unnamed temporary file.
class LineGoldens::Overlay {
  public:
    Overlay() : file_(std::tmpfile()) {
        if (!file_) throw std::system_error(errno, std::generic_category(), "temporary file");
    }
    ~Overlay() { std::fclose(file_); }
    Overlay(const Overlay&) = delete;
    Overlay& operator=(const Overlay&) = delete;

    void put(std::uint64_t of_line, std::string_view golden) {
        const std::string number = std::to_string(of_line) + ' ';
        if (std::fwrite(number.data(), 1, number.size(), file_) != number.size() ||
            std::fwrite(golden.data(), 1, golden.size(), file_) != golden.size()) {
            failure_ = errno;
            throw std::system_error(failure_, std::generic_category(), "temporary file");
        }
    }

    // Throws also if a line has not got in whole: half of it would become a golden.
    void rewind() {
        if (failure_ != 0)
            throw std::system_error(failure_, std::generic_category(), "temporary file");
        if (std::fflush(file_) != 0)
            throw std::system_error(errno, std::generic_category(), "temporary file");
        ::lseek(::fileno(file_), 0, SEEK_SET);
        reader_.emplace(::fileno(file_), SIZE_MAX / 2);
        advance();
    }

    // The line that comes next; 0 at the end.
    std::uint64_t line = 0;
    std::string_view json = {};

    void advance() {
        std::string_view text;
        line = 0;
        if (reader_->next(text) != LineReader::Status::line) return;
        const char* begin = text.data();
        const auto parsed = std::from_chars(begin, begin + text.size(), line);
        json = text.substr(static_cast<std::size_t>(parsed.ptr - begin) + 1);
    }

  private:
    std::FILE* file_;
    int failure_ = 0;
    std::optional<LineReader> reader_;
};

namespace {

// The lines of a file; none if there is no such file.
class OldLines {
  public:
    explicit OldLines(const std::string& path) : fd_(open_file(path)) {
        if (fd_) reader_.emplace(fd_.get(), SIZE_MAX / 2);
    }

    bool has_file() const { return bool(fd_); }

    // False at the end, where `line` is empty.
    bool next(std::string_view& line) {
        line = {};
        if (reader_ && reader_->next(line) != LineReader::Status::end) return true;
        reader_.reset();
        line = {};
        return false;
    }

  private:
    os::Fd fd_;
    std::optional<LineReader> reader_;
};

void remove_file(const std::string& path) {
    if (::unlink(path.c_str()) != 0 && errno != ENOENT)
        throw std::system_error(errno, std::generic_category(), "cannot remove " + path);
}

}  // namespace

LineGoldens::LineGoldens(std::string event_path) : event_path_(std::move(event_path)) {}

LineGoldens::~LineGoldens() = default;

void LineGoldens::put(std::uint64_t line, std::string_view json, bool proposal) {
    auto& overlay = proposal ? proposals_ : changes_;
    if (!overlay) {
        // That the file cannot be written is told of the first event, not after the last.
        const FileReplacement attempt(proposal ? proposal_path(event_path_)
                                               : golden_path(event_path_));
        overlay = std::make_unique<Overlay>();
    }
    overlay->put(line, json);
}

// The lines of `path`, with those of `changes` in their places.
void LineGoldens::change(const std::string& path, Overlay& changes, bool durable) {
    OldLines old(path);
    FileReplacement file(path);
    changes.rewind();
    std::string_view kept;
    for (std::uint64_t line = 1; old.next(kept) || changes.line != 0; ++line) {
        const bool changed = changes.line == line;
        file.write(changed ? changes.json : kept);
        if (changed) changes.advance();
        file.write("\n");
    }
    file.commit(durable);
}

// Takes the lines of `changes` out of `path`, a file of proposals, if it exists.
void LineGoldens::withdraw(const std::string& path, Overlay& changes) {
    OldLines old(path);
    if (!old.has_file()) return;
    FileReplacement file(path);
    changes.rewind();
    bool is_empty = true;
    std::string_view kept;
    for (std::uint64_t line = 1; old.next(kept); ++line) {
        const bool changed = changes.line == line;
        if (changed) changes.advance();
        if (!changed) file.write(kept);
        is_empty = is_empty && (changed || is_blank(kept));
        file.write("\n");
    }
    if (is_empty) return remove_file(path);
    file.commit(false);
}

void LineGoldens::finish() {
    const std::string goldens = golden_path(event_path_);
    const std::string proposals = proposal_path(event_path_);
    if (changes_) {
        change(goldens, *changes_, true);
        withdraw(proposals, *changes_);  // what was proposed for these lines is out of date
    }
    changes_.reset();
    if (proposals_) change(proposals, *proposals_, false);
    proposals_.reset();
}

void accept_lines(const std::string& proposals) {
    const std::string goldens = proposals.substr(0, proposals.rfind('.'));
    OldLines proposed(proposals);
    OldLines old(goldens);
    FileReplacement file(goldens);
    std::string_view fresh;
    std::string_view kept;
    GoldenParser parser;
    for (std::uint64_t line = 1;; ++line) {
        const bool more = proposed.next(fresh);
        if (!old.next(kept) && !more) break;
        try {
            if (!is_blank(fresh)) parser.parse(fresh);
        } catch (const JsonError& e) {
            throw JsonError("line " + std::to_string(line) + ": " + e.what());
        }
        file.write(is_blank(fresh) ? kept : fresh);
        file.write("\n");
    }
    file.commit();
    remove_file(proposals);
}

}  // namespace turngate::replay
