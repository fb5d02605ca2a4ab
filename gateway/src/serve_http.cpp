// The HTTP door as a process.
#include "serve_http.h"

#include <optional>
#include <stdexcept>

#include "cli/value.h"
#include "observe/observation.h"
#include "signals.h"
#include <turngate/http/field_list.h>
#include <turngate/os/socket.h>

namespace turngate {
namespace {

[[noreturn]] void refuse(const std::string& name, const std::string& value, const char* expected) {
    throw Error(name + "=" + value + " is wrong: expected " + expected);
}

// `address`, which the variable `name` has among others.
std::string checked(const std::string& name, std::string_view address) {
    try {
        os::Address::parse(address);
        return std::string(address);
    } catch (const std::invalid_argument& e) {
        throw Error(name + " is wrong: " + e.what());
    }
}

}  // namespace

HttpOptions http_options(const std::function<std::optional<std::string>(const std::string&)>& get,
                         HttpOptions defaults) {
    HttpOptions out = std::move(defaults);
    auto duration = [&](const std::string& name, std::chrono::milliseconds& into) {
        const auto text = get(name);
        if (!text || text->empty()) return;
        const auto value = cli::parse_duration(*text);
        if (!value || *value <= std::chrono::nanoseconds(0))
            refuse(name, *text, "a duration, as 10s or 500ms");
        into = std::chrono::ceil<std::chrono::milliseconds>(*value);
    };
    auto size = [&]<class T>(const std::string& name, T& into) {
        const auto text = get(name);
        if (!text || text->empty()) return;
        const auto value = cli::parse_size(*text);
        if (!value || *value == 0) refuse(name, *text, "a size above zero, as 10MiB");
        into = *value;
    };
    duration("TURNGATE_HEADER_TIMEOUT", out.header_timeout);
    duration("TURNGATE_BODY_TIMEOUT", out.body_timeout);
    duration("TURNGATE_WRITE_TIMEOUT", out.write_timeout);
    duration("TURNGATE_IDLE_TIMEOUT", out.idle_timeout);
    duration("TURNGATE_DRAIN_TIMEOUT", out.drain_timeout);
    duration("TURNGATE_TIMEOUT", out.request_timeout);
    size("TURNGATE_REQUEST_LINE", out.request_line);
    size("TURNGATE_HEADER_SIZE", out.header_size);
    size("TURNGATE_HEADER_COUNT", out.header_count);
    size("TURNGATE_MAX_BODY", out.max_body);
    size("TURNGATE_MAX_CONNECTIONS", out.max_connections);
    size("TURNGATE_MAX_REQUESTS", out.max_requests);
    size("TURNGATE_MAX_THREADS", out.max_threads);
    if (const std::string all = get("TURNGATE_LISTEN").value_or(""); !all.empty()) {
        out.listen.clear();
        for (std::string_view list = all; !list.empty();)
            out.listen.push_back(checked("TURNGATE_LISTEN", take_element(list)));
        return out;
    }

    // Lambda Web Functions say where to listen (AWS, "Lambda Web Functions").
    if (const std::string endpoint = get("AWS_LAMBDA_HTTP_ENDPOINT").value_or("");
        !endpoint.empty()) {
        out.listen = {checked("AWS_LAMBDA_HTTP_ENDPOINT", endpoint)};
        return out;
    }
    const std::string port = get("PORT").value_or("");
    const std::string host = get("HOST").value_or("");
    if (!port.empty()) {
        const auto number = cli::parse_number(port);
        if (!number || *number < 0 || *number > 65535)
            refuse("PORT", port, "a number from 0 to 65535");
    }
    if (!port.empty() || !host.empty()) {
        const bool bare_ipv6 = host.find(':') != std::string::npos && !host.starts_with('[');
        out.listen = {(bare_ipv6 ? '[' + host + ']' : host) + ':' + (port.empty() ? "8080" : port)};
    }
    return out;
}

int serve_http(const std::function<HandlerPtr()>& open, HttpOptions options,
               Observation& observation,
               const std::function<void(const std::string& address)>& listening) {
    observation.equip(options);
    const auto door = http_door(std::move(options));
    return serve_listening(*door, open, observation, listening);
}

// Who connects while the handler is opened waits in the kernel.
int serve_listening(ListeningDoor& door, const std::function<HandlerPtr()>& open,
                    Observation& observation,
                    const std::function<void(const std::string& address)>& listening) {
    const auto observed = observed_door(door, observation);
    HandlerPtr handler = open();
    const auto reload = [&] {
        Reporter& reporter = observation.reporter();
        try {
            observation.reloading();
            door.replace(open());
            reporter.logged(Context(), Level::info,
                            "reloaded: requests from now on are served anew");
        } catch (const std::exception& e) {
            reporter.logged(Context(), Level::error,
                            std::string("cannot reload, the handler stays as it was: ") + e.what());
        }
        observation.ready(door);
    };
    const SignalWatch watch(*observed, reload);  // first: who hears that we listen may stop us
    for (const std::string& address : door.addresses())
        if (listening) listening(address);
    observation.ready(door);
    return door.serve(std::move(handler));
}

}  // namespace turngate
