// From start to SIGTERM, or to the next start.
#include "serve_open_runtimes.h"

#include <algorithm>
#include <fcntl.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <utility>

#include "doors/open_runtimes_reader.h"
#include "last_stand.h"
#include "observe/observation.h"
#include "observe/settings.h"
#include "open_runtimes/call_front.h"
#include "open_runtimes/call_reporter.h"
#include "report/capture.h"
#include "run_anew.h"
#include "serve_http.h"
#include "signals.h"
#include "stderr_reporter.h"
#include <turngate/os/fd.h>

namespace turngate {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view started = "HTTP server successfully started!\n";
// What is cancelled has this long to notice.
constexpr std::chrono::milliseconds notice{500};
// So many of the threads may be held by handlers whose time is over.
constexpr std::size_t stuck_share = 4;

os::Fd copy_of(int fd) {
    return os::Fd(::fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
}

// The program anew, once those requests have ended that can.
class Renewal {
  public:
    Renewal(const LastStand& last_stand, std::chrono::milliseconds patience, int out, int errors)
        : last_stand_(last_stand), patience_(patience), out_(out), errors_(errors) {}

    // From any thread, once. `door` and `stuck` must outlive the process. Whoever is told to stop
    // ends as ever.
    void begin(ListeningDoor& door, const StuckThreads& stuck) {
        if (is_told_to_stop()) return;
        door.stop();
        const auto wait = [this, &stuck](const std::stop_token& over) {
            const auto end = std::chrono::steady_clock::now() + patience_;
            while (!over.stop_requested() && std::chrono::steady_clock::now() < end &&
                   static_cast<std::size_t>(last_stand_.at_work()) > stuck.count())
                std::this_thread::sleep_for(look);
            start();
        };
        try {
            thread_ = std::jthread(wait);
        } catch (const std::system_error&) {  // the stuck ones have all threads that there are
            start();
        }
    }

  private:
    [[noreturn]] void start() const {
        OutputCapture::tell_rest_of_process();
        if (is_told_to_stop()) ::_exit(0);
        run_anew(out_, errors_);
        ::_exit(1);
    }

    static constexpr std::chrono::milliseconds look{5};

    const LastStand& last_stand_;
    const std::chrono::milliseconds patience_;
    const int out_, errors_;
    std::jthread thread_;
};

int serve(const OpenRuntimesSettings& settings, const OpenHandler& open, const std::string& target,
          const ReadVariable& get) {
    const os::Fd out = copy_of(STDOUT_FILENO), errors = copy_of(STDERR_FILENO);
    const bool is_json = ::isatty(STDERR_FILENO) == 0;
    // What nobody listens to must not come back as output that is captured.
    const auto log =
        stderr_reporter(log_form(observe_settings(get), {.json = is_json, .door = "http"}),
                        errors ? errors.get() : STDERR_FILENO);
    if (settings.secret.empty())
        log->logged(Context(), Level::warn,
                    "OPEN_RUNTIMES_SECRET is empty: whoever can connect is served");
    LastStand last_stand(settings.http.drain_timeout + notice,
                         [](int) { OutputCapture::tell_rest_of_process(); });
    Renewal renewal(last_stand, settings.http.drain_timeout, out.get(), errors.get());
    ListeningDoor* listening_door = nullptr;
    const std::size_t most_stuck =
        std::max<std::size_t>(1, settings.http.max_threads / stuck_share);
    StuckThreads stuck(most_stuck, [&] {
        log->logged(Context(), Level::error,
                    std::to_string(most_stuck) +
                        " handlers have not ended in their time: the program starts anew");
        renewal.begin(*listening_door, stuck);
    });
    CallReporter calls(settings.level, *log);
    OutputCapture capture(calls);
    Observation observation(
        {.get = get, .door = "http", .json = is_json, .target = target, .reporter = &capture});
    OpenRuntimesReader reader;
    HttpOptions options = settings.http;
    options.platform = &reader;
    observation.equip(options);
    const auto door = http_door(std::move(options));
    const auto watched = last_stand.watched(*door);
    listening_door = watched.get();
    observation.count("turngate_handlers_late_total",
                      "Handlers that had not ended when their time was over.",
                      [&] { return stuck.total(); });
    const CallSurroundings surroundings = {
        .settings = settings, .stuck = stuck, .complete_output = [&](const Context& context) {
            capture.flush(context);
            capture.complete(context);
        }};
    const auto open_front = [&] {
        HandlerPtr handler = open(observation.backend());
        const bool has_challenge = settings.generation <= RuntimeGeneration::v2;
        return last_stand.watched(has_challenge ? json_calls(std::move(handler), surroundings)
                                                : http_calls(std::move(handler), surroundings));
    };
    bool is_told = false;
    const auto listening = [&](const std::string& address) {
        log->logged(Context(), Level::info, "listening on " + address);
        if (std::exchange(is_told, true)) return;
        try {
            os::write_whole(out.get(), started);
        } catch (const std::system_error&) {  // nobody need read it
        }
    };
    return serve_listening(*watched, open_front, observation, listening);
}

}  // namespace

int serve_open_runtimes(std::string_view platform, const OpenHandler& open,
                        const std::string& target, const ReadVariable& get) {
    const ReadVariable environment = open_runtimes_environment(get);
    return serve(open_runtimes_settings(environment, platform), open, target, environment);
}

}  // namespace turngate
