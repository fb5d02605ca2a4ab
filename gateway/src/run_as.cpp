// What a deployed program does.
#include "run_as.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <unistd.h>
#include <utility>

#include "cli/exit_status.h"
#include "doors/lambda_web_reader.h"
#include "observe/observation.h"
#include "observe/settings.h"
#include "serve_fastcgi.h"
#include "serve_http.h"
#include "serve_impuls.h"
#include "serve_lambda.h"
#include "serve_open_runtimes.h"
#include "serve_openedge.h"
#include "serve_vercel.h"
#include "signals.h"
#include "start_status.h"
#include "stderr_reporter.h"
#include <turngate/doors/cgi.h>
#include <turngate/os/fd.h>

namespace turngate {
namespace {

int run_cgi(HandlerPtr handler, const ReadVariable& get) {
    LogForm form = log_form(observe_settings(get), {.json = false, .door = "cgi"});
    form.level = std::max(form.level, Level::warn);
    const auto reporter = stderr_reporter(std::move(form));
    // Only the door may write to the web server: what the handler prints goes to the log.
    os::Fd out(::dup(STDOUT_FILENO));
    if (!out || ::dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
        throw std::system_error(errno, std::generic_category(), "cannot keep standard output");
    CgiOptions options{.max_body = http_options(get).max_body,
                       .reporter = reporter.get(),
                       .trust_remote_user = is_on(get, "TURNGATE_TRUST_REMOTE_USER"),
                       .pass_dot_segments = is_on(get, "TURNGATE_PASS_DOT_SEGMENTS")};
    // The thread of a watch costs as much as all else of a short request. Until then SIGTERM ends
    // the process as it ends every CGI program, and no half of an answer is out.
    std::unique_ptr<Door> door;
    std::optional<SignalWatch> watch;
    options.out = out.release();
    options.lasts = [&] { watch.emplace(*door); };
    door = cgi_door(std::move(options));
    const int status = door->serve(std::move(handler));
    watch.reset();
    // An answer of unknown length ends with our output: only how we end can tell that it broke off.
    if (status != 0) std::raise(SIGTERM);
    return status;
}

int run_listening(std::string_view platform, const OpenHandler& open, const std::string& target,
                  const ReadVariable& environment) {
    const bool is_lambda_web = platform == "lambda-web";
    const ReadVariable get = is_lambda_web ? lambda_environment(environment) : environment;
    const std::string_view door = platform == "fcgi" ? "fcgi" : "http";
    LambdaWebReader lambda_web;
    Observation observation(
        {.get = get, .door = door, .json = ::isatty(STDERR_FILENO) == 0, .target = target});
    const auto open_observed = [&] { return open(observation.backend()); };
    const auto listening = [&](const std::string& address) {
        observation.reporter().logged(Context(), Level::info, "listening on " + address);
    };
    if (door == "fcgi")
        return serve_fastcgi(open_observed, fastcgi_options(get), observation, listening);
    HttpOptions options = http_options(get);
    if (is_lambda_web) options.platform = &lambda_web;
    return serve_http(open_observed, std::move(options), observation, listening);
}

}  // namespace

int run_as(std::string_view as, const OpenHandler& open, const std::string& target,
           const ReadVariable& get, OpenTarget targets) {
    try {
        const Platform& platform = detect_platform(get, as);
        if (platform.name == "cgi") return run_cgi(open({}), get);
        if (platform.name == "lambda") return serve_lambda(open, target, get);
        if (platform.name == "vercel") return serve_vercel(open, target, get);
        if (platform.name == "open-runtimes" || platform.name == "appwrite")
            return serve_open_runtimes(platform.name, open, target, get);
        if (platform.name == "openedge") return serve_openedge(open, get, targets);
        if (platform.name == "impuls") return serve_impuls(open, target, get);
        if (platform.name == "http" && is_plain_vercel(get))
            return serve_plain_vercel(open, target, get);
        return run_listening(platform.name, open, target, get);
    } catch (const cli::CommandError&) {
        throw;  // it says how to mend what is wrong with the target
    } catch (const std::exception& e) {
        std::fprintf(stderr, "error: %s\n", e.what());
        return status_of(e);
    }
}

}  // namespace turngate
