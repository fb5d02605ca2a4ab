// event check: what each file holds, over whole trees and files of events a line, in bounded memory
// and in order.
#include <atomic>
#include <cerrno>
#include <fcntl.h>
#include <optional>
#include <sys/stat.h>
#include <system_error>
#include <thread>
#include <unistd.h>

#include "cli/check_report.h"
#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/input.h"
#include "cli/invocation.h"
#include "replay/event_lines.h"
#include "replay/golden_file.h"
#include "replay/walk.h"

namespace turngate::cli {
namespace {

using events::Classification;
using Kind = Classification::Kind;
using EntryKind = replay::Walk::Entry::Kind;

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
     .choices =
         [] {
             return std::vector<std::string_view>{"text", "json", "ndjson"};
         }},
};

constexpr std::string_view examples[] = {"event check events/ -j0", "event check event.json"};

// One thing to classify: a file, or an event that has been read.
struct Item {
    std::string name;
    std::optional<std::string> text = {};  // absent: read the file
    Classification result = {};
};

Classification unreadable(std::string problem) {
    return {Kind::malformed, "unreadable", {}, std::move(problem)};
}

void classify(Item& item) noexcept {
    try {
        item.result = events::classify(item.text ? *item.text : read_event_text(item.name));
    } catch (const CommandError& e) {
        std::string_view problem = e.what();  // it names the file, and so does the line
        for (std::string_view known : {std::string_view(item.name), std::string_view(": "),
                                       std::string_view("cannot be read: ")})
            if (problem.starts_with(known)) problem.remove_prefix(known.size());
        item.result = unreadable(std::string(problem));
    } catch (const std::exception& e) {
        item.result = unreadable(e.what());
    }
    item.text.reset();
}

CheckReport::Style style(std::string_view name) {
    return name == "json"     ? CheckReport::Style::json
           : name == "ndjson" ? CheckReport::Style::ndjson
                              : CheckReport::Style::text;
}

class Check {
  public:
    explicit Check(const Invocation& invocation)
        : report_(invocation.out, style(invocation.arguments.text("format")),
                  invocation.verbosity) {
        auto jobs = static_cast<unsigned>(invocation.arguments.number("jobs"));
        jobs_ = jobs ? jobs : std::max(1u, std::thread::hardware_concurrency());
    }

    int run(const std::vector<std::string>& operands) {
        for (const std::string& operand : operands)
            take(operand);
        classify_batch();
        if (report_.files() == 0)
            throw CommandError(exit_status::nothing_to_do, "there is no file to check",
                               "name files, or a directory that has some");
        return report_.end();
    }

  private:
    void take(const std::string& operand) {
        struct stat facts {};
        if (operand == "-")
            lines(STDIN_FILENO, "standard input", true);
        else if (::stat(operand.c_str(), &facts) == 0 && S_ISDIR(facts.st_mode))
            walk(operand);
        else
            file(operand);
    }

    void walk(const std::string& directory) {
        replay::Walk walk(directory);
        for (auto entry = walk.next(); entry.kind != EntryKind::end; entry = walk.next()) {
            const bool by_name =
                entry.path.ends_with(".json") || replay::has_event_lines(entry.path);
            if (entry.kind == EntryKind::failed || (entry.kind == EntryKind::missing && by_name)) {
                report_.add_file();
                done({std::move(entry.path), {}, unreadable(message(entry.error))});
            } else if (entry.kind == EntryKind::file && by_name) {
                file(entry.path);
            }
        }
    }

    void file(const std::string& path) {
        if (!replay::has_event_lines(path)) {
            report_.add_file();
            return add({path});
        }
        const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
        if (fd >= 0) return lines(fd, path, false);
        report_.add_file();
        done({path, {}, unreadable(message(errno))});
    }

    // Standard input may be one event, too.
    void lines(int fd, const std::string& path, bool sniff) {
        report_.add_file();
        replay::EventLines events(fd, path, -1);
        replay::Batch batch;
        try {
            if (sniff) events.sniff();
            for (; events.next(batch); batch.clear()) {
                const replay::Item& item = batch.items.front();
                const std::string name(batch[item.name]);
                if (name != path) report_.add_line();
                if (item.kind == replay::Item::Kind::problem)
                    done({name, {}, unreadable(std::string(batch[item.event]))});
                else
                    add({name, std::string(batch[item.event])});
            }
        } catch (const std::system_error& e) {
            done({path, {}, unreadable(e.code().message())});
        }
    }

    static std::string message(int error) { return std::generic_category().message(error); }

    void done(const Item& item) {
        classify_batch();
        report_.item(item.name, item.result);
    }

    // -- batches: enough for all threads, little enough to hold --

    void add(Item item) {
        constexpr std::size_t most_items = 256, most_bytes = 16u << 20;
        bytes_ += item.text ? item.text->size() : 0;
        batch_.push_back(std::move(item));
        if (batch_.size() >= most_items || bytes_ >= most_bytes) classify_batch();
    }

    void classify_batch() {
        std::atomic<std::size_t> next{0};
        auto work = [&] {
            for (std::size_t i = next++; i < batch_.size(); i = next++)
                classify(batch_[i]);
        };
        {
            std::vector<std::jthread> others;
            for (unsigned i = 1; i < jobs_ && i < batch_.size(); ++i)
                others.emplace_back(work);
            work();
        }
        for (const Item& item : batch_)
            report_.item(item.name, item.result);
        batch_.clear();
        bytes_ = 0;
    }

    CheckReport report_;
    unsigned jobs_ = 1;
    std::vector<Item> batch_;
    std::size_t bytes_ = 0;
};

int check(Invocation& invocation) {
    return Check(invocation).run(invocation.arguments.operands());
}

}  // namespace

const Command event_check_command = {
    .name = "event check",
    .operands = "FILE|DIR|-...",
    .summary = "say what each file holds: an event of which shape, a reply, ...",
    .description =
        "Looks at the JSON files below DIR and at every line of .ndjson and .jsonl "
        "files. The exit status is 3 if one of them is malformed.",
    .options = options,
    .examples = examples,
    .least_operands = 1,
    .run = check,
};

}  // namespace turngate::cli
