// The replies of a run as files.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>

#include "replay/line_goldens.h"
#include "replay/report.h"

namespace turngate::replay {

// The file that has the event: its name, of a line without the number.
std::string_view event_file(const Result& result) noexcept;

// Where the reply of that event is saved below `directory`, as if it were the event: the same path,
// and never outside: a ".." becomes "_". Of a stream with an event a line it ends with ".ndjson".
std::string saved_path(const std::string& directory, const Result& result);

// Writes each reply as an expected one would be written, header fields of the moment among them:
// DIR/orders/create.reply.json is what orders/create.json was answered, DIR/calls.replies.ndjson
// has those of calls.ndjson line by line. Results need their replies, see
// JudgeOptions::keeps_replies.
class SavedReplies final : public Report {
  public:
    // Makes the directory when there is something to write.
    explicit SavedReplies(std::string directory) : directory_(std::move(directory)) {}

    // Throws CommandError for what cannot be written, and rather than overwrite an expected reply.
    void event(const Result& result) override;
    void end(const Summary& summary) override;

  private:
    void save_line(const std::string& path, const Result& result);
    void make_place(const std::string& path, std::string_view event);
    void finish_lines();
    [[noreturn]] void fail(const std::system_error& error) const;

    std::string directory_;
    std::string place_;  // the directory that was made last
    std::unique_ptr<LineGoldens> lines_;
    std::string lines_path_;
    std::uint64_t line_ = 0;  // that was saved last
};

}  // namespace turngate::replay
