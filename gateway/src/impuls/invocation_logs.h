// What a handler prints and logs in one invocation, for the reply.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <turngate/http/context.h>
#include <turngate/json/json_writer.h>

namespace turngate::impuls {

// Impuls has two: "[INFO] started\n[ERROR] lost" of the documents and its early versions, and
// {"stdout": ["started"], "stderr": ["lost"]} of later ones. Each reads a reply with the other's
// as no reply.
enum class LogsForm { text, lists };

// Thread-safe.
class InvocationLogs {
  public:
    static constexpr std::size_t limit = 1 << 20;  // bytes; what comes later is left out, and told

    void print(Stream stream, std::string_view text);
    void log(Level level, std::string_view message);

    // The request that is being served began, or ended.
    void began(const Context& context);
    void ended(const Context& context);
    // Nobody waits for it any more: calls `f` with the context of the request that has begun and
    // not ended, which does not end before `f` returns; or, if none has begun, as soon as one does.
    void abandon(std::function<void(const Context&)> f);

    // As the value of a member. False, and nothing is written, if there are none.
    bool write(JsonWriter& json, LogsForm form) const;

  private:
    struct Line {
        Stream stream;
        std::string_view label;  // "[WARN] "; empty: it was printed
        std::string text;
    };
    void add(Stream stream, std::string_view label, std::string_view text);

    std::mutex context_mutex_;  // of the next two; before the other
    const Context* context_ = nullptr;
    std::function<void(const Context&)> abandon_;
    mutable std::mutex mutex_;  // of what follows
    std::vector<Line> lines_;
    std::size_t size_ = 0;
    bool is_cut_ = false;
};

// What a context has when it begins, for LogsReporter.
using LogsOf = std::shared_ptr<InvocationLogs>;

// Keeps what is printed and logged in the invocation's own logs, those that the context has as
// LogsOf when it begins, until it ends, and passes everything on.
class LogsReporter final : public Reporter {
  public:
    // What is below `least` is not kept. `next` must outlive this.
    LogsReporter(Reporter& next, Level least) : next_(next), least_(least) {}

    void began(const Context& context) override;
    void logged(const Context& context, Level level, std::string_view message) override;
    void printed(const Context& context, Stream stream, std::string_view text) override;
    void fetched(const Context& context, const FetchMetric& metric) override {
        next_.fetched(context, metric);
    }
    void ended(const Context& context, const Outcome& outcome) override;

  private:
    // Not by the attachment: what is printed is told from another thread, which may look while the
    // handler attaches something.
    LogsOf logs_of(const Context& context) const;

    Reporter& next_;
    const Level least_;
    mutable std::mutex mutex_;
    std::unordered_map<const Context*, LogsOf> logs_;
};

}  // namespace turngate::impuls
