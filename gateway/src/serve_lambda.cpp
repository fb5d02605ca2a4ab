// From start to SIGTERM.
#include "serve_lambda.h"

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fcntl.h>
#include <optional>
#include <unistd.h>
#include <utility>

#include "adapter_options.h"
#include "cli/value.h"
#include "function_choice.h"
#include "observe/log.h"
#include "observe/settings.h"
#include "report/capture.h"
#include "signals.h"
#include "stderr_reporter.h"
#include <turngate/http/headers.h>
#include <turngate/os/fd.h>

namespace turngate {
namespace {

using std::chrono::milliseconds;

// The function that _HANDLER names was not found; other reasons have no word of Lambda's.
class NoFunction : public Error {
  public:
    using Error::Error;
};

void read_duration(const ReadVariable& get, const std::string& name, milliseconds& into) {
    const std::string text = get(name).value_or("");
    if (text.empty()) return;
    const auto value = cli::parse_duration(text);
    if (!value || *value <= std::chrono::nanoseconds(0))
        throw Error(name + '=' + text + " is wrong: expected a duration, as 1s or 500ms");
    into = std::chrono::ceil<milliseconds>(*value);
}

// Of Managed Instances alone; 0 there is as good as none.
std::size_t concurrency(const ReadVariable& get) {
    const std::string text = get("AWS_LAMBDA_MAX_CONCURRENCY").value_or("");
    if (text.empty()) return 1;
    const auto number = cli::parse_number(text);
    if (!number || *number < 1 || *number > 4096)
        throw Error("AWS_LAMBDA_MAX_CONCURRENCY=" + text +
                    " is wrong: expected a number from 1 to 4096");
    return static_cast<std::size_t>(*number);
}

// AWS, "Lambda Managed Instances".
bool is_managed(const ReadVariable& get) {
    return get("AWS_LAMBDA_MAX_CONCURRENCY") ||
           get("AWS_LAMBDA_INITIALIZATION_TYPE") == "lambda-managed-instances";
}

// Lambda Web Adapter's variable, as far as it is one word for all: filters are for programs in
// Rust.
std::string plain_level(std::string text) {
    for (const char* const level : {"error", "warn", "info", "debug", "trace"})
        if (iequals(text, level)) return text;
    return {};
}

bool is_program(const std::string& target) {
    return target != "self" && !target.starts_with("plugin:");
}

HandlerPtr open_function(const OpenHandler& open, const ReadVariable& get) {
    HandlerPtr handler = open({});
    const std::string name = get("_HANDLER").value_or("");
    if (name.empty()) return handler;
    try {
        return by_name(std::move(handler), name);
    } catch (const Error& e) {
        throw NoFunction(std::string("_HANDLER: ") + e.what());
    }
}

}  // namespace

LambdaOptions lambda_options(const ReadVariable& get, const std::string& target) {
    LambdaOptions out = lambda_adapter_options(get);
    out.runtime_api = get("AWS_LWA_LAMBDA_RUNTIME_API_PROXY").value_or("");
    if (out.runtime_api.empty()) out.runtime_api = get("AWS_LAMBDA_RUNTIME_API").value_or("");
    out.concurrency = concurrency(get);
    const std::string kind = get("AWS_LAMBDA_INITIALIZATION_TYPE").value_or("");
    out.snap_start = kind == "snap-start";
    out.wants_sigterm = !is_managed(get);  // there internal extensions are not supported
    const std::string headers = get("TURNGATE_CONTEXT_HEADERS").value_or("");
    out.context_headers =
        headers.empty() ? is_program(target) : is_on(get, "TURNGATE_CONTEXT_HEADERS");
    out.answer.decode.context_header = out.context_headers;
    read_duration(get, "TURNGATE_DEADLINE_MARGIN", out.margin);
    read_duration(get, "TURNGATE_DRAIN_TIMEOUT", out.drain_timeout);
    return out;
}

ReadVariable lambda_environment(const ReadVariable& get) {
    return [get](const std::string& name) -> std::optional<std::string> {
        auto value = get(name);
        if (value && !value->empty()) return value;
        const std::string form = get("AWS_LAMBDA_LOG_FORMAT").value_or("");
        // Managed Instances know no other.
        const bool is_json = iequals(form, "json") || is_managed(get);
        if (name == "TURNGATE_LOG_FORMAT" && (is_json || !form.empty()))
            return is_json ? "json" : "text";
        if (name == "TURNGATE_LOG_SCHEMA" && is_json) return "lambda";
        if (name == "LOG_LEVEL") {
            std::string level = get("AWS_LAMBDA_LOG_LEVEL").value_or("");
            if (level.empty()) level = plain_level(get("RUST_LOG").value_or(""));
            return iequals(level, "trace") ? "debug" : level;
        }
        return value;
    };
}

int serve_lambda(const OpenHandler& open, const std::string& target, const ReadVariable& get) {
    const ReadVariable environment = lambda_environment(get);
    LambdaOptions options = lambda_options(environment, target);
    ::unsetenv("AWS_LAMBDA_RUNTIME_API");
    const LogForm form = log_form(observe_settings(environment), {.json = false, .door = "lambda"});
    // What nobody listens to must not come back as output that is captured.
    const os::Fd errors(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
    const auto log = stderr_reporter(form, errors ? errors.get() : STDERR_FILENO);
    std::optional<OutputCapture> capture;
    if (form.json)
        capture.emplace(*log);
    else
        std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
    options.reporter = capture ? static_cast<Reporter*>(&*capture) : log.get();
    const auto door = lambda_door(std::move(options));
    HandlerPtr handler;
    try {
        handler = open_function(open, environment);
    } catch (const NoFunction& e) {
        door->fail_init("Runtime.HandlerNotFound", e.what());
        throw;
    } catch (const std::exception& e) {
        door->fail_init("Runtime.InitError", e.what());
        throw;
    }
    return serve_until_signal(*door, std::move(handler));
}

}  // namespace turngate
