// From start to SIGTERM.
#include "serve_openedge.h"

#include <memory>
#include <optional>
#include <string_view>
#include <unistd.h>
#include <utility>

#include "cli/value.h"
#include "last_stand.h"
#include "observe/observation.h"
#include "openedge/fenced_door.h"
#include "openedge/open_functions.h"
#include "openedge/private_socket.h"
#include "renewal.h"
#include "run_anew.h"
#include "serve_http.h"
#include "stderr_reporter.h"
#include <turngate/handlers/server_address.h>
#include <turngate/http/error.h>

namespace turngate {
namespace {

using namespace std::chrono_literals;

// Of the engine, and as many of handlers: with those for who is late or slow to read, and the
// threads that every process has, no more than 16. A manager has one call at a time in each.
constexpr std::size_t usual_threads = 3;
// Calls that wait for a thread have their messages in memory, up to 4 MiB of a connection. A
// manager has one connection.
constexpr std::size_t usual_connections = 16;
// After the time to drain: what is cancelled then has a while to notice.
constexpr std::chrono::milliseconds notice{1'500};

// In a container the host is the name of the instance, which is the container's own. A static build
// has nobody to ask for names. Throws Error for one that is not known.
std::vector<std::string> places_of(const std::string& address) {
    ServerAddress place;
    if (place.set_authority(address) || !place.is_name()) return {address};
#ifdef TURNGATE_STATIC
    return {std::to_string(place.port)};  // of every interface
#else
    std::vector<std::string> out;
    for (const os::Address& one : place.addresses())
        out.push_back(one.text());
    return out;
#endif
}

// A function that is called once a day keeps its connection.
HttpOptions engine_options(const openedge::Settings& settings) {
    return {.listen = places_of(settings.address),
            .max_connections = usual_connections,
            .max_threads = usual_threads,
            .idle_timeout = 24h,
            .drain_timeout = settings.timeout};
}

std::unique_ptr<TlsFront> front_of(const openedge::Settings& settings, const std::string& place,
                                   const std::optional<openedge::PrivateSocket>& door,
                                   Observation& observation) {
    if (!door) return nullptr;
    return tls_front({.listen = place,
                      .server = door->address(),
                      .files = *settings.tls,
                      .refused = [&](std::string_view why) {
                          observation.reporter().logged(
                              Context(), Level::warn,
                              "a client was turned away: " + std::string(why));
                      }});
}

bool is_place(const std::string& name) {
    return name == "PORT" || name == "HOST" || name == "TURNGATE_LISTEN" ||
           name == "AWS_LAMBDA_HTTP_ENDPOINT";
}

}  // namespace

OpenEdgeOptions openedge_options(const openedge::Settings& settings, const ReadVariable& get) {
    OpenEdgeOptions out;
    out.http = http_options(
        [&](const std::string& name) {
            return is_place(name) ? std::optional<std::string>() : get(name);
        },
        engine_options(settings));
    out.max_message = settings.max_message;
    if (const std::string size = get("TURNGATE_OPENEDGE_MAX_REPLY").value_or(""); !size.empty()) {
        const auto number = cli::parse_size(size);
        if (!number || *number == 0)
            throw Error("TURNGATE_OPENEDGE_MAX_REPLY=" + size +
                        " is wrong: expected a size above zero, as 32400");
        out.max_reply = *number;
    }
    const std::string errors = get("TURNGATE_OPENEDGE_ERRORS").value_or("");
    if (!errors.empty() && errors != "status" && errors != "payload")
        throw Error("TURNGATE_OPENEDGE_ERRORS=" + errors + " is wrong: expected status or payload");
    out.errors_as_payloads = errors == "payload";
    return out;
}

ReadVariable openedge_environment(const openedge::Settings& settings, const ReadVariable& get) {
    return [&settings, get](const std::string& name) {
        auto value = get(name);
        if (value && !value->empty()) return value;
        if (name == "TURNGATE_ACCESS_LOG") value = "off";
        if (name == "LOG_LEVEL" && parse_level(settings.log_level)) value = settings.log_level;
        if (name == "TURNGATE_LOG_FORMAT" &&
            (settings.log_format == "text" || settings.log_format == "json"))
            value = settings.log_format;
        return value;
    };
}

int serve_openedge(const OpenHandler& open, const ReadVariable& get, OpenTarget targets) {
    const openedge::Settings settings = openedge::settings(get);
    const ReadVariable environment = openedge_environment(settings, get);
    OpenEdgeOptions options = openedge_options(settings, environment);
    const std::string place = options.http.listen.front();
    std::optional<openedge::PrivateSocket> behind_tls;
    if (settings.tls) options.http.listen = {behind_tls.emplace().address()};
    const auto leave = [&] {
        if (behind_tls) behind_tls->remove_files();
    };
    const auto patience = options.http.drain_timeout;
    // Tasks behind an answer may not end either.
    LastStand last_stand(patience + notice, [&](int) { leave(); });
    Observation observation({.get = environment, .door = "openedge", .json = false});
    observation.equip(options.http);
    Renewal* its_renewal = nullptr;
    const auto threads = std::make_shared<openedge::CallThreads>(options.http, [&] {
        if (its_renewal->begin())
            observation.reporter().logged(Context(), Level::error, exhausted_text);
    });
    Renewal renewal({.stuck = threads->fenced.stuck(), .patience = patience, .start = [&] {
                         leave();
                         renew_process(STDOUT_FILENO, STDERR_FILENO);
                     }});
    its_renewal = &renewal;
    if (behind_tls) threads->max_aside = 1;  // the front has a thread, and an instance no more
    threads->around = [&](HandlerPtr calls) { return renewal.watched(std::move(calls)); };
    const auto door = openedge::fenced_door(std::move(options), threads);
    const auto front = front_of(settings, place, behind_tls, observation);
    const auto watched = last_stand.watched(*door);
    renewal.watch(*watched);
    const auto open_all = [&] {
        return openedge::open_functions(settings, {open, targets, observation.backend()},
                                        environment);
    };
    const auto listening = [&](const std::string& address) {
        observation.reporter().logged(
            Context(), Level::info,
            settings.name + " is listening on " + (front ? front->address() + " by TLS" : address));
    };
    const int status = serve_listening(*watched, open_all, observation, listening);
    if (front) front->drain(notice);
    renewal.door_has_ended();  // while there is a door: a renewal that has begun uses it
    if (threads->fenced.left_behind() == 0) return status;
    leave();
    ::_exit(status);  // what still runs uses all of this
}

bool is_openedge_start(int argc, char** argv) {
    return argc > 1 && std::string_view(argv[1]) == openedge::argument;
}

ReadVariable with_openedge_argument(int argc, char** argv, ReadVariable get) {
    if (!is_openedge_start(argc, argv)) return get;
    return [text = std::string(argc > 2 ? argv[2] : ""),
            get = std::move(get)](const std::string& name) -> std::optional<std::string> {
        return name == openedge::argument ? text : get(name);
    };
}

}  // namespace turngate
