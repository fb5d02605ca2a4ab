// Building what watches a door.
#include "observe/observation.h"

#include <array>
#include <atomic>
#include <chrono>
#include <sys/socket.h>
#include <system_error>
#include <thread>
#include <unistd.h>

#include "observe/access_log.h"
#include "observe/collector.h"
#include "observe/metrics.h"
#include "observe/observers.h"
#include "observe/operations.h"
#include "observe/request_ids.h"
#include "observe/settings.h"
#include "stderr_reporter.h"
#include "systemd.h"
#include <turngate/http/error_lines.h>
#include <turngate/os/socket.h>

namespace turngate {
namespace {

using namespace std::chrono_literals;

// The log, or the platform, and traces of outgoing calls.
class TracedReporter final : public Reporter, public ErrorLines {
  public:
    TracedReporter(Reporter& to, Tracer* tracer) : to_(to), tracer_(tracer) {}

    void began(const Context& context) override { to_.began(context); }
    void logged(const Context& context, Level level, std::string_view message) override {
        to_.logged(context, level, message);
    }
    void printed(const Context& context, Stream stream, std::string_view text) override {
        to_.printed(context, stream, text);
    }
    bool complained(const Context& context, std::string_view line) override {
        return told(&to_, context, line);
    }
    void fetched(const Context& context, const FetchMetric& metric) override {
        to_.fetched(context, metric);
        if (tracer_) tracer_->fetched(context, metric);
    }
    void ended(const Context& context, const Outcome& outcome) override {
        to_.ended(context, outcome);
    }
    void switched(const Context& context) override { to_.switched(context); }

  private:
    Reporter& to_;
    Tracer* const tracer_;
};

// True if the door takes a connection and closes it when we do: it accepts, and a thread of it has
// looked at what came. That is no request, and nobody logs it.
bool is_alive(const std::string& address, std::chrono::milliseconds patience) try {
    const os::Fd fd = os::connect_to(os::Address::parse(address), patience);
    const timeval limit = {patience.count() / 1000, patience.count() % 1000 * 1000};
    ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::shutdown(fd.get(), SHUT_WR);
    std::array<char, 1024> ignored;
    while (os::read_some(fd.get(), ignored) > 0) {
    }
    return true;
} catch (const std::exception&) {
    return false;
}

// Serves operations on a port of their own for as long as it lives.
class OperationsDoor {
  public:
    OperationsDoor(int port, const HandlerPtr& operations) {
        HttpOptions options;
        options.listen = {"127.0.0.1:" + std::to_string(port)};
        options.max_connections = 64;
        options.max_threads = 4;
        options.drain_timeout = 100ms;
        options.operations = operations;
        try {
            door_ = http_door(std::move(options));
        } catch (const std::system_error& e) {
            throw std::system_error(e.code(), "TURNGATE_METRICS_PORT=" + std::to_string(port) +
                                                  ": cannot listen on 127.0.0.1");
        }
        thread_ = std::thread([this, operations] {
            try {
                door_->serve(operations);
            } catch (const std::exception&) {  // no descriptors: there are no metrics then
            }
        });
    }
    OperationsDoor(const OperationsDoor&) = delete;
    OperationsDoor& operator=(const OperationsDoor&) = delete;
    ~OperationsDoor() {
        door_->stop();
        thread_.join();
    }

    std::string address() const { return door_->addresses().front(); }

  private:
    std::unique_ptr<HttpDoor> door_;
    std::thread thread_;
};

}  // namespace

// Members are in the order in which they need each other.
class Observation::Parts {
  public:
    explicit Parts(const ObservationOptions& options)
        : settings(observe_settings(options.get)),
          on_port(options.operations_on_port),
          notifier(systemd::Notifier::take()),
          sockets(systemd::take_listen_sockets()),
          log(std::make_shared<Log>(
              options.error_output,
              log_form(settings, {.json = options.json, .door = options.door}))),
          metrics(options.door),
          ids(settings.trust),
          access(*log, {.query = settings.access == AccessLines::query}),
          readiness(backend_probe(options.target), 1000ms,
                    [this] { metrics.backend_failed(BackendPhase::probe); }),
          operations(turngate::operations(metrics, readiness)) {
        metrics.add_counter("turngate_log_lines_dropped_total",
                            "Log lines that nobody read in time.",
                            [this] { return log->dropped(); });
        observers.add(ids);
        observers.add(metrics);
        if (const auto traces = trace_settings(options.get)) trace(*traces);
        if (settings.access != AccessLines::off) observers.add(access);
        if (on_port) observers.skip_operations();
        if (!options.reporter) own_reporter = log_reporter(log);
        reporter = std::make_unique<TracedReporter>(
            options.reporter ? *options.reporter : *own_reporter, tracer.get());
        if (!settings.metrics_port) return;
        operations_door = std::make_unique<OperationsDoor>(*settings.metrics_port, operations);
        log->write(Level::info,
                   "metrics on http://" + operations_door->address() + "/_turngate/metrics");
    }

