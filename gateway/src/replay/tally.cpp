// How many events there are, counted beside a replay.
#include "replay/tally.h"

#include <algorithm>
#include <exception>
#include <system_error>
#include <utility>

#include "replay/golden_file.h"
#include "replay/line_reader.h"
#include <turngate/os/fd.h>

namespace turngate::replay {
namespace {

std::uint64_t count_lines(const std::string& path, const std::stop_token& stop) {
    const os::Fd fd = open_file(path);
    if (!fd) return 1;                  // it will be a problem
    LineReader reader(fd.get(), 4096);  // the beginning of a line tells whether it is blank
    std::string_view line;
    std::uint64_t count = 0;
    for (auto status = reader.next(line);
         status != LineReader::Status::end && !stop.stop_requested(); status = reader.next(line))
        if (status == LineReader::Status::too_long || !is_blank(line)) ++count;
    return count;
}

}  // namespace

std::uint64_t count_events(const std::vector<std::string>& inputs, const Selection& selection,
                           bool reads_lines, const std::stop_token& stop) {
    std::uint64_t total = 0;
    try {
        Source source(inputs, selection, -1, Source::Reading::names);
        Batch batch;
        while (!stop.stop_requested() && source.fill(batch, 256))
            for (const Item& item : batch.items) {
                const std::string name(batch[item.name]);
                const bool lines =
                    item.kind == Item::Kind::file && has_event_lines(name) && !is_companion(name);
                // What would have to be unpacked or read whole is not for a progress line.
                if (lines && (!reads_lines || is_packed(name) || is_har(name))) return 0;
                total += lines ? count_lines(name, stop) : 1;
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
