// What one execution logs, for who asked for it: files, or text that goes back with the reply.
#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "open_runtimes/settings.h"
#include <turngate/http/context.h>
#include <turngate/os/fd.h>

namespace turngate {

// Thread-safe. A line is written as it comes, and a file is there as soon as it has one. Nothing
// here fails: what cannot be written is lost, as a log must not break an execution.
class CallLog {
  public:
    // Of v2 and v3, which keep it: see text(). v0 and v1 have no logs, and refuse what comes.
    explicit CallLog(RuntimeGeneration generation);

    // Of v4 and v5: the files DIRECTORY/ID_logs.log and _errors.log, which may be there already.
    // Without an `id` what comes is dropped. `directory` must outlive this.
    CallLog(RuntimeGeneration generation, const std::string& directory, std::string id);

    // Empty if there is none.
    const std::string& id() const noexcept { return id_; }

    CallLog(const CallLog&) = delete;
    CallLog& operator=(const CallLog&) = delete;

    // One entry of one line at least. Of one that has more than 8,000 bytes the first are written,
    // and how much that was. False if the log is closed, or refuses.
    bool log(Stream stream, std::string_view message);

    // What was printed rather than logged, line by line; says so once.
    bool print(Stream stream, std::string_view text);

    // From now on nothing is taken, and the files are closed.
    void close() noexcept;

    // What is kept: entries with '\n' between them, the last 8 KiB of v3 and 256 KiB of v2, behind
    // a line that says so. REQUIRES: it is closed.
    const std::string& text(Stream stream) const noexcept {
        return sides_[stream == Stream::out ? 0 : 1].text;
    }

  private:
    enum class Kind { none, dropped, files, memory };

    struct Side {
        os::Fd file;
        bool has_failed = false;
        std::uint64_t size = 0;  // of what was written
        std::string text;
    };

    // REQUIRES of each: the mutex is locked.
    void announce_native();
    void append(Stream stream, std::string_view entry);
    void write(Side& side, std::string_view entry);
    void keep_end(Side& side) noexcept;

    std::size_t limit() const noexcept;  // of what is kept of a side, in bytes

    const RuntimeGeneration generation_;
    const Kind kind_;
    const std::string* const directory_ = nullptr;
    const std::string id_ = {};
    std::mutex mutex_;
    bool is_closed_ = false;
    bool has_native_ = false;
    std::array<Side, 2> sides_;
};

}  // namespace turngate
