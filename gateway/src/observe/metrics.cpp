// Counting, and the page of all counters.
#include "observe/metrics.h"

#include <algorithm>
#include <exception>

#include "observe/access_log.h"
#include "observe/metrics_page.h"
#include "observe/process_facts.h"
#include "version.h"
#include <turngate/http/error.h>

namespace turngate {
namespace {

using std::chrono::nanoseconds;

constexpr std::size_t shard_count = 8;
constexpr auto relaxed = std::memory_order_relaxed;

struct Bound {
    std::int64_t nanoseconds;
    std::string_view text;
};

// The last bucket, +Inf, has no row.
constexpr std::array<Bound, 17> bounds = {{{100'000, "0.0001"},
                                           {250'000, "0.00025"},
                                           {500'000, "0.0005"},
                                           {1'000'000, "0.001"},
                                           {2'500'000, "0.0025"},
                                           {5'000'000, "0.005"},
                                           {10'000'000, "0.01"},
                                           {25'000'000, "0.025"},
                                           {50'000'000, "0.05"},
                                           {100'000'000, "0.1"},
                                           {250'000'000, "0.25"},
                                           {500'000'000, "0.5"},
                                           {1'000'000'000, "1.0"},
                                           {2'500'000'000, "2.5"},
                                           {5'000'000'000, "5.0"},
                                           {10'000'000'000, "10.0"},
                                           {30'000'000'000, "30.0"}}};

constexpr std::array<std::string_view, 3> phases = {"reply", "timeout", "probe"};

// Which shard this thread counts in.
std::size_t shard_of_thread() noexcept {
    static std::atomic<std::size_t> threads = 0;
    thread_local const std::size_t own = threads.fetch_add(1, relaxed) % shard_count;
    return own;
}

std::size_t slot(int status) noexcept {
    return status >= 0 && status < 600 ? static_cast<std::size_t>(status) : 0;
}

}  // namespace

struct alignas(64) Metrics::Shard {
    std::atomic<std::int64_t> inflight = 0;
    std::atomic<std::int64_t> connections = 0;
    std::atomic<std::uint64_t> cold_starts = 0;
    std::array<std::atomic<std::uint64_t>, phases.size()> backend_errors{};
    std::array<std::atomic<std::uint64_t>, 600> refused{};
};

struct Metrics::Series {
    struct alignas(64) Part {
        std::atomic<std::uint64_t> nanoseconds = 0;
        std::array<std::atomic<std::uint64_t>, bounds.size() + 1> buckets{};
        std::array<std::atomic<std::uint64_t>, 600> statuses{};
    };

    explicit Series(std::string_view name) : shape(name) {}

    std::uint64_t status(std::size_t status) const noexcept {
        std::uint64_t sum = 0;
        for (const Part& part : parts)
            sum += part.statuses[status].load(relaxed);
        return sum;
    }

    const std::string shape;
    std::array<Part, shard_count> parts;
};

Metrics::Metrics(std::string_view door)
    : door_(door), shards_(std::make_unique<Shard[]>(shard_count)) {
    series_[0] = new Series("http");
}

Metrics::~Metrics() {
    for (const auto& series : series_)
        delete series.load();
}

void Metrics::connected() noexcept {
    shards_[shard_of_thread()].connections.fetch_add(1, relaxed);
}

void Metrics::disconnected() noexcept {
    shards_[shard_of_thread()].connections.fetch_sub(1, relaxed);
}

void Metrics::refused(int status) noexcept {
    shards_[shard_of_thread()].refused[slot(status)].fetch_add(1, relaxed);
}

void Metrics::began(Request&) noexcept {
    Shard& shard = shards_[shard_of_thread()];
    shard.inflight.fetch_add(1, relaxed);
    if (!is_warm_.load(relaxed) && !is_warm_.exchange(true))
        shard.cold_starts.fetch_add(1, relaxed);
}

void Metrics::ended(const Request& request, const Outcome& outcome, Duration elapsed) noexcept {
    const std::size_t own = shard_of_thread();
    shards_[own].inflight.fetch_sub(1, relaxed);
    const EventShape* shape = request.context.find<EventShape>();
    Series::Part& part = series(shape ? shape->name : "http").parts[own];
    part.statuses[outcome.complete ? slot(outcome.status) : 0].fetch_add(1, relaxed);
    const std::int64_t time = std::max<std::int64_t>(0, nanoseconds(elapsed).count());
    part.nanoseconds.fetch_add(static_cast<std::uint64_t>(time), relaxed);
    const auto bound = std::find_if(bounds.begin(), bounds.end(),
                                    [&](const Bound& b) { return time <= b.nanoseconds; });
    part.buckets[static_cast<std::size_t>(bound - bounds.begin())].fetch_add(1, relaxed);
    if (!outcome.error) return;
    try {
        std::rethrow_exception(outcome.error);
    } catch (const ProtocolError&) {
        backend_failed(BackendPhase::reply);
    } catch (const HttpError& e) {
        if (e.status() == 502) backend_failed(BackendPhase::reply);
        if (e.status() == 504) backend_failed(BackendPhase::timeout);
    } catch (...) {  // the handler's own affair
    }
}

void Metrics::backend_failed(BackendPhase phase) noexcept {
    shards_[shard_of_thread()].backend_errors[static_cast<std::size_t>(phase)].fetch_add(1,
                                                                                         relaxed);
}

void Metrics::add_counter(std::string_view name, std::string_view help,
                          std::function<std::uint64_t()> value) {
    counters_.push_back({std::string(name), std::string(help), std::move(value)});
}

// More shapes than there is room for count as the last one.
Metrics::Series& Metrics::series(std::string_view shape) noexcept {
    auto find = [&]() -> Series* {
        for (const auto& entry : series_) {
            Series* known = entry.load(std::memory_order_acquire);
            if (!known) return nullptr;
            if (known->shape == shape) return known;
        }
        return series_.back().load();
    };
    if (Series* known = find()) return *known;
    try {
        const std::lock_guard lock(growing_);
        if (Series* known = find()) return *known;
        auto made = std::make_unique<Series>(shape);
        const auto room = std::find_if(series_.begin(), series_.end(),
                                       [](const auto& entry) { return !entry.load(); });
        room->store(made.get(), std::memory_order_release);
        return *made.release();
    } catch (...) {  // no memory: better a wrong shape than none
        return *series_[0].load();
    }
}

void Metrics::print_requests(MetricsPage& page) const {
    page.family("turngate_requests_total", "counter",
                "Requests answered, by the status that was sent; 0: the response broke off.");
    for (const auto& entry : series_) {
        const Series* series = entry.load(std::memory_order_acquire);
        if (!series) break;
        for (std::size_t status = 0; status < 600; ++status)
            if (const std::uint64_t n = series->status(status))
                page.sample("turngate_requests_total",
                            {{"door", std::string(door_)},
                             {"shape", series->shape},
                             {"status", std::to_string(status)}},
                            n);
    }
}

void Metrics::print_seconds(MetricsPage& page) const {
    page.family("turngate_request_seconds", "histogram",
                "Time from the end of a request's head to the end of its response.");
    for (const auto& entry : series_) {
        const Series* series = entry.load(std::memory_order_acquire);
        if (!series) break;
        MetricsPage::Labels labels = {
            {"door", std::string(door_)}, {"shape", series->shape}, {"le", ""}};
        std::uint64_t count = 0, sum = 0;
        for (std::size_t i = 0; i <= bounds.size(); ++i) {
            for (const Series::Part& part : series->parts)
                count += part.buckets[i].load(relaxed);
            labels.back().second = i < bounds.size() ? bounds[i].text : "+Inf";
            page.sample("turngate_request_seconds_bucket", labels, count);
        }
        labels.pop_back();
        for (const Series::Part& part : series->parts)
            sum += part.nanoseconds.load(relaxed);
        page.sample("turngate_request_seconds_sum", labels, static_cast<double>(sum) / 1e9);
        page.sample("turngate_request_seconds_count", labels, count);
    }
}

std::string Metrics::text(MetricsFormat format) const {
    MetricsPage page(format == MetricsFormat::openmetrics);
    auto sum = [&](auto member) {
        decltype(member(shards_[0])) total = 0;
        for (std::size_t i = 0; i < shard_count; ++i)
            total += member(shards_[i]);
        return total;
    };
    print_requests(page);
    print_seconds(page);
    page.family("turngate_inflight", "gauge", "Requests being served.");
    page.sample("turngate_inflight", {{"door", std::string(door_)}},
                sum([](const Shard& s) { return s.inflight.load(relaxed); }));
    page.family("turngate_connections", "gauge", "Open connections.");
    page.sample("turngate_connections", {{"door", std::string(door_)}},
                sum([](const Shard& s) { return s.connections.load(relaxed); }));
    page.family("turngate_refused_total", "counter",
                "Requests that never reached the handler: malformed, too slow or turned away.");
    for (std::size_t status = 0; status < 600; ++status)
        if (const auto n = sum([&](const Shard& s) { return s.refused[status].load(relaxed); }))
            page.sample("turngate_refused_total", {{"status", std::to_string(status)}}, n);
    page.family("turngate_backend_errors_total", "counter", "Failures of what is behind the door.");
    for (std::size_t i = 0; i < phases.size(); ++i)
        page.sample("turngate_backend_errors_total", {{"phase", std::string(phases[i])}},
                    sum([&](const Shard& s) { return s.backend_errors[i].load(relaxed); }));
    page.family("turngate_cold_starts_total", "counter", "Requests that were a process's first.");
    page.sample("turngate_cold_starts_total", {},
                sum([](const Shard& s) { return s.cold_starts.load(relaxed); }));
    for (const Counter& counter : counters_) {
        page.family(counter.name, "counter", counter.help);
        page.sample(counter.name, {}, counter.value());
    }
    page.family("turngate_build_info", "info", "Which build this is.");
    page.sample("turngate_build_info",
                {{"version", std::string(build.version)}, {"commit", std::string(build.commit)}},
                std::uint64_t{1});
    print_process(page);
    return page.take();
}

}  // namespace turngate
