// A door that serves a handler in a thread, and the bytes of a client of it.
#pragma once

#include <array>
#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <system_error>
#include <thread>

#include <turngate/doors/http.h>
#include <turngate/os/socket.h>

namespace turngate::test {

class Served {
  public:
    // On a port of the kernel's choice, unless `options` listens elsewhere.
    template <class F>
    explicit Served(F handler) : Served(std::move(handler), HttpOptions()) {}
    template <class F>
    Served(F handler, HttpOptions options)
        : Served(std::move(handler), door_of(std::move(options))) {}
    template <class F>
    Served(F handler, std::unique_ptr<ListeningDoor> door) : door_(std::move(door)) {
        thread_ = std::thread([this, h = to_handler(std::move(handler))] { door_->serve(h); });
    }
    Served(const Served&) = delete;
    Served& operator=(const Served&) = delete;
    ~Served() { stop(); }

    void stop() {
        door_->stop();
        if (thread_.joinable()) thread_.join();
    }

    os::Fd connect(std::size_t address = 0) const {
        return os::connect_to(os::Address::parse(door_->addresses().at(address)),
                              std::chrono::milliseconds(5000));
    }

    ListeningDoor& door() const { return *door_; }

  private:
    static std::unique_ptr<ListeningDoor> door_of(HttpOptions options) {
        if (options.listen == HttpOptions().listen) options.listen = {"127.0.0.1:0"};
        return http_door(std::move(options));
    }

    std::unique_ptr<ListeningDoor> door_;
    std::thread thread_;
};

// Until the end; "<reset>" behind what came before the connection broke.
inline std::string read_all(const os::Fd& fd) {
    std::string all;
    std::array<char, 64 * 1024> block;
    try {
        while (const std::size_t n = os::read_some(fd.get(), block))
            all.append(block.data(), n);
    } catch (const std::system_error&) {
        all += "<reset>";
    }
    return all;
}

// Until what has come ends with `end`, and no further.
inline std::string read_until(const os::Fd& fd, std::string_view end) {
    std::string all;
    char c = 0;
    while (!all.ends_with(end) && os::read_some(fd.get(), {&c, 1}) == 1)
        all += c;
    return all;
}

// Sends `request` and nothing more: the answer comes all the same.
inline std::string ask(const Served& served, std::string_view request) {
    os::Fd fd = served.connect();
    os::write_whole(fd.get(), request);
    ::shutdown(fd.get(), SHUT_WR);
    return read_all(fd);
}

}  // namespace turngate::test
