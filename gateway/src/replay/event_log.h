// What a handler says while it serves an event.
#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <turngate/http/context.h>

namespace turngate::replay {

// Keeps the last lines of what was logged and printed, for the report of a failure.
class EventLog final : public Reporter {
  public:
    static constexpr std::size_t most_lines = 20;

    void began(const Context&) override {}
    void logged(const Context&, Level level, std::string_view message) override;
    void printed(const Context&, Stream stream, std::string_view text) override;
    void fetched(const Context&, const FetchMetric&) override {}
    void ended(const Context&, const Outcome&) override {}

    // The lines since the last call.
    std::vector<std::string> take();

  private:
    void add(std::string line);

    std::mutex mutex_;
    std::vector<std::string> lines_;
    std::size_t dropped_ = 0;
};

}  // namespace turngate::replay
