// How many events there are, counted beside a replay.
#include "replay/tally.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <ctime>
#include <exception>
#include <mutex>
#include <system_error>
#include <utility>

#include "replay/golden_file.h"
#include "replay/line_reader.h"
#include <turngate/os/fd.h>

namespace turngate::replay {
namespace {

// Rests as much as it takes that the counting costs one part in 128 of a core's time: to read what
// a replay reads, and nothing else, is up to 7 % of what the replay does.
class Rests {
  public:
    explicit Rests(const std::stop_token& stop) : stop_(stop) {}

    // After a piece of work.
    void rest() {
        const std::chrono::nanoseconds worked = thread_time() - rested_;
        if (worked < std::chrono::microseconds(100)) return;
        std::unique_lock lock(mutex_);
        nobody_.wait_for(lock, stop_, 127 * worked, [] { return false; });
        rested_ = thread_time();
    }

  private:
    // What this thread has had of a core, however busy that is.
    static std::chrono::nanoseconds thread_time() {
        timespec time{};
        ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
        return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
    }

    const std::stop_token& stop_;
    std::chrono::nanoseconds rested_ = thread_time();
    std::mutex mutex_;
    std::condition_variable_any nobody_;
};

std::uint64_t count_lines(const std::string& path, const std::stop_token& stop, Rests& rests) {
    const os::Fd fd = open_file(path);
    if (!fd) return 1;                  // it will be a problem
    LineReader reader(fd.get(), 4096);  // the beginning of a line tells whether it is blank
    std::string_view line;
    std::uint64_t count = 0;
    for (auto status = reader.next(line);
         status != LineReader::Status::end && !stop.stop_requested(); status = reader.next(line)) {
        if (status == LineReader::Status::too_long || !is_blank(line)) ++count;
        if (count % 64 == 0) rests.rest();
    }
    return count;
}

}  // namespace

std::uint64_t count_events(const std::vector<std::string>& inputs, const Selection& selection,
                           bool reads_lines, const std::stop_token& stop) {
    std::uint64_t total = 0;
    try {
        Source source(inputs, selection, -1, Source::Reading::names);
        Batch batch;
        Rests rests(stop);
        while (!stop.stop_requested() && source.fill(batch, 256)) {
            rests.rest();
            for (const Item& item : batch.items) {
                const std::string name(batch[item.name]);
                const bool lines =
                    item.kind == Item::Kind::file && has_event_lines(name) && !is_companion(name);
                // What would have to be unpacked or read whole is not for a progress line.
                if (lines && (!reads_lines || is_packed(name) || is_har(name))) return 0;
                total += lines ? count_lines(name, stop, rests) : 1;
            }
        }
    } catch (const std::exception&) {  // what cannot be counted is no reason to end the replay
        return 0;
    }
    return stop.stop_requested() ? 0 : total;
}

void Tally::start() {
    if (std::exchange(started_, true)) return;
    if (std::any_of(inputs_.begin(), inputs_.end(), is_stream)) return;
    try {
        thread_ = std::jthread([this](const std::stop_token& stop) {
            total_ = count_events(inputs_, selection_, reads_lines_, stop);
        });
    } catch (const std::system_error&) {  // no thread to be had: the total stays unknown
    }
}

}  // namespace turngate::replay
