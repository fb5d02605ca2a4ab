// What a door has done, in numbers that Prometheus reads.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <turngate/doors/door.h>

namespace turngate {

class MetricsPage;

enum class MetricsFormat {
    text,         // Prometheus 0.0.4
    openmetrics,  // OpenMetrics 1.0.0
};

// What a failure of a back end was about.
enum class BackendPhase {
    reply,    // it could not be reached, or broke its protocol
    timeout,  // it was too slow
    probe,    // readiness asked, and it did not answer
};

// Counting takes no lock: threads count in shards, which are added up when somebody asks. One for
// all the doors of a process of one kind.
class Metrics final : public DoorObserver {
  public:
    using Duration = std::chrono::steady_clock::duration;

    // `door`: "http"; a literal.
    explicit Metrics(std::string_view door);
    ~Metrics() override;

    void connected() noexcept override;
    void disconnected() noexcept override;
    void refused(int status) noexcept override;
    void began(Request& request) noexcept override;

    // Counts by the status that was sent; a response that broke off counts as status 0.
    void ended(const Request& request, const Outcome& outcome, Duration elapsed) noexcept override;

    void backend_failed(BackendPhase phase) noexcept;

    // A counter that is kept elsewhere. `name` ends in "_total". Before the first request.
    void add_counter(std::string_view name, std::string_view help,
                     std::function<std::uint64_t()> value);

    std::string text(MetricsFormat format) const;

  private:
    struct Shard;
    struct Series;

    Series& series(std::string_view shape) noexcept;
    void print_requests(MetricsPage& page) const;
    void print_seconds(MetricsPage& page) const;

    struct Counter {
        std::string name;
        std::string help;
        std::function<std::uint64_t()> value;
    };

    const std::string_view door_;
    const std::unique_ptr<Shard[]> shards_;
    std::array<std::atomic<Series*>, 24> series_{};  // by shape; made when first seen
    std::mutex growing_;
    std::atomic<bool> is_warm_ = false;
    std::vector<Counter> counters_;
};

// What a client that says this in its Accept field is to get: OpenMetrics if it is named there and
// not liked less than plain text.
MetricsFormat metrics_format(std::string_view accept);

// "text/plain; version=0.0.4; charset=utf-8"
std::string_view content_type(MetricsFormat format) noexcept;

}  // namespace turngate
