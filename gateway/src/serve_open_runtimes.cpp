// From start to SIGTERM, or to the next start.
#include "serve_open_runtimes.h"

#include <algorithm>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "doors/dialect_door.h"
#include "doors/open_runtimes_reader.h"
#include "last_stand.h"
#include "observe/observation.h"
#include "observe/settings.h"
#include "open_runtimes/call_front.h"
#include "renewal.h"
#include "report/capture.h"
#include "run_anew.h"
#include "serve_http.h"
#include "stderr_reporter.h"
#include <turngate/http/error.h>
#include <turngate/http/handler.h>
#include <turngate/os/fd.h>

namespace turngate {
namespace {

constexpr std::string_view started = "HTTP server successfully started!\n";
// What is cancelled has this long to notice.
constexpr std::chrono::milliseconds notice{500};
// So many of the threads may be held by handlers whose time is over.
constexpr std::size_t stuck_share = 4;

// What is served in place of a handler that cannot be opened; `why` is in the errors of each call.
HandlerPtr unavailable(std::string why) {
    return to_handler(
        [why = std::move(why)](Request&, ResponseWriter&) { throw HttpError(503, why); });
}

os::Fd copy_of(int fd) {
    return os::Fd(::fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
}

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
    const std::size_t most_stuck =
        std::max<std::size_t>(1, settings.http.max_threads / stuck_share);
    Renewal* its_renewal = nullptr;
    StuckThreads stuck([&](std::size_t count) {
        if (count >= most_stuck && its_renewal->begin())
            log->logged(Context(), Level::error,
                        std::to_string(count) +
                            " handlers have not ended in their time: the program starts anew");
        its_renewal->look();
    });
    Renewal renewal(
        {.stuck = stuck, .hold_door = true, .patience = settings.http.drain_timeout, .start = [&] {
             renew_process(out.get(), errors.get());
         }});
    its_renewal = &renewal;
    CallReporter calls(settings.level, *log);
    OutputCapture capture(calls);
    Observation observation(
        {.get = get, .door = "http", .json = is_json, .target = target, .reporter = &capture});
    OpenRuntimesReader reader;
    HttpOptions options = settings.http;
    options.platform = &reader;
    observation.equip(options);
    renewal.equip(options);
    const bool has_challenge = settings.generation <= RuntimeGeneration::v2;
    net::Dialect dialect;
    if (has_challenge)
        dialect.refusal = [&](const Headers&, int status, std::string_view why) {
            return std::optional(call_refusal(settings.generation, status, why));
        };
    const auto door = http_door(std::move(options), std::move(dialect));
    const auto watched = last_stand.watched(*door);
    renewal.watch(*watched);
    observation.count("turngate_handlers_late_total",
                      "Handlers that had not ended a second after their time was over.",
                      [&] { return stuck.total(); });
    const CallSurroundings surroundings = {
        .settings = settings,
        .stuck = stuck,
        .calls = calls,
        .complete_output = [&](const Context& context, bool goes_on) {
            capture.complete(context, goes_on);
        }};
    bool is_open = false;
    const auto open_handler = [&] {
        try {
            HandlerPtr handler = open(observation.backend());
            is_open = true;
            return handler;
        } catch (const std::exception& e) {
            // What was there before stays; and nobody reads the end of a function's process.
            if (is_open || settings.generation < RuntimeGeneration::v3) throw;
            const auto why = std::string("Failed to load entrypoint: ") + e.what();
            log->logged(Context(), Level::error, why);
            return unavailable(why);
        }
    };
    const auto open_front = [&] {
        HandlerPtr handler = open_handler();
        return renewal.watched(has_challenge ? json_calls(std::move(handler), surroundings)
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
    const int status = serve_listening(*watched, open_front, observation, listening);
    renewal.door_has_ended();  // while there is a door: a renewal that has begun uses it
    return status;
}

}  // namespace

int serve_open_runtimes(std::string_view platform, const OpenHandler& open,
                        const std::string& target, const ReadVariable& get) {
    const ReadVariable environment = open_runtimes_environment(get);
    return serve(open_runtimes_settings(environment, platform), open, target, environment);
}

}  // namespace turngate
