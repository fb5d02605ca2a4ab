// From start to SIGTERM.
#include "serve_vercel.h"

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fcntl.h>
#include <optional>
#include <unistd.h>
#include <utility>

#include "cli/value.h"
#include "doors/vercel_reader.h"
#include "last_stand.h"
#include "observe/observation.h"
#include "observe/settings.h"
#include "report/capture.h"
#include "report/unrecoverable.h"
#include "report/vercel_ipc.h"
#include "serve_http.h"
#include "start_status.h"
#include <turngate/http/field_list.h>
#include <turngate/os/fd.h>
#include <turngate/os/socket.h>

namespace turngate {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

// Vercel kills 500 ms after SIGTERM; `vercel dev` waits.
constexpr milliseconds last_stand_deployed{450}, last_stand_dev{30'000};
// What is cancelled has this long to notice.
constexpr milliseconds notice{50};
constexpr milliseconds last_flush{100}, last_stand_flush{20};

std::string prefix_of(const ReadVariable& get) {
    const std::string strip =
        lower_case(trimmed(get("VERCEL_SERVICE_ROUTE_PREFIX_STRIP").value_or("")));
    if (strip != "1" && strip != "true") return {};
    const std::string value = get("VERCEL_SERVICE_ROUTE_PREFIX").value_or("");
    std::string prefix(trimmed(value));
    while (prefix.ends_with('/'))
        prefix.pop_back();
    if (!prefix.empty() && !prefix.starts_with('/')) prefix.insert(0, 1, '/');
    return prefix;
}

// The port that the platform is told.
std::uint16_t port_of(const ListeningDoor& door) {
    for (const std::string& address : door.addresses())
        if (const os::Address parsed = os::Address::parse(address); parsed.path.empty())
            return static_cast<std::uint16_t>(parsed.port);
    throw Error("TURNGATE_LISTEN is wrong: expected an address with a port, for Vercel asks there");
}

// In the words of Vercel's own runtimes.
void tell_abandoned(VercelIpc& ipc, int at_work, milliseconds time) {
    const char* const what = at_work > 0 ? "request" : "waitUntil() task";
    if (ipc.unended() > 0)
        ipc.logged(Context(), Level::warn,
                   std::string("A ") + what + " is still running after " +
                       cli::duration_text(time) + " and was abandoned at shutdown.");
    OutputCapture::tell_rest_of_process();
    ipc.flush(last_stand_flush);
}

class BehindPrefix final : public Handler {
  public:
    BehindPrefix(HandlerPtr handler, std::string prefix)
        : handler_(std::move(handler)), prefix_(std::move(prefix)) {}

    void serve(Request& request, ResponseWriter& response) const override {
        request.url.strip_prefix(prefix_);
        handler_->serve(request, response);
    }
    bool may_migrate() const noexcept override { return handler_->may_migrate(); }

  private:
    const HandlerPtr handler_;
    const std::string prefix_;
};

int serve(VercelIpc& ipc, const VercelSettings& settings, const OpenHandler& open,
          const std::string& target, const ReadVariable& get) {
    LastStand last_stand(settings.last_stand,
                         [&](int at_work) { tell_abandoned(ipc, at_work, settings.last_stand); });
    std::optional<OutputCapture> capture;
    if (!settings.is_plain) capture.emplace(ipc);
    Observation observation({.get = get,
                             .door = "http",
                             .json = ::isatty(STDERR_FILENO) == 0,
                             .target = target,
                             .reporter = capture ? &*capture : static_cast<Reporter*>(&ipc)});
    VercelReader reader;
    HttpOptions options = settings.http;
    options.platform = &reader;
    observation.equip(options);
    const auto door = http_door(std::move(options));
    const std::uint16_t port = settings.is_plain ? std::uint16_t{0} : port_of(*door);
    const auto watched = last_stand.watched(*door);
    const auto open_watched = [&] {
        return last_stand.watched(behind_prefix(open(observation.backend()), settings.prefix));
    };
    bool is_told = false;
    const auto listening = [&](const std::string& address) {
        if (settings.is_plain)
            observation.reporter().logged(Context(), Level::info, "listening on " + address);
        else if (!std::exchange(is_told, true))
            ipc.server_started(port);
    };
    const int status = serve_listening(*watched, open_watched, observation, listening);
    ipc.flush(last_flush);
    return status;
}

// Fills in what the environment says of the door and of its end.
void set_limits(VercelSettings& out, const ReadVariable& get) {
    out.last_stand = get("VERCEL_DEV") == "1" ? last_stand_dev : last_stand_deployed;
    out.http.health_path = "/_vercel/ping";
    out.http.drain_timeout = out.last_stand - notice;
    const milliseconds usual = out.http.drain_timeout;
    out.http = http_options(get, std::move(out.http));
    if (out.http.drain_timeout != usual) out.last_stand = out.http.drain_timeout + notice;
    out.prefix = prefix_of(get);
}

std::string text_of(const ReadVariable& get, const std::string& name) {
    return get(name).value_or("");
}

// VERCEL_DEV_PORT, by which `vercel dev` asks for this program, before PORT.
std::string plain_port(const ReadVariable& get) {
    const std::string dev = text_of(get, "VERCEL_DEV_PORT");
    if (dev.empty()) {
        const std::string port = text_of(get, "PORT");
        return port.empty() ? "3000" : port;
    }
    const auto number = cli::parse_number(dev);
    if (!number || *number < 0 || *number > 65535)
        throw Error("VERCEL_DEV_PORT=" + dev + " is wrong: expected a number from 0 to 65535");
    return dev;
}

}  // namespace

bool is_plain_vercel(const ReadVariable& get) {
    return get("VERCEL") == "1" || get("VERCEL_DEV") == "1";
}

VercelSettings plain_vercel_settings(const ReadVariable& get) {
    VercelSettings out{.http = {},
                       .ipc_path = {},
                       .handler_started = false,
                       .fetch_metrics = false,
                       .prefix = {},
                       .last_stand = {},
                       .is_plain = true};
    const bool is_container =
        text_of(get, "VERCEL_DEV_PORT").empty() && !text_of(get, "PORT").empty();
    set_limits(out, [&](const std::string& name) -> std::optional<std::string> {
        if (name == "PORT") return plain_port(get);
        if (name == "HOST" && text_of(get, name).empty() && !is_container) return "127.0.0.1";
        return get(name);
    });
    return out;
}

VercelSettings vercel_settings(const ReadVariable& get) {
    // The one client is the platform's router. It sends as much at once as there are descriptors
    // for, lets connections lie for as long as the instance is suspended, and adds fields of its
    // own to 32 KB of its client's.
    VercelSettings out{
        .http = {.listen = {"127.0.0.1:0"},
                 .max_threads = 2048,
                 .idle_timeout = 24h,
                 .header_size = 64 * 1024,
                 .header_count = 256},
        .ipc_path = get("VERCEL_IPC_PATH").value_or(""),
        .handler_started = true,
        .fetch_metrics = get("VERCEL_TRACING_DISABLE_AUTOMATIC_FETCH_INSTRUMENTATION") != "1",
        .prefix = {},
        .last_stand = {},
    };
    set_limits(out, [&](const std::string& name) {
        const bool is_place =
            name == "PORT" || name == "HOST" || name == "AWS_LAMBDA_HTTP_ENDPOINT";
        return is_place ? std::optional<std::string>() : get(name);
    });
    const std::string name = "TURNGATE_VERCEL_HANDLER_STARTED";
    const std::string told = get(name).value_or("");
    if (!told.empty() && told != "0" && told != "1")
        throw Error(name + '=' + told + " is wrong: expected 0 or 1");
    out.handler_started = told != "0";
    return out;
}

ReadVariable vercel_environment(const ReadVariable& get) {
    return [get](const std::string& name) {
        auto value = get(name);
        if (value && !value->empty()) return value;
        if (name == "TURNGATE_ACCESS_LOG") value = "off";
        if (name == "TURNGATE_TRUST_REQUEST_ID") value = "none";
        return value;
    };
}

int serve_vercel(const OpenHandler& open, const std::string& target, const ReadVariable& get) {
    const ReadVariable environment = vercel_environment(get);
    const VercelSettings settings = vercel_settings(environment);
    ::unsetenv("VERCEL_IPC_PATH");
    // What nobody listens to must not come back as output that is captured.
    const os::Fd errors(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
    VercelIpc ipc({.path = settings.ipc_path,
                   .handler_started = settings.handler_started,
                   .form = log_form(observe_settings(environment),
                                    {.json = ::isatty(STDERR_FILENO) == 0, .door = "http"}),
                   .error_output = errors ? errors.get() : STDERR_FILENO,
                   .fetch_metrics = settings.fetch_metrics});
    try {
        return serve(ipc, settings, open, target, environment);
    } catch (const std::exception& e) {
        const auto spawned = vercel::spawn_failure(e);
        if (!spawned) {
            ipc.unrecoverable_error(status_of(e), e.what());
            throw;
        }
        ipc.unrecoverable_error(spawned->exit_code, spawned->message);
        std::fprintf(stderr, "%s\n", spawned->message.c_str());
        return spawned->exit_code;
    }
}

int serve_plain_vercel(const OpenHandler& open, const std::string& target,
                       const ReadVariable& get) {
    const VercelSettings settings = plain_vercel_settings(get);
    const LogForm form =
        log_form(observe_settings(get), {.json = ::isatty(STDERR_FILENO) == 0, .door = "http"});
    VercelIpc nobody({.form = form});
    return serve(nobody, settings, open, target, get);
}

HandlerPtr behind_prefix(HandlerPtr handler, std::string prefix) {
    if (prefix.empty()) return handler;
    return std::make_shared<const BehindPrefix>(std::move(handler), std::move(prefix));
}

}  // namespace turngate
