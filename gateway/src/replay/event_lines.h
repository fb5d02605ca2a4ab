// An open file with an event a line, and the file with its expected replies.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "replay/har.h"
#include "replay/line_reader.h"
#include "replay/source.h"
#include <turngate/os/fd.h>

namespace turngate::replay {

// Every function may throw std::system_error, and of packed files those that read BadGzip.
class EventLines {
  public:
    // Owns `fd`, unless it is standard input. A readable `wake_fd` ends the wait for a pipe. An
    // event has at most `limit` bytes.
    EventLines(int fd, std::string path, int wake_fd, std::size_t limit);

    const std::shared_ptr<LinesFile> file;

    // Opens the goldens beside the file, if there are any. Throws JsonError if they are no regular
    // file.
    void open_goldens();

    // For a HAR file: reads it, an entry is a line. Throws also FileProblem, and JsonError for what
    // is no such file.
    void read_har();

    // Of all lines, only this one; from 1. If it is not there, the batch gets a problem.
    void select(std::uint64_t line) { only_ = line; }

    // The same, found at once: at the byte `event_at`, its golden at `golden_at` or absent. Before
    // anything is read, behind open_goldens(). Not of a stream.
    void start_at(std::uint64_t line, std::uint64_t event_at,
                  std::optional<std::uint64_t> golden_at);

    // For a stream: finds out whether its first line is an event. If not, all of it is one.
    void sniff();

    // Adds the next event to the batch; none if it already has some and the next one of a stream
    // would have to be waited for. False at the end.
    bool next(Batch& batch);

  private:
    bool next_line(std::string_view& line, LineReader::Status& status);
    void read_golden();
    bool report_missing(Batch& batch);
    bool report_unmatched(Batch& batch);
    std::string name() const;
    bool add_problem(Batch& batch, std::string_view why, std::string_view hint);
    bool add_problem(Batch& batch, std::string_view name, std::string_view why,
                     std::string_view hint);

    const std::size_t limit_;
    os::Fd fd_;
    os::Fd golden_fd_;
    LineReader events_;
    std::optional<LineReader> goldens_;
    std::uint64_t line_ = 0;
    std::uint64_t only_ = 0;  // 0: all
    bool done_ = false;       // with only_
    bool is_stream_ = true;
    std::optional<Har> har_;
    Har::Entry entry_;  // the one of line_
    // Of the golden of line_.
    std::uint64_t golden_line_ = 0;
    std::string_view golden_;
    bool has_golden_ = false;
    bool golden_too_long_ = false;
    // What sniff() has read.
    std::string first_;
    std::uint64_t first_size_ = 0;
    LineReader::Status first_status_ = LineReader::Status::line;
    bool has_first_ = false;
    bool whole_ = false;
};

}  // namespace turngate::replay
