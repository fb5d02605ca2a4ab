// All that watches a door that listens, as one thing: log, metrics, traces, health and the service
// manager, as the environment wants them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "observe/readiness.h"
#include "platform.h"
#include <turngate/doors/http.h>

namespace turngate {

struct ObservationOptions {
    ReadVariable get;
    std::string_view door = "http";   // a literal
    bool json = true;                 // log lines, unless TURNGATE_LOG_FORMAT says other
    bool operations_on_port = false;  // "/_turngate/" on the door itself
    std::string target = {};          // the URI of the handler, whose back end makes us ready
    Reporter* reporter = nullptr;     // not owned; hears what else were lines of the log
    int error_output = 2;             // of the log; not owned
};

// Build one before there are other threads and before the door; it outlives the door.
class Observation {
  public:
    // Takes systemd's variables out of the environment. Throws Error for a variable that is wrong
    // and std::system_error if the port for metrics cannot be had.
    explicit Observation(ObservationOptions options);
    ~Observation();  // sends what traces there are, for two seconds at most
    Observation(const Observation&) = delete;
    Observation& operator=(const Observation&) = delete;

    Reporter& reporter() noexcept;

    // Puts itself into the options of the door: reporter, observer, operations, and the sockets
    // this process was given.
    void equip(HttpOptions& options);

    // One more figure of /_turngate/metrics: see Metrics::add_counter(). Before the door serves.
    void count(std::string_view name, std::string_view help, std::function<std::uint64_t()> value);

    // For whoever opens the handler: see BackendReadiness::listen().
    BackendChanged backend();

    // The door takes connections: the service manager is told. `door` must outlive the call of
    // stopping() or this.
    void ready(const ListeningDoor& door);

    // From any thread: the handler is about to be replaced. ready() follows, whatever comes of it.
    void reloading() noexcept;

    // From any thread: no new requests are wanted.
    void stopping() noexcept;

  private:
    class Parts;

    std::unique_ptr<Parts> parts_;
};

// `door` as one that tells `observation` when it is stopped. Both must outlive it.
std::unique_ptr<Door> observed_door(ListeningDoor& door, Observation& observation);

}  // namespace turngate
