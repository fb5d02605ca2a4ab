// A recording: counts the calls, has them written and tells what became of them.
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <set>
#include <string>

#include "cli/output.h"
#include "record/call.h"
#include "record/event_writer.h"

namespace turngate::recording {

struct SessionOptions {
    std::uint64_t most = 0;  // events, then the recording is over; 0: no limit
    bool quiet = false;      // tell only what could not be recorded
    std::string shape = {};
};

class Session final : public CallSink {
  public:
    // All must outlive this. `over` is called once the last event is written, or nobody reads
    // `out` any more; from any thread.
    Session(Folder& folder, const EventWriter& writer, cli::Output& out, cli::Output& err,
            SessionOptions options, std::function<void()> over);

    std::uint64_t arrived() noexcept override { return folder_.take_number(); }
    void ended(Call call) override;

    std::uint64_t recorded() const noexcept { return recorded_; }
    std::uint64_t failed() const noexcept { return failed_; }

    // Throws what kept ended() from telling: ClosedPipe, OutputFailure.
    void rethrow() const;

  private:
    bool reserve() noexcept;
    void tell(const Entry& entry);
    std::string line(const Entry& entry, const cli::Terminal& terminal) const;

    Folder& folder_;
    const EventWriter& writer_;
    cli::Output& out_;
    cli::Output& err_;
    const SessionOptions options_;
    const std::function<void()> over_;
    std::atomic<std::uint64_t> reserved_{0};
    std::atomic<std::uint64_t> recorded_{0};
    std::atomic<std::uint64_t> failed_{0};
    std::mutex mutex_;              // of the streams and what follows
    std::set<std::string> losses_;  // kinds that have been told
    std::exception_ptr error_;
};

}  // namespace turngate::recording
