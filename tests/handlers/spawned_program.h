// A spawned program of tests, and what is logged about it.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include <turngate/handlers/spawned_upstream.h>
#include <turngate/http/error.h>

namespace turngate::test {

class ProgramLog {
  public:
    void add(std::string_view line) {
        const std::lock_guard lock(mutex_);
        lines_.emplace_back(line);
        changed_.notify_all();
    }

    // Waits for the n-th line, from 1, that has `part`, and returns it. A hang is the failure.
    std::string wait_for(std::string_view part, std::size_t n = 1) {
        std::unique_lock lock(mutex_);
        std::string found;
        changed_.wait(lock, [&] {
            std::size_t seen = 0;
            for (const std::string& line : lines_)
                if (line.find(part) != line.npos && ++seen == n) {
                    found = line;
                    return true;
                }
            return false;
        });
        return found;
    }

    // Of the lines so far that have `part`.
    std::size_t count(std::string_view part) const {
        const std::lock_guard lock(mutex_);
        return static_cast<std::size_t>(
            std::count_if(lines_.begin(), lines_.end(),
                          [&](const std::string& line) { return line.find(part) != line.npos; }));
    }

  private:
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::string> lines_;
};

// `log`, if there is one, must outlive the handler.
inline SpawnOptions spawn_command(std::string command, ProgramLog* log = nullptr) {
    SpawnOptions options{.command = std::move(command)};
    options.first_delay = options.probe_interval = std::chrono::milliseconds(1);
    if (log) options.log = [log](Level, std::string_view line) { log->add(line); };
    return options;
}

inline SpawnOptions spawn_program(const std::string& arguments = "", ProgramLog* log = nullptr) {
    return spawn_command("exec '" TURNGATE_HTTP_PROGRAM "' " + arguments, log);
}

inline std::string error_of(const SpawnOptions& options) {
    try {
        spawned_upstream(options);
    } catch (const Error& e) {
        return e.what();
    }
    return "started";
}

}  // namespace turngate::test
