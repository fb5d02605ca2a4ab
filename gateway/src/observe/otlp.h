// Traces of requests, sent to an OpenTelemetry collector.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "observe/span.h"
#include "observe/trace_settings.h"
#include <turngate/doors/door.h>

namespace turngate {

// Sends spans in batches, from a thread of its own. What cannot be sent is dropped and counted;
// requests never notice. Thread-safe.
class SpanExporter {
  public:
    // POSTs `json` and returns the status of the answer, 0 if none came. Returns soon after `stop`.
    using Send = std::function<int(const std::string& json, const std::stop_token& stop)>;

    // `complain` is called when exporting begins to fail, with one clause.
    SpanExporter(const TraceSettings& settings, Send send,
                 std::function<void(const std::string&)> complain,
                 std::chrono::milliseconds flush = std::chrono::milliseconds(2000));

    // Sends what it has, for `flush` at most.
    ~SpanExporter();
    SpanExporter(const SpanExporter&) = delete;
    SpanExporter& operator=(const SpanExporter&) = delete;

    void add(Span span) noexcept;

    std::uint64_t exported() const noexcept { return exported_; }
    std::uint64_t dropped() const noexcept { return dropped_; }

  private:
    void run();
    bool send(const std::vector<Span>& spans);
    bool pause(std::chrono::milliseconds time);

    const TraceSettings settings_;
    const Send send_;
    const std::function<void(const std::string&)> complain_;
    const std::chrono::milliseconds flush_;
    std::atomic<std::uint64_t> exported_ = 0;
    std::atomic<std::uint64_t> dropped_ = 0;

    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::deque<Span> queue_;  // under mutex_
    bool is_ending_ = false;  // under mutex_
    bool has_ended_ = false;  // under mutex_
    bool has_complained_ = false;
    std::stop_source cancel_;  // of a send that takes too long at the end
    std::thread thread_;
};

// Attached to the context of a request that is traced.
struct ActiveSpan {
    std::string trace_id;
    std::string span_id;
    std::string parent_id;
    std::chrono::system_clock::time_point start;
};

// Makes a span of each request, and of each outgoing call that is reported. The request's
// traceparent is rewritten so that whoever gets it next continues from here.
class Tracer final : public DoorObserver {
  public:
    // `exporter` must outlive it.
    Tracer(SpanExporter& exporter, Sampler sampler) : exporter_(exporter), sampler_(sampler) {}

    void began(Request& request) noexcept override;
    void ended(const Request& request, const Outcome& outcome,
               std::chrono::steady_clock::duration elapsed) noexcept override;

    // For Reporter::fetched().
    void fetched(const Context& context, const FetchMetric& metric) noexcept;

  private:
    SpanExporter& exporter_;
    const Sampler sampler_;
};

}  // namespace turngate
