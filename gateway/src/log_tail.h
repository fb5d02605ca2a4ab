// What a handler logged and printed last.
#pragma once

#include <mutex>
#include <string>
#include <string_view>

#include <turngate/http/context.h>

namespace turngate {

// Keeps the end of the log of one request and passes everything on to the platform's reporter,
// except that the request began and ended: it is one that the platform does not know. Thread-safe.
class LogTail final : public Reporter {
  public:
    static constexpr std::size_t limit = 4096;  // bytes: what Lambda returns

    // `next` may be null, and must outlive this.
    explicit LogTail(Reporter* next) : next_(next) {}

    // Without telling the platform.
    void add(std::string_view line);

    // The last `limit` bytes at most, from the beginning of a character on.
    std::string text() const;

    void began(const Context&) override {}
    void logged(const Context& context, Level level, std::string_view message) override;
    void printed(const Context& context, Stream stream, std::string_view text) override;
    void fetched(const Context& context, const FetchMetric& metric) override;
    void ended(const Context&, const Outcome&) override {}

  private:
    Reporter* next_;
    mutable std::mutex mutex_;
    std::string text_;
};

}  // namespace turngate