    const ObserveSettings settings;
    const bool on_port;
    const systemd::Notifier notifier;
    const std::vector<systemd::InheritedSocket> sockets;
    const std::shared_ptr<Log> log;
    Metrics metrics;
    RequestIds ids;
    AccessLog access;
    BackendReadiness readiness;
    const HandlerPtr operations;
    std::unique_ptr<SpanExporter> exporter;
    std::unique_ptr<Tracer> tracer;
    std::unique_ptr<Reporter> own_reporter;
    std::unique_ptr<Reporter> reporter;
    Observers observers;
    std::unique_ptr<OperationsDoor> operations_door;
    std::atomic<bool> is_stopping = false;
    std::unique_ptr<systemd::Watchdog> watchdog;

  private:
    void trace(const TraceSettings& traces) {
        exporter = std::make_unique<SpanExporter>(
            traces, collector(traces),
            [this](const std::string& why) { log->write(Level::warn, why); });
        tracer = std::make_unique<Tracer>(*exporter, traces.sampler);
        metrics.add_counter("turngate_spans_exported_total", "Spans that a collector has taken.",
                            [this] { return exporter->exported(); });
        metrics.add_counter("turngate_spans_dropped_total", "Spans that no collector took.",
                            [this] { return exporter->dropped(); });
        observers.add(*tracer);
    }
};

Observation::Observation(ObservationOptions options) : parts_(std::make_unique<Parts>(options)) {}

Observation::~Observation() = default;

Reporter& Observation::reporter() noexcept {
    return *parts_->reporter;
}

void Observation::equip(HttpOptions& options) {
    options.reporter = parts_->reporter.get();
    options.observer = &parts_->observers;
    if (parts_->on_port) options.operations = parts_->operations;
    for (const systemd::InheritedSocket& socket : parts_->sockets)
        options.inherited.push_back(socket.fd);
}

void Observation::count(std::string_view name, std::string_view help,
                        std::function<std::uint64_t()> value) {
    parts_->metrics.add_counter(name, help, std::move(value));
}

BackendChanged Observation::backend() {
    return parts_->readiness.listen();
}

void Observation::reloading() noexcept {
    parts_->notifier.reloading();
}

void Observation::ready(const ListeningDoor& door) {
    Parts& parts = *parts_;
    if (parts.is_stopping) return;  // while the handler was opened anew
    const std::string address = door.addresses().front();
    parts.notifier.ready("listening on " + address);
    if (!parts.notifier.watchdog() || parts.watchdog) return;
    const auto patience = std::max(
        1ms, std::chrono::duration_cast<std::chrono::milliseconds>(*parts.notifier.watchdog() / 4));
    parts.watchdog = std::make_unique<systemd::Watchdog>(
        parts.notifier,
        [&parts, address, patience] { return parts.is_stopping || is_alive(address, patience); });
}

void Observation::stopping() noexcept {
    parts_->is_stopping = true;
    parts_->readiness.drain();
    parts_->notifier.stopping();
}

namespace {

class ObservedDoor final : public Door {
  public:
    ObservedDoor(ListeningDoor& door, Observation& observation)
        : door_(door), observation_(observation) {}

    int serve(HandlerPtr handler) override { return door_.serve(std::move(handler)); }
    void stop() noexcept override {
        observation_.stopping();
        door_.stop();
    }

  private:
    ListeningDoor& door_;
    Observation& observation_;
};

}  // namespace

std::unique_ptr<Door> observed_door(ListeningDoor& door, Observation& observation) {
    return std::make_unique<ObservedDoor>(door, observation);
}

}  // namespace turngate
