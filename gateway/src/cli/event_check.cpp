// event check: what each file holds, over whole trees and files of events a line, in bounded memory
// and in order.
#include <algorithm>
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include "cli/check_report.h"
#include "cli/commands.h"
#include "cli/event_file.h"
#include "cli/exit_status.h"
#include "cli/input.h"
#include "cli/invocation.h"
#include "cli/report_file.h"
#include "cli/words.h"
#include "replay/source.h"

namespace turngate::cli {
namespace {

using events::Classification;
using Kind = Classification::Kind;
using ItemKind = replay::Item::Kind;

constexpr Option options[] = {
    {.letter = 'j',
     .name = "jobs",
     .value = "N",
     .help = "files or lines at a time; 0: one for each core",
     .kind = Value::number,
     .fallback = "1",
     .maximum = 1024},
    {.name = "format",
     .value = "FORMAT",
     .help = "what standard output gets: text, json or ndjson",
     .kind = Value::choice,
     .fallback = "text",
     .choices = words<"text", "json", "ndjson">},
};

constexpr std::string_view examples[] = {"event check events/ -j0", "event check event.json"};

Classification unreadable(std::string problem) {
    return {Kind::malformed, "unreadable", {}, std::move(problem)};
}

Classification classify(const replay::Batch& batch, const replay::Item& item) {
    if (item.kind == ItemKind::skipped) return {};
    if (item.kind == ItemKind::problem) return unreadable(std::string(batch[item.event]));
    if (item.kind == ItemKind::text) return events::classify(batch[item.event]);
    const std::string name(batch[item.name]);
    try {
        return events::classify(read_event_text(name));
    } catch (const CommandError& e) {
        std::string_view problem = e.what();  // it names the file, and so does the line
        for (std::string_view known :
             {std::string_view(name), std::string_view(": "), std::string_view("cannot be read: ")})
            if (problem.starts_with(known)) problem.remove_prefix(known.size());
        return unreadable(std::string(problem));
    }
}

CheckReport::Style style(std::string_view name) {
    return name == "json"     ? CheckReport::Style::json
           : name == "ndjson" ? CheckReport::Style::ndjson
                              : CheckReport::Style::text;
}

// Several threads classify a batch each; they are told in the order of the batches.
class Check {
  public:
    explicit Check(const Invocation& invocation)
        : source_(invocation.arguments.operands(), {.outputs = written_files({})}, -1,
                  replay::Source::Reading::companions),
          report_(invocation.out, style(invocation.arguments.text("format")),
                  invocation.verbosity) {}

    int run(unsigned jobs) {
        {
            std::vector<std::jthread> others;
            try {
                for (unsigned i = 1; i < jobs; ++i)
                    others.emplace_back([this] { work(); });
            } catch (const std::exception&) {  // those that there are do it
            }
            work();
        }
        if (failure_) std::rethrow_exception(failure_);
        if (report_.files() > 0) return report_.end();
        if (report_.has_begun()) report_.end();
        throw CommandError(exit_status::nothing_to_do, "there is nothing to check",
                           "name files, or a directory that has some");
    }

  private:
    void work() {
        try {
            replay::Batch batch;
            std::vector<Classification> found;
            do {
                found.clear();
                if (!take(batch)) return;
                for (const replay::Item& item : batch.items)
                    found.push_back(classify(batch, item));
            } while (tell(batch, found));
        } catch (...) {
            const std::lock_guard lock(output_);
            if (!failure_) failure_ = std::current_exception();
            turn_.notify_all();
        }
    }

    bool take(replay::Batch& batch) {
        constexpr std::size_t most_items = 16;  // few, so that there is work for every thread
        const std::lock_guard lock(input_);
        if (!source_.fill(batch, most_items)) return false;
        batch.sequence = taken_++;
        return true;
    }

    // False if another thread has failed.
    bool tell(const replay::Batch& batch, const std::vector<Classification>& found) {
        std::unique_lock lock(output_);
        turn_.wait(lock, [&] { return told_ == batch.sequence || failure_; });
        if (failure_) return false;
        for (std::size_t i = 0; i < found.size(); ++i)
            tell(batch, batch.items[i], found[i]);
        ++told_;
        turn_.notify_all();
        return true;
    }

    void tell(const replay::Batch& batch, const replay::Item& item, const Classification& found) {
        const std::string name(batch[item.name]);
        if (item.kind == ItemKind::skipped)
            return report_.skipped(display_name(name), batch[item.event]);
        if (item.line == 0 || lines_ != batch.lines) report_.add_file();
        if (item.line != 0) {
            lines_ = batch.lines;
            if (name != lines_->path) report_.add_line();
        }
        report_.item(display_name(name), found);
    }

    std::mutex input_;
    replay::Source source_;
    std::uint64_t taken_ = 0;

    std::mutex output_;
    std::condition_variable turn_;
    CheckReport report_;
    std::shared_ptr<replay::LinesFile> lines_;  // that was told of last
    std::uint64_t told_ = 0;
    std::exception_ptr failure_;
};

int check(Invocation& invocation) {
    const auto jobs = static_cast<unsigned>(invocation.arguments.number("jobs"));
    return Check(invocation).run(jobs ? jobs : std::max(1u, std::thread::hardware_concurrency()));
}

}  // namespace

const Command event_check_command = {
    .name = "event check",
    .operands = "FILE|DIR|GLOB|-...",
    .summary = "say what each file holds: an event of which shape, a reply, ...",
    .description =
        "Looks at the JSON files below DIR, replies among them, and at every line of .ndjson and "
        ".jsonl files, or at one: FILE.ndjson:17. The exit status is 3 if one of them is "
        "malformed.",
    .options = options,
    .examples = examples,
    .least_operands = 1,
    .run = check,
};

}  // namespace turngate::cli
