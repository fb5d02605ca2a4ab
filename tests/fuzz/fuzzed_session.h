// A session of a door, as a fuzzer drives it: on one thread, over a socket pair.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <utility>
#include <vector>

#include "net/parking_lot.h"
#include "net/scheduler.h"
#include "net/session.h"
#include "net/surroundings.h"
#include <turngate/http/response_writer.h>

namespace turngate {

// The length of the path says what is done.
inline void answer(Request& request, ResponseWriter& response) {
    switch (request.url.path.size() % 6) {
        case 1:
            response.write(request.body.text());
            break;
        case 2:
            response.write(std::string(100'000, 'x'));
            break;
        case 3:
            response.interim(103, {{"Link", "</a>"}});
            response.trailers({{"X-T", "u"}});
            response.write("body");
            response.flush();
            break;
        case 4:
            response.status(404).write("not read");
            break;
        case 5:
            response.write("half");
            response.flush();
            throw std::runtime_error("late");
        default:
            break;
    }
}

class FuzzedSession {
  public:
    using Begin = std::function<std::shared_ptr<net::Session>(net::Surroundings&,
                                                              std::unique_ptr<net::Connection>)>;

    // `output` hears what the client gets, in pieces.
    FuzzedSession(const HandlerPtr& handler, const Begin& begin,
                  std::function<void(std::string_view)> output)
        : output_(std::move(output)) {
        std::array<int, 2> ends{};
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()) != 0) std::abort();
        client_ = os::Fd(ends[0]);
        door_.handler = handler;
        session_ = begin(door_, std::make_unique<net::Connection>(os::Fd(ends[1]),
                                                                  scheduler_->epoll(), 1ull << 32));
    }

    // All that was taken for output is given back.
    ~FuzzedSession() {
        waiting_.clear();
        session_.reset();
        scheduler_.reset();  // and jobs that it has
        if (door_.room_for_output != room_) std::abort();
    }

    net::Session& session() { return *session_; }
    net::Surroundings& door() { return door_; }

    // From now on what is to run afterwards waits for run_waiting().
    void defer() { is_deferring_ = true; }

    // False when the session has ended.
    bool run_waiting() {
        is_deferring_ = false;
        for (net::Task& job : std::exchange(waiting_, {})) {
            job();
            read_all();
        }
        return go_on(session_->ready({}));
    }

    // False when the session has ended.
    bool go_on(net::Step step) {
        while (step.kind != net::Step::Kind::close) {
            read_all();
            if (!step.afterwards) return true;
            if (is_deferring_) {
                waiting_.push_back(std::move(step.afterwards));
                return true;
            }
            step.afterwards();
            read_all();
            step = session_->ready({});
        }
        read_all();
        return false;
    }

    bool send(std::string_view bytes, bool is_express) {
        while (!bytes.empty()) {
            const ssize_t n = ::send(client_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (n <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(n));
            if (!go_on(session_->ready({.is_express = is_express}))) return false;
        }
        return true;
    }

    void leave() { client_.reset(); }

  private:
    class Nobody final : public net::Scheduler::Target {
      public:
        void on_event(std::uint64_t, std::uint32_t, bool) override {}
        void on_tick() override {}
        std::chrono::milliseconds tick_length() const override { return {}; }
    };

    void read_all() {
        static std::array<char, 64 * 1024> block;
        for (;;) {
            const ssize_t n = ::recv(client_.get(), block.data(), block.size(), 0);
            if (n <= 0) return;
            output_({block.data(), static_cast<std::size_t>(n)});
        }
    }

    // Nobody waits: what is not there at once does not come in time.
    const HttpOptions options_{.header_timeout = {},
                               .body_timeout = {},
                               .write_timeout = {},
                               .idle_timeout = {},
                               .max_body = 50'000};
    const std::function<void(std::string_view)> output_;
    Nobody nobody_;
    std::unique_ptr<net::Scheduler> scheduler_ = std::make_unique<net::Scheduler>(nobody_, 4);
    net::StackPool stacks_;
    net::ParkingLot parking_{*scheduler_, stacks_};
    net::Surroundings door_{
        .options = options_,
        .limits = {.start_line = 500, .section = 2000, .fields = 20, .body = options_.max_body},
        .scheduler = *scheduler_,
        .stacks = stacks_,
        .parking = parking_};
    const std::int64_t room_ = door_.room_for_output;
    os::Fd client_;
    std::shared_ptr<net::Session> session_;
    std::vector<net::Task> waiting_;
    bool is_deferring_ = false;
};

}  // namespace turngate
