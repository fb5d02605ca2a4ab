// What event check says.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "cli/output.h"
#include <turngate/events/decode.h>

namespace turngate::cli {

// Tells what each item is as it comes, and how many there were at the end.
class CheckReport {
  public:
    enum class Style { text, json, ndjson };

    // `out` must outlive it. `verbosity` below 0: text tells malformed items only.
    CheckReport(Output& out, Style style, int verbosity)
        : out_(out), style_(style), verbosity_(verbosity) {}

    void add_file() { ++files_; }
    void add_line() { ++lines_; }
    std::size_t files() const noexcept { return files_; }
    bool has_begun() const noexcept { return files_ > 0 || skipped_ > 0; }

    void item(const std::string& name, const events::Classification& found);
    // What was passed over, and why.
    void skipped(const std::string& name, std::string_view why);
    // Returns the exit status.
    int end();

  private:
    void text_item(const std::string& name, const events::Classification& found);
    void json_item(const std::string& name, std::string_view kind, std::string_view what,
                   const events::Classification& found);
    void text_summary(double seconds);
    void json_summary(double seconds, int status);

    Output& out_;
    Style style_;
    int verbosity_;
    std::size_t files_ = 0;
    std::size_t lines_ = 0;
    std::array<std::size_t, 6> counts_{};  // by Classification::Kind
    std::size_t skipped_ = 0;
    bool is_first_ = true;
    std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

}  // namespace turngate::cli
