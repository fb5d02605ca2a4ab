// Where the events of a replay come from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "replay/limits.h"
#include "replay/line_reader.h"
#include "replay/walk.h"

namespace turngate::replay {

// A file with an event a line.
struct LinesFile {
    std::string path;
    bool has_goldens = false;  // false for a stream: there is no place for them
};

// What a piece of a batch says: bytes of Batch::text.
struct Slice {
    std::size_t offset = 0;
    std::size_t size = 0;
};

struct Item {
    enum class Kind {
        file,     // the path is `name`; to be read by whoever replays it
        text,     // `event` itself, and its golden if there is one
        problem,  // cannot be read; `event` says why
        skipped,  // not replayed; `event` says why
    } kind = Kind::file;
    bool named = false;         // by the user, not found in a directory
    bool has_golden = false;    // of a text
    bool has_recorded = false;  // of a text
    Slice name = {};
    Slice event = {};
    Slice golden = {};
    Slice recorded = {};          // the reply that a HAR file has beside the request
    std::uint64_t line = 0;       // of a lines file, from 1
    std::uint64_t event_at = 0;   // where the line begins, in bytes
    std::uint64_t golden_at = 0;  // and that of the golden
    Slice hint = {};              // of a problem: how to mend it
};

// Events that one worker replays. Reused, so that its memory is.
struct Batch {
    std::uint64_t sequence = 0;
    std::shared_ptr<LinesFile> lines = {};  // all items are lines of this file; null: none is
    std::string text = {};
    std::vector<Item> items = {};

    std::string_view operator[](Slice s) const { return {text.data() + s.offset, s.size}; }
    Slice add(std::string_view bytes) {
        text += bytes;
        return {text.size() - bytes.size(), bytes.size()};
    }
    // Of what is no event: why, and how to mend it.
    Item& add_problem(std::string_view name, std::string_view why, std::string_view hint);
    // Of what is not replayed.
    Item& add_skipped(std::string_view name, std::string_view why, bool named);
    void clear();
};

class EventLines;

// What a run goes through, in whichever order.
class Items {
  public:
    virtual ~Items() = default;

    // Refills `batch` with up to `most` items; with fewer rather than wait for a pipe. False at the
    // end. Not for several threads at once.
    virtual bool fill(Batch& batch, std::size_t most) = 0;
};

// Standard input, a pipe or a device: what comes out of it may take its time, and comes once.
bool is_stream(const std::string& input);

struct Selection {
    std::vector<std::string> only = {};  // globs; empty: all
    std::vector<std::string> skip = {};
    std::vector<FileId> outputs = {};  // files that the run writes: no events, wherever they are
    bool includes(std::string_view path) const;
    bool is_output(const FileId& file) const;
};

// Goes through files, directories, globs, "calls.ndjson:17" (one line) and "-", in the order given.
// Holds the names of one directory a level and a line or two.
class Source final : public Items {
  public:
    // With `events`, expected replies are not looked at; with `companions`, they are items too.
    // With `names`, a file with an event a line is one item like any other, and nothing is read.
    enum class Reading { lines, events, names, companions };

    // A readable `wake_fd` ends the wait for a pipe. Of files with an event a line and of streams,
    // an event has at most `limit` bytes.
    Source(std::vector<std::string> inputs, Selection selection, int wake_fd = -1,
           Reading reading = Reading::lines, std::size_t limit = event_limit);
    ~Source() override;

    bool fill(Batch& batch, std::size_t most) override;

    std::size_t limit() const noexcept { return limit_; }

  private:
    bool fill_lines(Batch& batch, std::size_t most);
    bool is_passed_over(std::string_view path) const;
    void add_file(Batch& batch, const std::string& path, bool named);
    void open(Batch& batch, const std::string& input);
    bool open_line(Batch& batch, const std::string& input);
    void open_glob(const std::string& input);
    void open_lines(Batch& batch, const std::string& path, bool named, std::uint64_t only_line);
    void open_stream(Batch& batch, const std::string& path);
    void walk_on(Batch& batch);

    std::vector<std::string> inputs_;
    Selection selection_;
    int wake_fd_;
    Reading reading_;
    std::size_t limit_;
    std::size_t next_input_ = 0;
    std::unique_ptr<Walk> walk_;
    std::string glob_;  // what files of the walk must match; empty: be events by their names
    bool glob_matched_ = false;
    std::unique_ptr<EventLines> lines_;
};

}  // namespace turngate::replay
