// New expected replies for a file with an event a line.
#include "replay/line_goldens.h"

#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <fcntl.h>
#include <optional>
#include <system_error>
#include <unistd.h>

#include "replay/line_reader.h"

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
            std::fwrite(golden.data(), 1, golden.size(), file_) != golden.size())
            throw std::system_error(errno, std::generic_category(), "temporary file");
    }

    void rewind() {
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
    std::optional<LineReader> reader_;
};

LineGoldens::LineGoldens(std::string event_path) : event_path_(std::move(event_path)) {}

LineGoldens::~LineGoldens() = default;

void LineGoldens::put(std::uint64_t line, std::string_view json, bool proposal) {
    auto& overlay = proposal ? proposals_ : changes_;
    if (!overlay) overlay = std::make_unique<Overlay>();
    overlay->put(line, json);
}

void LineGoldens::finish() {
    if (changes_) merge(*changes_, golden_path(event_path_), true);
    changes_.reset();
    if (proposals_) merge(*proposals_, proposal_path(event_path_), false);
    proposals_.reset();
}

void LineGoldens::merge(Overlay& overlay, const std::string& into, bool durable) {
    struct Close {
        void operator()(std::FILE* f) const { std::fclose(f); }
    };
    const std::unique_ptr<std::FILE, Close> old(
        std::fopen(golden_path(event_path_).c_str(), "rbe"));
    std::optional<LineReader> reader;
    if (old) reader.emplace(::fileno(old.get()), SIZE_MAX / 2);

    FileReplacement file(into);
    overlay.rewind();
    std::string_view kept;
    for (std::uint64_t line = 1;; ++line) {
        const bool has_old = reader && reader->next(kept) != LineReader::Status::end;
        if (!has_old) reader.reset();
        if (!has_old && overlay.line == 0) break;
        if (overlay.line == line) {
            file.write(overlay.json);
            overlay.advance();
        } else if (has_old) {
            file.write(kept);
        }
        file.write("\n");
    }
    file.commit(durable);
}

}  // namespace turngate::replay
