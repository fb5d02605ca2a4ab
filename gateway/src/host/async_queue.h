// Events for a function that nobody waits for.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "host/dead_letters.h"
#include "host/execution_log.h"
#include "host/lambda_function.h"
#include "lambda_api.h"

namespace turngate::host {

struct AsyncOptions {
    unsigned retries = 2;  // 0 to 2 (AWS, MaximumRetryAttempts)
    std::chrono::steady_clock::duration delay{60'000'000'000};  // before the first; then twice that
    std::string dead_letters = {};  // a file; empty: failures are told alone
    std::size_t workers = 1;        // events that are invoked at once
};

// Invokes each event until the function does not fail, or often enough. Thread-safe.
class AsyncQueue {
  public:
    using Clock = std::chrono::steady_clock;

    // Both must outlive this. Throws std::system_error that names the file.
    AsyncQueue(LambdaFunction& function, ExecutionLog& log, AsyncOptions options);
    AsyncQueue(const AsyncQueue&) = delete;
    AsyncQueue& operator=(const AsyncQueue&) = delete;
    ~AsyncQueue() { stop(); }

    // False if there are so many events already that there is no room for it: 256 MiB.
    [[nodiscard]] bool push(InvokeCall call);

    // Nothing is invoked any more, and the function is stopped for what is. What is left is told,
    // and becomes dead letters. Blocks as LambdaFunction::stop() does.
    void stop() noexcept;

  private:
    struct Item {
        InvokeCall call;
        Clock::time_point due;
        unsigned attempts = 0;
    };

    void work();
    bool is_stopping() const;
    std::optional<Item> take();
    void put(Item item);
    bool deliver(Item& item);
    void give_up(const Item& item, std::string_view condition, const InvocationResult* result);

    LambdaFunction& function_;
    ExecutionLog& log_;
    const AsyncOptions options_;
    mutable std::mutex mutex_;  // of all below
    std::condition_variable changed_;
    DeadLetters dead_letters_;
    std::vector<Item> items_;  // a heap: what is due first, first
    std::size_t size_ = 0;     // of all events that have not been dealt with, in bytes
    std::size_t idle_ = 0;
    bool is_stopping_ = false;
    std::vector<std::thread> workers_;
};

}  // namespace turngate::host
