#include "host/lambda_target.h"

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

#include "cli/value.h"
#include "host/function_environment.h"
#include "host/lambda_front.h"
#include <turngate/events/invocation.h>
#include <turngate/events/reply.h>
#include <turngate/handlers/open_handler.h>
#include <turngate/http/encoding.h>

namespace turngate::host {
namespace {

// MB: what the function is told unless the target says more, and then is held to.
constexpr std::uint64_t usual_memory = 128;

struct TargetOptions {
    std::vector<std::string> command;
    std::optional<events::Format> format = {};
    std::size_t instances = 1;
    std::chrono::nanoseconds timeout = std::chrono::seconds(3);
    std::chrono::nanoseconds init_timeout = std::chrono::seconds(10);
    std::optional<std::uint64_t> memory = {};  // MB
    bool streams = false;
    std::string handler = "bootstrap";
};

[[noreturn]] void refuse(const std::string& option, const std::string& value,
                         const std::string& expected) {
    throw BadSetting(option + '=' + value + " is wrong: expected " + expected);
}

std::uint64_t number_in(const std::string& option, const std::string& value, int least, int most) {
    const auto number = cli::parse_number(value);
    if (!number || *number < least || *number > most)
        refuse(option, value,
               "a number from " + std::to_string(least) + " to " + std::to_string(most));
    return static_cast<std::uint64_t>(*number);
}

std::chrono::nanoseconds time_in(const std::string& option, const std::string& value) {
    const auto time = cli::parse_duration(value);
    if (!time || *time <= std::chrono::nanoseconds(0)) refuse(option, value, "a duration, as 30s");
    return *time;
}

TargetOptions read_options(std::string_view place) {
    const std::size_t mark = std::min(place.find('?'), place.size());
    TargetOptions out;
    out.command = {percent_decode(place.substr(0, mark))};
    const Url url = Url::parse('/' + std::string(place.substr(mark)));
    for (const auto& [name, value] : url.parameters()) {
        if (name == "as") {
            out.format = events::format_named(value);
            if (!out.format) refuse(name, value, "a shape, as apigw-v2");
        } else if (name == "instances") {
            out.instances = number_in(name, value, 1, 1000);
        } else if (name == "memory") {
            out.memory = number_in(name, value, 128, 10240);
        } else if (name == "timeout") {
            out.timeout = time_in(name, value);
        } else if (name == "init-timeout") {
            out.init_timeout = time_in(name, value);
        } else if (name == "stream") {
            if (value != "on" && value != "off") refuse(name, value, "on or off");
            out.streams = value == "on";
        } else if (name == "handler") {
            out.handler = value;
        } else if (name == "arg") {
            out.command.push_back(value);
        } else {
            throw BadSetting("lambda: has no option \"" + name +
                             "\": expected arg, as, handler, init-timeout, instances, memory, "
                             "stream, timeout");
        }
    }
    const std::string& program = out.command.front();
    if (program.empty())
        throw BadSetting("the program of a function is empty: expected lambda:PROGRAM");
    if (::access(program.c_str(), X_OK) != 0)
        throw std::system_error(errno, std::generic_category(), program);
    return out;
}

LambdaOptions lambda_options(const TargetOptions& options, const ReadVariable& get) {
    LambdaOptions out;
    out.command = options.command;
    out.instances = options.instances;
    out.limits = {.init = options.init_timeout, .invocation = options.timeout};
    out.memory = options.memory.value_or(0) << 20;
    out.handler = options.handler;
    out.region = get("AWS_REGION").value_or(out.region);
    out.environment = function_environment({.name = out.name,
                                            .handler = out.handler,
                                            .region = out.region,
                                            .task_root = std::filesystem::current_path().string(),
                                            .memory_size = options.memory.value_or(usual_memory)});
    return out;
}

// Who replays a thousand events wants to see what the function prints, and what went wrong.
Level level_of(Line::Kind kind) {
    if (kind == Line::Kind::breach) return Level::error;
    return kind == Line::Kind::output ? Level::info : Level::debug;
}

class LambdaTarget final : public Handler {
  public:
    LambdaTarget(const TargetOptions& options, const ReadVariable& get,
                 const std::function<void(Level, std::string_view)>& log)
        : format_(options.format),
          log_([log](const Line& line) { log(level_of(line.kind), line.text); },
               options.memory.value_or(usual_memory)),
          function_(lambda_options(options, get), log_) {
        for (const events::Format format : events::formats())
            fronts_.push_back(lambda_front(
                function_, log_,
                {.format = format, .streams = options.streams && events::can_stream(format)}));
    }

    bool may_migrate() const noexcept override { return true; }

    void serve(Request& request, ResponseWriter& response) const override {
        const auto* const event = request.context.find<events::Invocation>();
        const events::Format format =
            format_.value_or(event ? event->format() : events::Format::function_url);
        fronts_[static_cast<std::size_t>(format)]->serve(request, response);
    }

  private:
    const std::optional<events::Format> format_;
    ExecutionLog log_;
    LambdaFunction function_;
    std::vector<HandlerPtr> fronts_;  // by format
};

}  // namespace

HandlerPtr lambda_target(std::string_view place, const ReadVariable& get,
                         std::function<void(Level, std::string_view)> log) {
    return std::make_shared<const LambdaTarget>(read_options(place), get, std::move(log));
}

}  // namespace turngate::host
