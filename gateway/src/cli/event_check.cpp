// event check: what each file holds, over whole trees and files of events a line, in bounded memory
// and in order.
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <fcntl.h>
#include <optional>
#include <sys/stat.h>
#include <system_error>
#include <thread>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/input.h"
#include "cli/invocation.h"
#include "replay/golden_file.h"
#include "replay/line_reader.h"
#include "replay/walk.h"
#include <turngate/events/decode.h>
#include <turngate/os/fd.h>

namespace turngate::cli {
namespace {

using events::Classification;
using Kind = Classification::Kind;

constexpr Option options[] = {
    {.letter = 'j',
     .name = "jobs",
     .value = "N",
     .help = "files at a time; 0: one for each core",
     .kind = Value::number,
     .fallback = "1",
     .maximum = 1024},
};

constexpr std::string_view examples[] = {"event check events/ -j0", "event check event.json"};

// One thing to classify: a file, or a line that has been read.
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
        item.result = events::classify(item.text ? *item.text : read_input(item.name));
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

class Check {
  public:
    explicit Check(Invocation& invocation) : invocation_(invocation), out_(invocation.out) {
        auto jobs = static_cast<unsigned>(invocation.arguments.number("jobs"));
        jobs_ = jobs ? jobs : std::max(1u, std::thread::hardware_concurrency());
    }

    int run() {
        for (const std::string& operand : invocation_.arguments.operands())
            take(operand);
        classify_batch();
        if (files_ == 0)
            throw CommandError(exit_status::nothing_to_do, "there is no file to check",
                               "name files, or a directory that has some");
        summarise();
        return counts_[static_cast<std::size_t>(Kind::malformed)] > 0 ? exit_status::unreadable
                                                                      : exit_status::good;
    }

  private:
    void take(const std::string& operand) {
        struct stat facts {};
        if (operand != "-" && ::stat(operand.c_str(), &facts) == 0 && S_ISDIR(facts.st_mode))
            walk(operand);
        else if (replay::has_event_lines(operand))
            lines(operand);
        else
            add({operand});
    }

    void walk(const std::string& directory) {
        replay::Walk walk(directory);
        for (auto entry = walk.next(); entry.kind != replay::Walk::Entry::Kind::end;
             entry = walk.next()) {
            if (entry.kind == replay::Walk::Entry::Kind::failed) {
                skip(std::move(entry.path), entry.error);
            } else if (entry.kind == replay::Walk::Entry::Kind::file) {
                if (replay::has_event_lines(entry.path))
                    lines(entry.path);
                else if (entry.path.ends_with(".json"))
                    add({std::move(entry.path)});
            }
        }
    }

    void lines(const std::string& path) {
        os::Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
        if (!file) return skip(path, errno);
        replay::LineReader reader(file.get(), input_limit);
        std::string_view line;
        std::size_t number = 0;
        for (auto status = reader.next(line); status != replay::LineReader::Status::end;
             status = reader.next(line)) {
            std::string name = path + ':' + std::to_string(++number);
            if (status == replay::LineReader::Status::too_long)
                done({std::move(name), {}, unreadable("the line is too long")});
            else if (line.find_first_not_of(" \t\r") != std::string_view::npos)
                add({std::move(name), std::string(line)});
        }
    }

    void skip(std::string path, int error) {
        done({std::move(path), {}, unreadable(std::generic_category().message(error))});
    }

    void done(Item item) {
        classify_batch();
        print(item);
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
            print(item);
        batch_.clear();
        bytes_ = 0;
    }

    // -- what is said --

    void print(const Item& item) {
        const Classification& result = item.result;
        bool bad = result.kind == Kind::malformed;
        ++files_;
        ++counts_[static_cast<std::size_t>(result.kind)];
        if (invocation_.verbosity < 0 && !bad) return;
        const Terminal& terminal = out_.terminal();
        std::string line = bad ? out_.paint(Color::red, terminal.glyph(Glyph::fail))
                               : out_.paint(Color::green, terminal.glyph(Glyph::pass));
        line += ' ' + item.name + "  " + result.what;
        if (!result.problem.empty()) line += ": " + result.problem;
        out_.write(line + '\n');
    }

    void summarise() {
        using namespace std::chrono;
        constexpr std::string_view names[] = {"event",    "reply",     "authorizer",
                                              "template", "malformed", "other"};
        constexpr std::string_view plurals[] = {"events",    "replies",   "authorizers",
                                                "templates", "malformed", "other"};
        std::string line = std::to_string(files_) + (files_ == 1 ? " file" : " files");
        for (std::size_t i = 0; i < counts_.size(); ++i)
            if (counts_[i] > 0)
                line.append("   " + std::to_string(counts_[i]) + ' ')
                    .append(counts_[i] == 1 ? names[i] : plurals[i]);
        auto spent = duration<double>(steady_clock::now() - started_).count();
        std::array<char, 32> text{};
        std::snprintf(text.data(), text.size(), "   %.2f s", spent);
        out_.write(line + text.data() + '\n');
    }

    Invocation& invocation_;
    Output& out_;
    unsigned jobs_ = 1;
    std::vector<Item> batch_;
    std::size_t bytes_ = 0;
    std::size_t files_ = 0;
    std::array<std::size_t, 6> counts_{};  // by Kind
    std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

int check(Invocation& invocation) {
    return Check(invocation).run();
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
