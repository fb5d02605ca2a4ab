// The bodies of clients that send nothing, or late.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <fstream>
#include <functional>
#include <future>
#include <semaphore>
#include <span>
#include <stop_token>
#include <string>
#include <thread>
#include <unistd.h>
#include <utility>

#include <turngate/http/body.h>

namespace turngate::test {

// Reading it ends when nobody wants it any more; when it begins, `asked` is called.
class SilentBody final : public BodySource {
  public:
    explicit SilentBody(std::function<void()> asked = [] {}) : asked_(std::move(asked)) {}
    void interrupt(std::stop_token stop) override { stop_ = std::move(stop); }
    std::size_t read(std::span<char>) override {
        std::binary_semaphore unwanted{0};
        const std::stop_callback on_stop(stop_, [&] { unwanted.release(); });
        asked_();
        unwanted.acquire();
        throw Cancelled("nobody waits for the body");
    }

  private:
    const std::function<void()> asked_;
    std::stop_token stop_;
};

// A body that comes at that time.
class LateBody final : public BodySource {
  public:
    LateBody(std::size_t size, std::chrono::steady_clock::time_point at) : left_(size), at_(at) {}
    std::size_t read(std::span<char> into) override {
        std::this_thread::sleep_until(at_);
        const std::size_t n = std::min(left_, into.size());
        std::fill_n(into.begin(), n, 'l');
        left_ -= n;
        return n;
    }

  private:
    std::size_t left_;
    const std::chrono::steady_clock::time_point at_;
};

// A thread of this process waits for something, as proc(5) tells.
inline bool is_asleep(pid_t thread) {
    std::ifstream stat("/proc/self/task/" + std::to_string(thread) + "/stat");
    std::string line;
    std::getline(stat, line);
    const std::size_t name = line.rfind(") ");
    return name != line.npos && line.substr(name + 2, 1) == "S";
}

// Reads a body that does not come, on a thread of its own, until nobody wants it any more. True if
// that ended it.
inline bool ends_when_unwanted(Body& body) {
    std::stop_source unwanted;
    body.interrupt(unwanted.get_token());
    bool has_ended = false;
    std::promise<pid_t> begun;
    std::thread reading([&] {
        begun.set_value(::gettid());
        try {
            body.text();
        } catch (const Cancelled&) {
            has_ended = true;
        }
    });
    for (const pid_t thread = begun.get_future().get(); !is_asleep(thread);)
        std::this_thread::yield();
    unwanted.request_stop();
    reading.join();
    return has_ended;
}

}  // namespace turngate::test
