// From start to SIGTERM.
#include "serve_impuls.h"

#include <atomic>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <unistd.h>
#include <utility>
#include <vector>

#include "cli/value.h"
#include "impuls/runtime.h"
#include "init_process.h"
#include "observe/observation.h"
#include "observe/settings.h"
#include "report/capture.h"
#include "serve_http.h"
#include "signals.h"
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

// Where the process prints, whatever captures that.
struct Outputs {
    os::Fd out{::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)};
    os::Fd err{::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)};
};

// This program with its arguments, in place of what runs here: no thread of it is left. Returns if
// that cannot be.
void start_anew(const std::string& port, const Outputs& outputs) {
    ::dup2(outputs.out.get(), STDOUT_FILENO);
    ::dup2(outputs.err.get(), STDERR_FILENO);
    std::ifstream file("/proc/self/cmdline", std::ios::binary);
    std::string words{std::istreambuf_iterator<char>(file), {}};
    std::vector<char*> arguments;
    for (std::size_t begin = 0; begin < words.size(); begin = words.find('\0', begin) + 1)
        arguments.push_back(words.data() + begin);
    arguments.push_back(nullptr);
    if (!port.empty()) ::setenv("RUNTIME_PORT", port.c_str(), 1);
    ::execv("/proc/self/exe", arguments.data());
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
    Observation observation({.get = environment,
                             .door = "http",
                             .json = ::isatty(STDERR_FILENO) == 0,
                             .target = target,
                             .error_output = outputs.err ? outputs.err.get() : STDERR_FILENO});
    impuls::LogsReporter logs(observation.reporter(),
                              observe_settings(environment).level.value_or(Level::info));
    OutputCapture capture(logs);
    observation.equip(settings.http);
    const auto door = http_door(std::move(settings.http));
    std::atomic<bool> is_exhausted = false;
    impuls::Runtime runtime({.logs = settings.logs,
                             .reporter = &capture,
                             .flush = [&](const Context& context) { capture.flush(context); },
                             .exhausted =
                                 [&] {
                                     is_exhausted = true;
                                     door->stop();
                                 }});
    const auto open_served = [&] { return runtime.serving(open(observation.backend())); };
    const auto listening = [&](const std::string& address) {
        observation.reporter().logged(Context(), Level::info, "listening on " + address);
    };
    const int status = serve_listening(*door, open_served, observation, listening);
    if (!is_exhausted && runtime.left_behind() == 0) return status;
    // What still runs uses all of the above.
    OutputCapture::tell_rest_of_process();
    const bool is_to_go_on = is_exhausted && !is_told_to_stop();
    if (is_to_go_on) start_anew(port, outputs);
    ::_exit(is_to_go_on ? 1 : status);
}

}  // namespace turngate
