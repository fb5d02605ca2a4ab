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
#include <turngate/handlers/open_handler.h>
#include <turngate/http/encoding.h>

namespace turngate::host {
namespace {

constexpr std::uint64_t memory_size = 128;  // MB: what the function is told

struct TargetOptions {
    std::vector<std::string> command;
    std::optional<events::Format> format = {};
    std::size_t instances = 1;
    std::chrono::nanoseconds timeout = std::chrono::seconds(3);
    std::string handler = "bootstrap";
};

[[noreturn]] void refuse(const std::string& option, const std::string& value,
                         const std::string& expected) {
    throw BadSetting(option + '=' + value + " is wrong: expected " + expected);
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
            const auto number = cli::parse_number(value);
            if (!number || *number < 1 || *number > 1000)
                refuse(name, value, "a number from 1 to 1000");
            out.instances = static_cast<std::size_t>(*number);
        } else if (name == "timeout") {
            const auto time = cli::parse_duration(value);
            if (!time || *time <= std::chrono::nanoseconds(0))
                refuse(name, value, "a duration, as 30s");
            out.timeout = *time;
        } else if (name == "handler") {
            out.handler = value;
        } else if (name == "arg") {
            out.command.push_back(value);
        } else {
            throw BadSetting("lambda: has no option \"" + name +
                             "\": expected arg, as, handler, instances, timeout");
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
    out.limits.invocation = options.timeout;
    out.handler = options.handler;
    out.region = get("AWS_REGION").value_or(out.region);
    out.environment = function_environment({.name = out.name,
                                            .handler = out.handler,
                                            .region = out.region,
                                            .task_root = std::filesystem::current_path().string(),
                                            .memory_size = memory_size});
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
          log_([log](const Line& line) { log(level_of(line.kind), line.text); }, memory_size),
          function_(lambda_options(options, get), log_) {
        for (const events::Format format : events::formats())
            fronts_.push_back(lambda_front(function_, log_, {.format = format}));
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
