// The workers of the door, and their end.
#include <atomic>
#include <cstdio>
#include <thread>
#include <utility>
#include <vector>

#include "lambda/lambda_worker.h"
#include "replay/thrown.h"
#include <turngate/doors/lambda.h>

namespace turngate {
namespace {

// Lambda shows it beside the function's name.
constexpr std::string_view extension_name = "turngate";

class RuntimeDoor final : public LambdaDoor {
  public:
    explicit RuntimeDoor(LambdaOptions options) : options_(std::move(options)) {
        runtime_address(options_.runtime_api);  // throws
        if (options_.concurrency == 0) options_.concurrency = 1;
    }

    int serve(HandlerPtr handler) override {
        if (options_.wants_sigterm)
            extension_ = RuntimeApi(options_.runtime_api, {}).register_extension(extension_name);
        if (options_.snap_start && !restore(*handler)) return 1;
        std::vector<std::jthread> others;
        for (std::size_t i = 1; i < options_.concurrency; ++i)
            others.emplace_back([&] { work(*handler); });
        work(*handler);
        others.clear();
        return has_failed_ ? 1 : 0;
    }

    void stop() noexcept override {
        stop_.request_stop();
        try {
            const std::lock_guard lock(mutex_);
            if (!drained_)
                drained_.reset(new Timer::Alarm(timer_.request_stop_at(
                    Context::Clock::now() + options_.drain_timeout, cancel_)));
        } catch (const std::exception&) {  // no thread to be had: Lambda ends what does not end
        }
    }

    void fail_init(std::string_view type, std::string_view message) noexcept override try {
        RuntimeApi(options_.runtime_api, {})
            .fail_init({std::string(type), std::string(type), std::string(message)});
    } catch (const std::exception&) {  // out of memory
    }

  private:
    void work(const Handler& handler) noexcept {
        try {
            LambdaWorker(options_, timer_, stop_.get_token(), cancel_.get_token()).run(handler);
        } catch (const std::exception& e) {
            has_failed_ = true;
            log(Level::fatal, e.what());
        }
    }

    // In this sandbox, and then in each copy of it.
    bool restore(const Handler& handler) {
        RuntimeApi api(options_.runtime_api, stop_.get_token());
        try {
            call_hook(handler, options_.before_checkpoint_path);
        } catch (const std::exception& e) {
            log(Level::fatal, e.what());
            api.fail_init(
                {"Runtime.BeforeCheckpointError", thrown_type(std::current_exception()), e.what()});
            return false;
        }
        try {
            if (!api.wait_for_restore()) return true;  // to its end
            call_hook(handler, options_.after_restore_path);
            return true;
        } catch (const std::exception& e) {
            log(Level::fatal, e.what());
            api.fail_restore(
                {"Runtime.AfterRestoreError", thrown_type(std::current_exception()), e.what()});
            return false;
        }
    }

    void call_hook(const Handler& handler, const std::string& path) const {
        if (path.empty()) return;
        Request request = Request::get(path);
        request.headers.set("Host", "localhost");
        request.context.reporter = options_.reporter;
        const Response response = record(handler, std::move(request));
        if (response.status >= 400)
            throw Error("the handler answered " + path + " with status " +
                        std::to_string(response.status));
    }

    void log(Level level, std::string_view message) const noexcept {
        Context context;
        context.reporter = options_.reporter;
        context.log(level, message);
    }

    LambdaOptions options_;
    Timer timer_;
    std::stop_source stop_;
    std::stop_source cancel_;
    std::mutex mutex_;
    std::unique_ptr<Timer::Alarm> drained_;  // under mutex_
    std::atomic<bool> has_failed_ = false;
    os::Fd extension_;  // open as long as the process wants SIGTERM
};

}  // namespace

std::unique_ptr<LambdaDoor> lambda_door(LambdaOptions options) {
    return std::make_unique<RuntimeDoor>(std::move(options));
}

}  // namespace turngate
