// AWS Lambda's Runtime API for tests. Deliberately without our codec and our client.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/fake_upstream.h"

namespace turngate::test {

// What a runtime sent: "POST /2018-06-01/..." and so on, byte for byte.
struct RuntimeCall {
    std::size_t connection = 0;
    std::string bytes;

    std::string target() const {
        const std::size_t begin = bytes.find(' ') + 1;
        return bytes.substr(begin, bytes.find(' ', begin) - begin);
    }
    std::string head() const { return bytes.substr(0, bytes.find("\r\n\r\n") + 4); }
    std::string body() const { return bytes.substr(bytes.find("\r\n\r\n") + 4); }
    // The value of a field as it stands, or "none".
    std::string field(const std::string& name) const {
        const std::string all = head();
        const std::size_t at = all.find("\r\n" + name + ": ");
        if (at == std::string::npos) return "none";
        const std::size_t begin = at + name.size() + 4;
        return all.substr(begin, all.find("\r\n", begin) - begin);
    }
    // The pieces of a body in chunks; the last is what stands behind the last chunk.
    std::vector<std::string> chunks() const {
        std::vector<std::string> out;
        std::string rest = body();
        for (;;) {
            const std::size_t line = rest.find("\r\n");
            if (line == std::string::npos) return out;
            const std::size_t size = std::strtoul(rest.c_str(), nullptr, 16);
            if (size == 0) {
                out.push_back(rest.substr(line + 2));
                return out;
            }
            out.push_back(rest.substr(line + 2, size));
            rest.erase(0, line + 2 + size + 2);
        }
    }
};

class FakeRuntimeApi {
  public:
    struct Event {
        std::string id;
        std::string json;
        std::chrono::milliseconds time{60'000};  // until the deadline
        std::string fields = {};                 // more lines of the head
    };

    FakeRuntimeApi() = default;
    FakeRuntimeApi(const FakeRuntimeApi&) = delete;
    FakeRuntimeApi& operator=(const FakeRuntimeApi&) = delete;
    ~FakeRuntimeApi() {
        const std::lock_guard lock(mutex_);
        is_over_ = true;
        changed_.notify_all();
    }

    // What POSTs are answered with; "202 Accepted" if it is empty.
    std::function<std::string(const RuntimeCall&)> answer = {};

    std::string address() const { return "127.0.0.1:" + std::to_string(server_.port()); }

    void push(Event event) {
        const std::lock_guard lock(mutex_);
        events_.push_back(std::move(event));
        changed_.notify_all();
    }

    // The next POST that was not taken, as soon as it is there.
    RuntimeCall take() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return !posts_.empty(); });
        RuntimeCall call = std::move(posts_.front());
        posts_.pop_front();
        return call;
    }

    // Waits until so many ask for an event, at once.
    void wait_for_polls(int count) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return polls_ >= count; });
    }

    std::size_t connections() const { return server_.connections(); }

    static std::string reply(std::string_view status, std::string_view body = {}) {
        return "HTTP/1.1 " + std::string(status) +
               "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
               std::string(body);
    }

    static std::string event_reply(const Event& event) {
        const auto deadline = std::chrono::duration_cast<std::chrono::milliseconds>(
            (std::chrono::system_clock::now() + event.time).time_since_epoch());
        return "HTTP/1.1 200 OK\r\nlambda-runtime-aws-request-id: " + event.id +
               "\r\nLambda-Runtime-Deadline-Ms: " + std::to_string(deadline.count()) + "\r\n" +
               event.fields + "Content-Length: " + std::to_string(event.json.size()) + "\r\n\r\n" +
               event.json;
    }

  private:
    void serve(FakePeer& peer) {
        for (;;) {
            RuntimeCall call{peer.number, peer.read_request()};
            if (call.bytes.empty()) return;
            if (call.target().ends_with("/runtime/invocation/next")) {
                const std::optional<Event> event = wait_for_event();
                if (!event || !peer.write(event_reply(*event))) return;
                continue;
            }
            const std::string reply = answer ? answer(call) : FakeRuntimeApi::reply("202 Accepted");
            {
                const std::lock_guard lock(mutex_);
                posts_.push_back(std::move(call));
                changed_.notify_all();
            }
            if (reply.empty() || !peer.write(reply)) return;
        }
    }

    std::optional<Event> wait_for_event() {
        std::unique_lock lock(mutex_);
        ++polls_;
        changed_.notify_all();
        changed_.wait(lock, [&] { return is_over_ || !events_.empty(); });
        --polls_;
        if (is_over_) return std::nullopt;
        Event event = std::move(events_.front());
        events_.pop_front();
        return event;
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Event> events_;
    std::deque<RuntimeCall> posts_;
    int polls_ = 0;
    bool is_over_ = false;
    FakeUpstream server_{[this](FakePeer& peer) { serve(peer); }};  // last: it ends first
};

}  // namespace turngate::test
