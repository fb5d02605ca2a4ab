// An open file with an event a line, and the file with its expected replies.
#include "replay/event_lines.h"

#include <cerrno>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "replay/golden_file.h"
#include "replay/limits.h"
#include "replay/reading_hint.h"
#include <turngate/json/json_reader.h>

namespace turngate::replay {
namespace {

using Status = LineReader::Status;

std::string lines_text(std::uint64_t lines) {
    return std::to_string(lines) + (lines == 1 ? " line" : " lines");
}

}  // namespace

EventLines::EventLines(int fd, std::string path, int wake_fd, std::size_t limit)
    : file(std::make_shared<LinesFile>(LinesFile{std::move(path), false})),
      limit_(limit),
      fd_(fd > STDIN_FILENO ? fd : -1),
      events_(fd, limit, wake_fd) {
    if (is_packed(file->path)) events_.unpack(unpacked_limit);
}

void EventLines::open_goldens() {
    is_stream_ = false;
    file->has_goldens = true;
    golden_fd_ = open_file(golden_path(file->path));
    if (golden_fd_) goldens_.emplace(golden_fd_.get(), golden_limit);
}

void EventLines::start_at(std::uint64_t line, std::uint64_t event_at,
                          std::optional<std::uint64_t> golden_at) {
    const auto seek = [](const os::Fd& fd, std::uint64_t to) {
        if (::lseek(fd.get(), static_cast<off_t>(to), SEEK_SET) < 0)
            throw std::system_error(errno, std::generic_category(), "cannot read");
    };
    seek(fd_, event_at);
    if (goldens_ && golden_at)
        seek(golden_fd_, *golden_at);
    else
        goldens_.reset();
    only_ = line;
    line_ = golden_line_ = line - 1;
}

void EventLines::read_har() {
    std::string text;
    if (!read_unpacked(file->path, text, har_limit))
        throw std::system_error(ENOENT, std::generic_category(), file->path);
    har_.emplace(std::move(text));
}

void EventLines::sniff() {
    std::string_view line;
    for (;;) {
        first_status_ = events_.next(line);
        if (first_status_ == Status::end) return;
        ++line_;
        if (first_status_ == Status::too_long || !is_blank(line)) break;
    }
    first_ = line;
    first_size_ = events_.size();
    has_first_ = true;
    if (first_status_ == Status::too_long || is_json(first_)) return;
    whole_ = true;
    for (auto status = events_.next(line); status != Status::end; status = events_.next(line)) {
        first_size_ += 1 + events_.size();
        if (first_size_ > limit_)
            first_status_ = Status::too_long;  // read on, to tell its size
        else
            first_.append(1, '\n').append(line);
    }
}

// The next line, blank or not; false at the end.
bool EventLines::next_line(std::string_view& line, Status& status) {
    if (std::exchange(has_first_, false)) {
        line = first_;
        status = first_status_;
        return true;
    }
    if (whole_) return false;
    if (har_) {
        if (!har_->next(entry_)) return false;
        ++line_;
        line = entry_.event;
        status = entry_.event.size() > limit_ ? Status::too_long : Status::line;
        first_size_ = entry_.event.size();
        return true;
    }
    status = events_.next(line);
    if (status == Status::end) return false;
    first_size_ = events_.size();
    ++line_;
    return true;
}

bool EventLines::next(Batch& batch) {
    std::string_view line;
    Status status = Status::line;
    if (done_) return false;
    done_ = only_ != 0;
    for (;;) {
        if (is_stream_ && !batch.items.empty() && !has_first_ && events_.would_wait()) return true;
        if (!next_line(line, status))
            return only_ != 0 ? report_missing(batch) : report_unmatched(batch);
        read_golden();
        const bool blank = !har_ && status == Status::line && is_blank(line);
        if (only_ == line_ && blank) return report_missing(batch);
        if (only_ == 0 && blank && (has_golden_ || golden_too_long_))
            return add_problem(batch, golden_path(file->path) + ':' + std::to_string(line_),
                               "a reply is expected and the line of its event is empty",
                               "put the event back, or empty this line too");
        if (only_ == line_ || (only_ == 0 && !blank)) break;
    }
    if (!entry_.problem.empty()) return add_problem(batch, entry_.problem, "take the entry out");
    if (!entry_.skipped.empty()) {
        batch.add_skipped(name(), entry_.skipped, only_ != 0).line = line_;
        return true;
    }
    if (status == Status::too_long)
        return add_problem(batch, event_too_large(first_size_, limit_), reading_hint(EFBIG));
    if (golden_too_long_)
        return add_problem(batch,
                           golden_path(file->path) + ':' + std::to_string(line_) + ": " +
                               too_large(goldens_->size(), golden_limit),
                           "take the line out");
    Item item{.kind = Item::Kind::text, .named = is_stream_ || only_ != 0, .line = line_};
    item.name = batch.add(name());
    item.event = batch.add(line);
    item.event_at = events_.offset();
    if (has_golden_) {
        item.golden = batch.add(golden_);
        item.golden_at = goldens_->offset();
        item.has_golden = true;
    }
    if (!entry_.reply.empty()) {
        item.recorded = batch.add(entry_.reply);
        item.has_recorded = true;
    }
    batch.items.push_back(item);
    return true;
}

// The one line that was asked for has not come.
bool EventLines::report_missing(Batch& batch) {
    const std::string why = line_ == only_
                                ? "the line is empty"
                                : "there is no such line: the file has " + lines_text(line_);
    line_ = only_;
    return add_problem(batch, why, line_hint);
}

// An expected reply behind the last event: that event has been lost. The first one is told.
bool EventLines::report_unmatched(Batch& batch) {
    while (goldens_) {
        const auto status = goldens_->next(golden_);
        ++golden_line_;
        if (status == Status::line && is_blank(golden_)) continue;
        goldens_.reset();
        if (status != Status::end)
            return add_problem(batch, golden_path(file->path) + ':' + std::to_string(golden_line_),
                               "a reply is expected and there is no event for it, because " +
                                   file->path + " has " + lines_text(line_),
                               "put the event back, or take this line out");
    }
    return false;
}

// "calls.ndjson:17"; of a stream that is one event, the stream.
std::string EventLines::name() const {
    return whole_ ? file->path : file->path + ':' + std::to_string(line_);
}

bool EventLines::add_problem(Batch& batch, std::string_view why, std::string_view hint) {
    return add_problem(batch, name(), why, hint);
}

bool EventLines::add_problem(Batch& batch, std::string_view name, std::string_view why,
                             std::string_view hint) {
    batch.add_problem(name, why, hint).line = line_;
    return true;
}

void EventLines::read_golden() {
    has_golden_ = golden_too_long_ = false;
    while (goldens_ && golden_line_ < line_) {
        const auto status = goldens_->next(golden_);
        if (status == Status::end) {
            goldens_.reset();
            return;
        }
        ++golden_line_;
        golden_too_long_ = status == Status::too_long;
        has_golden_ = !golden_too_long_ && !is_blank(golden_);
    }
}

}  // namespace turngate::replay
