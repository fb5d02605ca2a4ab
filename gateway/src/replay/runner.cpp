// Replays events with several workers, and tells the results in order.
#include "replay/runner.h"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "replay/line_goldens.h"
#include "replay/pacer.h"
#include "replay/reading_hint.h"
#include "replay/watchdog.h"

namespace turngate::replay {
namespace {

using Clock = std::chrono::steady_clock;

// A batch is as much as takes about this long: few queue operations for fast handlers, and
// failures that show at once with slow ones.
constexpr std::chrono::milliseconds batch_time{4};
constexpr std::size_t largest_batch = 256;
constexpr std::uint64_t window = 16;  // batches a worker, that may wait for an earlier one
// The same of a run with a pace, which one answer that does not come must not hold up.
constexpr std::uint64_t paced_window = 65'536;

// A batch and what came of it.
struct Work {
    Batch batch;
    std::vector<Result> results;
    std::size_t done = 0;        // results that count; fewer than items if the run ended meanwhile
    Clock::time_point due = {};  // of a run with a pace
};

class Run {
  public:
    Run(Items& items, const JudgeOptions& judge, const RunOptions& options,
        const std::vector<Report*>& reports, const Interrupt& interrupt)
        : items_(items),
          judge_(judge),
          options_(options),
          reports_(reports),
          interrupt_(interrupt),
          watchdog_(judge.timeout, interrupt, end_of(options)) {
        jobs_ = options_.jobs;
        if (jobs_ == 0) jobs_ = std::max(1u, std::thread::hardware_concurrency());
        window_ = window * jobs_;
        summary_.seed = options_.seed;
        if (!options_.pace.is_set()) return;
        looking_ = judge_;
        looking_.handler = nullptr;
        look_.emplace(looking_, watchdog_.add_slot(), true);
        pacer_.emplace(options_.pace, judge_.answer.decode.max_size,
                       [this](const Batch& batch, const Item& item) {
                           look_->run(batch, item, looked_at_);
                           return looked_at_.verdict == Verdict::passed;
                       });
        window_ = paced_window;
        summary_.pace.emplace().rate = options_.pace.rate;
    }

    Summary run() {
        Watchdog::Slot& slot = watchdog_.add_slot();
        workers_ = free_ = 1;
        if (!pacer_)
            while (workers_ < jobs_)
                add_worker();
        work(slot);
        join_others();
        finish_lines();
        if (failure_ && summary_.problem.empty())
            summary_.problem = "the run broke off before its end";
        summary_.duration = Clock::now() - begin_;
        summary_.signal = interrupt_.signal();
        summary_.out_of_time = watchdog_.is_over() && (!at_end_ || has_gap_);
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
    static std::optional<Clock::time_point> end_of(const RunOptions& options) {
        // What is longer than a year may as well be for ever, and a clock has an end.
        if (options.time_limit.count() == 0 || options.time_limit > std::chrono::hours(24 * 365))
            return std::nullopt;
        return Clock::now() + options.time_limit;
    }

    bool stopping() const {
        return stop_.load(std::memory_order_relaxed) || interrupt_.signal() != 0 ||
               watchdog_.is_over();
    }

    // Without one to be had, those that there are do it. The lock is input_'s, once there are
    // several.
    void add_worker() {
        try {
            others_.emplace_back([this, slot = &watchdog_.add_slot()] { work(*slot); });
            ++workers_;
            ++free_;
        } catch (const std::exception&) {
            jobs_ = workers_;
        }
    }

    // Those that are at work may still add some.
    void join_others() {
        for (;;) {
            std::jthread other;
            const std::lock_guard lock(input_);
            if (others_.empty()) return;
            other = std::move(others_.back());
            others_.pop_back();
        }
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
            const bool one_by_one = fails_fast || pacer_;
            if (pacer_) wake_in_time();
            std::size_t size = 1;
            while (auto work = take(size)) {
                const auto begin = Clock::now();
                const std::size_t n = work->batch.items.size();
                if (work->results.size() < n) work->results.resize(n);
                work->done = 0;
                while (work->done < n && !stopping()) {
                    Result& result = work->results[work->done];
                    attempt(judge, *work, work->batch.items[work->done], result);
                    if (result.verdict == Verdict::interrupted) break;  // as if never begun
                    ++work->done;
                }
                const auto took = Clock::now() - begin;
                if (one_by_one)
                    size = 1;
                else if (took < batch_time / 2)
                    size = std::min(size * 2, largest_batch);
                else if (took > batch_time * 2)
                    size = std::max<std::size_t>(size / 2, 1);
                deliver(std::move(work));
                ++free_;
            }
        } catch (...) {
            const std::lock_guard lock(output_);
            if (!failure_) failure_ = std::current_exception();
            stop();
            room_.notify_all();
        }
    }

    void attempt(Judge& judge, const Work& work, const Item& item, Result& result) {
        judge.run(work.batch, item, result);
        const Clock::time_point began = result.began;
        for (unsigned attempts = 1;
             result.verdict == Verdict::failed && attempts <= options_.retries && !stopping();) {
            Result last = std::exchange(result, {});
            judge.run(work.batch, item, result);
            if (result.verdict == Verdict::interrupted) {
                result = std::move(last);
                break;
            }
            result.attempts = ++attempts;
        }
        // The first attempt is the one that can be late: those behind it wait for its failure.
        if (pacer_ && result.status != 0) result.from_due = began - work.due + result.latency;
    }

