// From start to SIGTERM.
#include "serve_impuls.h"

#include <cstdlib>
#include <fcntl.h>
#include <limits>
#include <unistd.h>
#include <utility>

#include "cli/value.h"
#include "doors/dialect_door.h"
#include "impuls/invoke_reply.h"
#include "impuls/runtime.h"
#include "init_process.h"
#include "last_stand.h"
#include "observe/observation.h"
#include "observe/settings.h"
#include "renewal.h"
#include "report/capture.h"
#include "run_anew.h"
#include "serve_http.h"
#include <turngate/os/fd.h>

namespace turngate {
namespace {

std::string port_of(const ReadVariable& get) {
    const std::string port = get("RUNTIME_PORT").value_or("");
    if (port.empty()) return "8080";
    const auto number = cli::parse_number(port);
    if (!number || *number < 0 || *number > 65535)
        throw Error("RUNTIME_PORT=" + port + " is wrong: expected a number from 0 to 65535");
    return port;
}

std::optional<impuls::LogsForm> logs_form(const ReadVariable& get) {
    const std::string name = "TURNGATE_IMPULS_LOGS";
    const std::string form = get(name).value_or("");
    if (form.empty() || form == "auto") return std::nullopt;
    if (form == "text") return impuls::LogsForm::text;
    if (form == "lists") return impuls::LogsForm::lists;
    throw Error(name + '=' + form + " is wrong: expected auto, text or lists");
}

// After the time to drain: what is cancelled then has a while to notice.
constexpr std::chrono::milliseconds notice{1'500};
// Of the door, for what is refused, and for /health.
constexpr std::size_t spare_threads = 8;
// So many handlers may go on after their time.
constexpr std::size_t most_late = 16;

// Where the process prints, whatever captures that.
struct Outputs {
    os::Fd out{::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)};
    os::Fd err{::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)};
};

// For the program that is run anew: variables that have been taken out or found out.
void hand_on(const std::string& port, std::optional<impuls::LogsForm> form) {
    if (!port.empty()) ::setenv("RUNTIME_PORT", port.c_str(), 1);
    // Whoever has been asked for /health is not asked again.
    if (form)
        ::setenv("TURNGATE_IMPULS_LOGS", form == impuls::LogsForm::text ? "text" : "lists", 1);
}

}  // namespace

ImpulsSettings impuls_settings(const ReadVariable& get) {
    const ReadVariable without_place = [&](const std::string& name) {
        const bool is_place =
            name == "PORT" || name == "HOST" || name == "AWS_LAMBDA_HTTP_ENDPOINT";
        return is_place ? std::optional<std::string>() : get(name);
    };
    return {.http = http_options(without_place, {.listen = {':' + port_of(get)}}),
            .logs = logs_form(get)};
}

ReadVariable impuls_environment(const ReadVariable& get) {
    return [get](const std::string& name) {
        auto value = get(name);
        if (name == "TURNGATE_ACCESS_LOG" && value.value_or("").empty()) value = "off";
        return value;
    };
}

int serve_impuls(const OpenHandler& open, const std::string& target, const ReadVariable& get) {
    leave_process_one();
    const ReadVariable environment = impuls_environment(get);
    ImpulsSettings settings = impuls_settings(environment);
    const std::string port = get("RUNTIME_PORT").value_or("");
    ::unsetenv("RUNTIME_PORT");
    // What is logged must not come back as output that is captured.
    const Outputs outputs;
    // Tasks behind an answer may not end either.
    LastStand last_stand(settings.http.drain_timeout + notice,
                         [](int) { OutputCapture::tell_rest_of_process(); });
    Observation observation({.get = environment,
                             .door = "http",
                             .json = ::isatty(STDERR_FILENO) == 0,
                             .target = target,
                             .error_output = outputs.err ? outputs.err.get() : STDERR_FILENO});
    impuls::LogsReporter logs(observation.reporter(),
                              observe_settings(environment).level.value_or(Level::info));
    OutputCapture capture(logs);
    observation.equip(settings.http);
    Renewal* its_renewal = nullptr;
    impuls::RuntimeOptions options = {
        .logs = settings.logs,
        .reporter = &capture,
        .flush = [&](const Context& context) { capture.flush(context); },
        .abandon = [&](const Context& context) { capture.complete(context, true); },
        // What the door itself refuses is no reply to the platform.
        .max_body = std::exchange(settings.http.max_body, std::numeric_limits<std::int64_t>::max()),
        .limits = {.most = settings.http.max_threads, .most_late = most_late, .exhausted = [&] {
                       if (its_renewal->begin())
                           observation.reporter().logged(Context(), Level::error, exhausted_text);
                   }}};
    // Whoever has its answer may ask again while its thread is not done with the last request yet.
    settings.http.max_threads = 2 * settings.http.max_threads + spare_threads;
    impuls::Runtime runtime(std::move(options));
    Renewal renewal(
        {.stuck = runtime.stuck(), .patience = settings.http.drain_timeout, .start = [&] {
             hand_on(port, runtime.settled_form());
             renew_process(outputs.out.get(), outputs.err.get());
         }});
    its_renewal = &renewal;
    const auto door = http_door(std::move(settings.http),
                                {.refusal = [](const Headers&, int status, std::string_view why) {
                                    return std::optional(impuls::refusal(status, why));
                                }});
    const auto watched = last_stand.watched(*door);
    renewal.watch(*watched);
    const auto open_served = [&] {
        return renewal.watched(runtime.serving(open(observation.backend())));
    };
    const auto listening = [&](const std::string& address) {
        observation.reporter().logged(Context(), Level::info, "listening on " + address);
    };
    const int status = serve_listening(*watched, open_served, observation, listening);
    renewal.door_has_ended();  // while there is a door: a renewal that has begun uses it
    if (runtime.stuck().count() == 0) return status;
    OutputCapture::tell_rest_of_process();
    ::_exit(status);  // what still runs uses all that there is here
}

}  // namespace turngate
