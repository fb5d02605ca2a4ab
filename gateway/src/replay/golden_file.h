// Golden files: where they are, and how they are replaced without being half-written.
#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <utility>

#include "replay/limits.h"
#include "replay/reading_hint.h"
#include <turngate/json/json.h>
#include <turngate/os/fd.h>

namespace turngate::replay {

// "create.reply.json" for "create.json", "calls.replies.ndjson" for "calls.ndjson",
// "calls.replies.jsonl" for "calls.jsonl", "calls.har.replies.ndjson" for "calls.har". Of a packed
// file, "create.json.gz", as of the unpacked.
std::string golden_path(std::string_view event_path);
// The proposal beside a golden: "create.reply.json.new".
std::string proposal_path(std::string_view event_path);

// Files that are never events: replies, proposals, decoded requests.
bool is_companion(std::string_view path) noexcept;
// Why such a file is not taken for an event, and what to do instead.
struct CompanionRefusal {
    std::string problem;
    std::string hint;
};
CompanionRefusal refuse_companion(std::string_view path);
// "calls.ndjson", "calls.jsonl": an event a line; "calls.har": an event an entry. Packed ones too.
bool has_event_lines(std::string_view path) noexcept;
bool is_har(std::string_view path) noexcept;
// "calls.ndjson.gz"
bool is_packed(std::string_view path) noexcept;
// What is searched for in directories: all of these, and "create.json" and "create.json.gz".
bool has_event_name(std::string_view path) noexcept;

// Replaces `path` by `bytes`: whoever reads sees the old file or the new one, whole, and so does
// who reads after a crash if `durable`. A symbolic link is kept, and its target replaced. Throws
// std::system_error that names the path.
void write_file(const std::string& path, std::string_view bytes, bool durable = true);

// Appends to a file that will replace `path` in the same way: for goldens of many lines.
class FileReplacement {
  public:
    explicit FileReplacement(std::string path);
    ~FileReplacement();  // without commit(): nothing has happened
    FileReplacement(const FileReplacement&) = delete;
    FileReplacement& operator=(const FileReplacement&) = delete;

    void write(std::string_view bytes);
    void commit(bool durable = true);

    // For who writes to it in another way, and nothing with write().
    int fd() const noexcept { return fd_.get(); }

  private:
    void write_out(std::string_view bytes);

    std::string path_;
    std::string temporary_;
    std::string buffer_;
    os::Fd fd_;
};

// Whether a file of that name is one that FileReplacement has in the process `id` until it takes
// its place.
bool is_replacement(std::string_view name, pid_t id);

// An expected reply, or a proposal of one, that is to be written.
struct GoldenWrite {
    std::string event_path;
    std::string json;
    std::optional<std::string> side = {};  // for the side file
    bool is_proposal = false;

    // Throws std::system_error that names the path.
    void write() const;
};

// The file for a large binary body, beside the golden: "create.reply.body" for "create.json".
std::string side_path(std::string_view event_path);

// What errno says, in lower case.
std::string reason(int error);

// A file that cannot be what it should be. what() begins with its path, rule() is without, and
// hint() is for an event: how to mend it.
class FileProblem : public JsonError {
  public:
    // `hint` is a literal.
    FileProblem(const std::string& path, std::string rule, std::string_view hint = irregular_hint)
        : JsonError(path + ": " + rule), rule_(std::move(rule)), hint_(hint) {}
    const std::string& rule() const noexcept { return rule_; }
    std::string_view hint() const noexcept { return hint_; }

  private:
    std::string rule_;
    std::string_view hint_;
};

class FileTooLarge : public FileProblem {
  public:
    FileTooLarge(const std::string& path, std::uint64_t size, std::uint64_t limit)
        : FileProblem(path, too_large(size, limit), reading_hint(EFBIG)), size_(size) {}
    std::uint64_t size() const noexcept { return size_; }

  private:
    std::uint64_t size_;
};

// Empty if there is no such file. Never waits, as open() does for the writer of a FIFO. Throws
// std::system_error, and FileProblem for a file that is no regular one.
os::Fd open_file(const std::string& path);

// True if the file at `path` was read into `into`; false if there is none. Throws
// std::system_error, FileProblem for a file that is no regular one, FileTooLarge past `limit`
// bytes.
bool read_file(const std::string& path, std::string& into, std::size_t limit);

// The same of an event or a HAR file, unpacked; the limit is of what it is then, too. Throws also
// FileProblem for what cannot be unpacked.
bool read_unpacked(const std::string& path, std::string& into, std::size_t limit);

}  // namespace turngate::replay