    // How many of `size` may be taken now, so that no event too many is replayed: what turns out to
    // be none makes room again.
    std::size_t granted(std::size_t size) {
        if (options_.limit == 0) return size;
        size = static_cast<std::size_t>(std::min<std::uint64_t>(size, options_.limit - taken_));
        taken_ += size;
        return size;
    }

    bool has_room() const {
        if (next_ - emitted_ >= window_) return false;
        return options_.limit == 0 || taken_ < options_.limit || next_ == emitted_;
    }

    // The next batch, when it is due; null at the end.
    std::unique_ptr<Work> take(std::size_t size) {
        std::unique_ptr<Work> work;
        const std::lock_guard source_lock(input_);
        {
            std::unique_lock lock(output_);
            room_.wait(lock, [&] { return stopping() || has_room(); });
            if (stopping()) return nullptr;
            if ((size = granted(size)) == 0) return end();
            if (!spare_.empty()) {
                work = std::move(spare_.back());
                spare_.pop_back();
            }
        }
        if (!work) work = std::make_unique<Work>();
        if (!items_.fill(work->batch, size)) return end();
        if (const std::size_t missing = size - work->batch.items.size(); missing > 0)
            give_back(missing);
        work->batch.sequence = next_++;
        if (pacer_) {
            work->due = pacer_->due(work->batch);
            if (!wait_until(work->due, interrupt_)) return nullptr;
            // Somebody has to be there for the next one.
            if (--free_ == 0 && workers_ < jobs_) add_worker();
        }
        return work;
    }

    // What has been woken because the run is to end says that there is no more, too.
    std::unique_ptr<Work> end() {
        at_end_ = at_end_ || !stopping();
        return nullptr;
    }

    void give_back(std::size_t items) {
        if (options_.limit == 0) return;
        const std::lock_guard lock(output_);
        taken_ -= items;
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
            if (options_.limit > 0 &&
                (result.verdict == Verdict::skipped || result.verdict == Verdict::unselected))
                --taken_;
            if (result.verdict == Verdict::unselected) continue;
            for (Report* report : reports_)
                report->event(result);
            result.differences = {};  // may be big, and the result is kept for its memory
            result.reply.reset();
            if (options_.fail_fast > 0 &&
                summary_.failed + summary_.unreadable >= options_.fail_fast) {
                summary_.gave_up = true;
                ended_ = true;
            }
        }
        if (work.done < work.batch.items.size()) {
            has_gap_ = true;
            // Nothing may follow a gap, but with a pace, which has others answered meanwhile.
            ended_ = ended_ || !pacer_ || options_.fail_fast > 0;
        }
        if (ended_) stop();
    }

    // What the judge has left to be written.
    void write(Result& result) {
        try {
            if (result.golden_file) result.golden_file->write();
            if (!result.golden_line.empty()) keep_line(result);
        } catch (const std::system_error& e) {
            result.take_unwritten(e);
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
        } catch (const std::system_error& e) {
            summary_.problem = std::string(e.what()) + "; ";
            summary_.problem += writing_hint(e.code().value());
        } catch (const std::exception& e) {
            summary_.problem = e.what();
        }
    }

    Items& items_;
    const JudgeOptions& judge_;
    const RunOptions& options_;
    const std::vector<Report*>& reports_;
    const Interrupt& interrupt_;
    Watchdog watchdog_;
    const Clock::time_point begin_ = Clock::now();
    std::uint64_t window_ = window;
    std::atomic<bool> stop_{false};
    std::atomic<unsigned> free_{0};  // workers that have nothing to do, or wait for what is due

    std::mutex input_;  // guards all that follows; taken before output_, never after
    std::uint64_t next_ = 0;
    bool at_end_ = false;  // all events have been taken
    std::optional<Pacer> pacer_;
    JudgeOptions looking_;  // of a judge that sends nothing
    std::optional<Judge> look_;
    Result looked_at_;
    unsigned jobs_ = 1;     // the most workers
    unsigned workers_ = 0;  // that there are
    std::vector<std::jthread> others_;

    std::mutex output_;  // guards all that follows, and the reports
    std::condition_variable room_;
    std::uint64_t emitted_ = 0;
    std::uint64_t taken_ = 0;  // events that count against the limit
    std::map<std::uint64_t, std::unique_ptr<Work>> waiting_;
    std::vector<std::unique_ptr<Work>> spare_;
    Summary summary_;
    bool ended_ = false;
    bool has_gap_ = false;  // an event was taken and has not run
    std::shared_ptr<LinesFile> lines_;
    std::unique_ptr<LineGoldens> line_goldens_;
    std::exception_ptr failure_;
};

}  // namespace

Summary run(Items& items, const JudgeOptions& judge, const RunOptions& options,
            const std::vector<Report*>& reports, const Interrupt& interrupt) {
    return Run(items, judge, options, reports, interrupt).run();
}

}  // namespace turngate::replay
