// Replays events with several workers, and tells the results in order.
#include "replay/runner.h"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "replay/line_goldens.h"
#include "replay/watchdog.h"

namespace turngate::replay {
namespace {

using Clock = std::chrono::steady_clock;

// A batch is as much as takes about this long: few queue operations for fast handlers, and
// failures that show at once with slow ones.
constexpr std::chrono::milliseconds batch_time{4};
constexpr std::size_t largest_batch = 256;
constexpr std::uint64_t window = 16;  // batches a worker, that may wait for an earlier one

// A batch and what came of it.
struct Work {
    Batch batch;
    std::vector<Result> results;
    std::size_t done = 0;  // results that count; fewer than items if the run ended meanwhile
};

class Run {
  public:
    Run(Source& source, const JudgeOptions& judge, const RunOptions& options,
        const std::vector<Report*>& reports, const Interrupt& interrupt)
        : source_(source),
          judge_(judge),
          options_(options),
          reports_(reports),
          interrupt_(interrupt),
          watchdog_(judge.timeout, interrupt) {}

    Summary run() {
        unsigned jobs = options_.jobs;
        if (jobs == 0) jobs = std::max(1u, std::thread::hardware_concurrency());
        window_ = window * jobs;
        std::vector<Watchdog::Slot*> slots;
        for (unsigned i = 0; i < jobs; ++i)
            slots.push_back(&watchdog_.add_slot());
        {
            std::vector<std::jthread> others;
            try {
                for (unsigned i = 1; i < jobs; ++i)
                    others.emplace_back([this, slot = slots[i]] { work(*slot); });
            } catch (const std::exception&) {  // those that there are do it
            }
            work(*slots[0]);
        }
        finish_lines();
        if (failure_ && summary_.problem.empty())
            summary_.problem = "the run broke off before its end";
        summary_.duration = Clock::now() - begin_;
        summary_.signal = interrupt_.signal();
        for (Report* report : reports_) {
            try {
                report->end(summary_);
            } catch (...) {
                if (!failure_) failure_ = std::current_exception();
            }
        }
        if (failure_) std::rethrow_exception(failure_);
        return std::move(summary_);
    }

  private:
    bool stopping() const {
        return stop_.load(std::memory_order_relaxed) || interrupt_.signal() != 0;
    }

    // Another worker may be waiting for a pipe, or for a handler whose reply no longer counts.
    void stop() {
        stop_ = true;
        interrupt_.wake();
    }

    void work(Watchdog::Slot& slot) {
        try {
            // Nothing is written for what is behind the failure that ends the run.
            const bool fails_fast = options_.fail_fast > 0;
            Judge judge(judge_, slot, fails_fast);
            std::size_t size = 1;
            while (auto work = take(size)) {
                const auto begin = Clock::now();
                const std::size_t n = work->batch.items.size();
                if (work->results.size() < n) work->results.resize(n);
                work->done = 0;
                while (work->done < n && !stopping()) {
                    Result& result = work->results[work->done];
                    judge.run(work->batch, work->batch.items[work->done], result);
                    if (result.verdict == Verdict::interrupted) break;  // as if never begun
                    ++work->done;
                }
                const auto took = Clock::now() - begin;
                if (fails_fast)
                    size = 1;
                else if (took < batch_time / 2)
                    size = std::min(size * 2, largest_batch);
                else if (took > batch_time * 2)
                    size = std::max<std::size_t>(size / 2, 1);
                deliver(std::move(work));
            }
        } catch (...) {
            const std::lock_guard lock(output_);
            if (!failure_) failure_ = std::current_exception();
            stop();
            room_.notify_all();
        }
    }

    // The next batch; null at the end.
    std::unique_ptr<Work> take(std::size_t size) {
        std::unique_ptr<Work> work;
        const std::lock_guard source_lock(input_);
        {
            std::unique_lock lock(output_);
            room_.wait(lock, [&] { return stopping() || next_ - emitted_ < window_; });
            if (stopping()) return nullptr;
            if (!spare_.empty()) {
                work = std::move(spare_.back());
                spare_.pop_back();
            }
        }
        if (!work) work = std::make_unique<Work>();
        if (!source_.fill(work->batch, size)) return nullptr;
        work->batch.sequence = next_++;
        return work;
    }

    void deliver(std::unique_ptr<Work> work) {
        const std::lock_guard lock(output_);
        const std::uint64_t sequence = work->batch.sequence;
        waiting_.emplace(sequence, std::move(work));
        for (auto it = waiting_.find(emitted_); it != waiting_.end();
             it = waiting_.find(emitted_)) {
            std::unique_ptr<Work> ready = std::move(it->second);
            waiting_.erase(it);
            emit(*ready);
            ++emitted_;
            spare_.push_back(std::move(ready));
        }
        for (Report* report : reports_)
            report->flush();
        room_.notify_all();
        if (options_.progress) options_.progress(summary_);
    }

    void emit(Work& work) {
        if (ended_) return;
        if (work.batch.lines != lines_) {
            finish_lines();
            lines_ = work.batch.lines;
        }
        for (std::size_t i = 0; i < work.done && !ended_; ++i) {
            Result& result = work.results[i];
            if (result.wrote) write(result);
            summary_.count(result);
            for (Report* report : reports_)
                report->event(result);
            result.differences = {};  // may be big, and the result is kept for its memory
            if (options_.fail_fast > 0 &&
                summary_.failed + summary_.unreadable >= options_.fail_fast) {
                summary_.gave_up = true;
                ended_ = true;
            }
        }
        if (work.done < work.batch.items.size()) ended_ = true;  // nothing may follow a gap
        if (ended_) stop();
    }

    // What the judge has left to be written.
    void write(Result& result) {
        try {
            if (result.golden_file) result.golden_file->write();
            if (!result.golden_line.empty()) keep_line(result);
        } catch (const std::system_error& e) {
            result.verdict = Verdict::unreadable;
            result.problem = e.what();
            result.wrote = false;
        }
    }

    void keep_line(const Result& result) {
        if (!line_goldens_) line_goldens_ = std::make_unique<LineGoldens>(lines_->path);
        line_goldens_->put(result.line, result.golden_line, result.is_proposal);
    }

    void finish_lines() {
        if (!line_goldens_) return;
        const auto goldens = std::move(line_goldens_);
        try {
            goldens->finish();
        } catch (const std::exception& e) {
            summary_.problem = e.what();
        }
    }

    Source& source_;
    const JudgeOptions& judge_;
    const RunOptions& options_;
    const std::vector<Report*>& reports_;
    const Interrupt& interrupt_;
    Watchdog watchdog_;
    const Clock::time_point begin_ = Clock::now();
    std::uint64_t window_ = window;
    std::atomic<bool> stop_{false};

    std::mutex input_;  // taken before output_, never after
    std::uint64_t next_ = 0;

    std::mutex output_;  // guards all that follows, and the reports
    std::condition_variable room_;
    std::uint64_t emitted_ = 0;
    std::map<std::uint64_t, std::unique_ptr<Work>> waiting_;
    std::vector<std::unique_ptr<Work>> spare_;
    Summary summary_;
    bool ended_ = false;
    std::shared_ptr<LinesFile> lines_;
    std::unique_ptr<LineGoldens> line_goldens_;
    std::exception_ptr failure_;
};

}  // namespace

Summary run(Source& source, const JudgeOptions& judge, const RunOptions& options,
            const std::vector<Report*>& reports, const Interrupt& interrupt) {
    return Run(source, judge, options, reports, interrupt).run();
}

}  // namespace turngate::replay
