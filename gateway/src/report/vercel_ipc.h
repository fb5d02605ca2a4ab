// What happens to requests, as Vercel wants to be told: frames to the Unix socket of
// VERCEL_IPC_PATH.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "observe/log_line.h"
#include "report/fork_depth.h"
#include "report/frame_channel.h"
#include "report/held_logs.h"
#include <turngate/http/context.h>
#include <turngate/http/error_lines.h>

namespace turngate {

struct VercelIpcOptions {
    std::string path = {};        // VERCEL_IPC_PATH; empty: nobody is told
    bool handler_started = true;  // today's platform does not look at them
    LogForm form = {};            // of what goes to standard error for want of a listener
    int error_output = 2;         // where that is
    FrameBounds bounds = {};
    bool fetch_metrics = true;  // outgoing calls are told

    // For a listener that cannot take one more connection just now.
    std::chrono::milliseconds connect_patience{2'000};
};

// Logs, and what handlers print, go to the platform; to standard error as long as there is none,
// once it has gone, and in a child of fork(). What is printed is told under the level that it names
// (see level_of_line()), but is told whatever that is. Neither a listener that does not read nor
// one that dies holds up a request. Logs that waited for it when it died, or when the process ends
// or crashes, go to standard error, for the latter if an OutputCapture sees to it; what else it
// misses of logs and metrics is counted, and the count is told.
//
// A request is told of under its vercel::Invocation; logs without one have "0" and 0 in its place,
// and there is no beginning and no end to tell. The end is told by ended(), or by switched().
class VercelIpc final : public Reporter, public ErrorLines {
  public:
    // Connects, without waiting; what is told meanwhile waits.
    explicit VercelIpc(VercelIpcOptions options);
    VercelIpc(const VercelIpc&) = delete;
    VercelIpc& operator=(const VercelIpc&) = delete;
    ~VercelIpc();  // what is held back goes to standard error

    void began(const Context& context) override;
    void logged(const Context& context, Level level, std::string_view message) override;
    void printed(const Context& context, Stream stream, std::string_view text) override;
    bool complained(const Context& context, std::string_view line) override {
        if (!has_listener()) return false;
        printed(context, Stream::err, line);
        return true;
    }
    void fetched(const Context& context, const FetchMetric& metric) override;
    void ended(const Context& context, const Outcome& outcome) override;
    void switched(const Context& context) override;

    // HTTP is served on `port` from now on. Until then logs are held back, HeldLogs::limit bytes of
    // them; more goes to standard error. Called once.
    void server_started(std::uint16_t port);

    // The process is about to end: sends that, and what is held back to standard error. Waits for
    // the platform to take it, but not for long.
    void unrecoverable_error(int exit_code, std::string_view message);

    // At the end: waits until the platform has all, for `patience` at most, and says what it never
    // got.
    void flush(std::chrono::milliseconds patience);

    // Requests that have begun and not ended.
    int unended() const noexcept { return unended_.load(std::memory_order_acquire); }

  private:
    template <class Source>
    bool tell(const Context& context, Source source, std::string_view text);
    bool deliver(std::string_view frame, std::string_view text);
    void tell_end(const Context& context);
    std::string tell_dropped(std::uint64_t frames);
    std::uint64_t lose(std::string_view frames) noexcept;
    void say_gone();
    void say_unconnected(int error) noexcept;
    void print(std::string_view text) noexcept;
    bool print_decoded(std::string_view base64) noexcept;
    static void release_held() noexcept;
    static void at_exit() noexcept;
    static void at_crash() noexcept;
    // A child of fork() has a copy of this, and nothing to say to the platform.
    bool has_listener() const noexcept { return channel_ && fork_depth() == depth_; }

    const VercelIpcOptions options_;
    const unsigned depth_ = fork_depth();
    const std::unique_ptr<Reporter> fallback_;
    std::unique_ptr<FrameChannel> channel_;  // null: nobody listens
    std::atomic<int> unended_{0};
    std::atomic<bool> has_said_gone_{false};

    std::atomic<bool> is_started_{false};
    std::mutex start_;  // of what is held back, and of its order before what comes after
    HeldLogs held_;

    std::string crash_block_;  // for a signal handler, which takes no memory
};

}  // namespace turngate
