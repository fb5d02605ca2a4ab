// A door that listens, whatever is spoken on its connections: they are accepted, given a session,
// and called when something happens.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "net/dialect.h"
#include "net/listeners.h"
#include "net/parking_lot.h"
#include "net/scheduler.h"
#include "net/slots.h"
#include "net/surroundings.h"
#include <turngate/doors/door.h>

namespace turngate::net {

// What is spoken.
struct Protocol {
    // A session for a new connection; null: nobody talks to this client.
    std::function<std::shared_ptr<Session>(Surroundings&, std::unique_ptr<Connection>)> begin = {};

    // A session looks at once whether something has come, and has the connection watched itself
    // when it waits.
    bool watches = false;

    // What is sent to who comes when there are too many.
    std::string busy = {};

    decltype(Surroundings::begin_http2) begin_http2 = nullptr;
    bool queues = false;  // see Surroundings
    std::size_t max_aside = Scheduler::usual_aside;
    Dialect dialect = {};
};

class Server final : public ListeningDoor, private Scheduler::Target {
  public:
    // Listens at once; connections wait in the kernel until serve(). A Unix socket that is made
    // has `access`. Throws as http_door() does.
    Server(HttpOptions options, Protocol protocol, const os::SocketAccess& access = {});

    std::vector<std::string> addresses() const override { return listeners_.addresses(); }
    void replace(HandlerPtr handler) override;
    int serve(HandlerPtr handler) override;
    void stop() noexcept override;
    void finish() noexcept override;

  private:
    void on_event(std::uint64_t key, std::uint32_t events, bool is_express) override;
    void on_tick() override;
    std::chrono::milliseconds tick_length() const override;
    std::size_t parts() const noexcept;
    HandlerPtr prepared(HandlerPtr handler) const;
    int accept(std::size_t index, bool is_express);
    void begin(os::Fd fd, bool is_local, bool is_express);
    void arm_all();
    void drain();

    const HttpOptions options_;
    const Protocol protocol_;
    Listeners listeners_;
    Surroundings door_;
    Slots slots_;
    StackPool stacks_;
    ParkingLot parking_;
    Scheduler scheduler_;
    const os::WakeUp alarm_;  // nobody is to wait for a client any longer
    std::atomic<bool> is_short_{false};
    std::mutex listeners_mutex_;
    // The watching thread alone changes it, under the mutex.
    std::atomic<bool> is_closed_ = false;
    std::chrono::steady_clock::time_point deaf_since_;   // when the door began to stop
    std::chrono::steady_clock::time_point drain_since_;  // when it began not to wait for everybody
    enum class Stage { open, finishing, stopping };
    std::atomic<Stage> stage_ = Stage::open;
};

}  // namespace turngate::net
