// What an application has answered and a slow client has not taken yet.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "spool_file.h"
#include "spool_room.h"
#include <turngate/http/parking.h>
#include <turngate/http/response_writer.h>
#include <turngate/os/fd.h>

namespace turngate {

// A queue of bytes, in memory and behind that in a file without a name. One thread appends while
// another writes to the client, once share() was called; before that one does both.
class ReplyBuffer {
  public:
    struct Limits {
        std::size_t memory;
        std::uint64_t file;            // 0: there is none
        SpoolRoom& all_files;          // of this buffer and of others
        const std::string& directory;  // of the file, see SpoolFile
    };

    // `remark` hears once why no file can be used; called by the thread that appends.
    ReplyBuffer(const Limits& limits, std::function<void(std::string_view)> remark)
        : limits_(limits), remark_(std::move(remark)) {}
    ReplyBuffer(const ReplyBuffer&) = delete;
    ReplyBuffer& operator=(const ReplyBuffer&) = delete;
    ~ReplyBuffer() { limits_.all_files.give_back(taken_); }

    // From now on another thread appends, and wait() holds up no thread where `parking` is given.
    // Throws std::system_error.
    void share(Parking* parking);

    // -- for the thread that appends --

    // Blocks while there is no room, once it is shared; then it throws Cancelled after abandon().
    void append(std::string_view bytes);

    // Nothing follows: the reply has ended, or `failure` is why it has not.
    void end(std::exception_ptr failure) noexcept;

    // -- for the one that writes --

    enum class Next { written, nothing, end };

    // Writes what is next, as far as it is in one place. Throws what write() throws, and at the end
    // the failure, if there is one.
    Next write_next(ResponseWriter& response);

    // Waits until there is something else than nothing. REQUIRES: shared. May return on another
    // thread.
    void wait() const;

    // Nobody will write any more: who appends is told, ...
    void abandon() noexcept;
    // ... or goes on for nothing. False once he has ended; else wait(), and call again.
    bool discard() noexcept;

    std::size_t in_memory() const;
    std::uint64_t written() const noexcept { return written_; }

  private:
    bool is_file_read() const noexcept { return file_read_ == file_end_; }
    bool append_to_file(std::string_view bytes, std::unique_lock<std::mutex>& lock);
    void wake() noexcept;

    const Limits limits_;
    const std::function<void(std::string_view)> remark_;
    os::Fd ready_;                  // an eventfd
    std::unique_ptr<Watch> watch_;  // of ready_
    std::string out_;               // what is being written
    std::uint64_t written_ = 0;
    std::uint64_t taken_ = 0;  // of limits_.all_files, by the thread that appends

    mutable std::mutex mutex_;  // of all below
    std::condition_variable room_;
    std::string memory_;               // comes before what is in the file
    std::unique_ptr<SpoolFile> file_;  // of the thread that appends, but for what is in it
    std::uint64_t file_read_ = 0;
    std::uint64_t file_end_ = 0;
    std::exception_ptr failure_;
    bool may_use_file_ = true;
    bool is_waiting_ = false;  // who writes
    bool is_ended_ = false;
    bool is_abandoned_ = false;
    bool is_discarded_ = false;
};

}  // namespace turngate
