// A door for tests: it serves a handler in a thread, on a port of the kernel's choice.
#pragma once

#include <memory>
#include <thread>
#include <utility>

#include <turngate/doors/http.h>
#include <turngate/os/socket.h>

namespace turngate::test {

class Served {
  public:
    template <class F>
    explicit Served(F handler, HttpOptions options = {}) {
        options.listen = {"127.0.0.1:0"};
        door_ = http_door(std::move(options));
        thread_ = std::thread([this, h = to_handler(std::move(handler))] { door_->serve(h); });
    }
    Served(const Served&) = delete;
    Served& operator=(const Served&) = delete;
    ~Served() { stop(); }

    void stop() {
        door_->stop();
        if (thread_.joinable()) thread_.join();
    }

    os::Fd connect() const {
        return os::connect_to(os::Address::parse(door_->addresses().front()),
                              std::chrono::milliseconds(5000));
    }

    Door& door() { return *door_; }

  private:
    std::unique_ptr<HttpDoor> door_;
    std::thread thread_;
};

}  // namespace turngate::test
