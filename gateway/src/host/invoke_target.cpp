// invoke:URL, a function behind an Invoke API of AWS Lambda as a handler.
#include "host/invoke_target.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "cli/value.h"
#include "event_exchange.h"
#include "host/runtime_errors.h"
#include "lambda_limits.h"
#include <turngate/events/invocation.h>
#include <turngate/handlers/fetch.h>
#include <turngate/handlers/open_handler.h>
#include <turngate/http/encoding.h>
#include <turngate/json/json.h>

namespace turngate::host {
namespace {

struct TargetOptions {
    std::string url;
    std::optional<events::Format> format = {};
    std::chrono::milliseconds timeout = std::chrono::seconds(30);
};

// A parameter of the query, as it is written: false if it is none of ours.
bool take_option(std::string_view parameter, TargetOptions& options) {
    const std::string_view name = parameter.substr(0, parameter.find('='));
    const std::string value =
        percent_decode(parameter.substr(std::min(parameter.size(), name.size() + 1)));
    if (name == "as") {
        options.format = events::format_named(value);
        if (!options.format)
            throw BadSetting("as=" + value + " is wrong: expected a shape, as apigw-v2");
    } else if (name == "timeout") {
        const auto time = cli::parse_duration(value);
        if (!time || *time < std::chrono::milliseconds(1))
            throw BadSetting("timeout=" + value + " is wrong: expected a duration, as 30s");
        options.timeout = std::chrono::duration_cast<std::chrono::milliseconds>(*time);
    } else {
        return false;
    }
    return true;
}

TargetOptions read_options(std::string_view url) {
    TargetOptions options;
    if (!url.starts_with("http://") && !url.starts_with("https://"))
        throw BadSetting(
            "invoke:" + std::string(url) +
            " is no Invoke API: expected invoke:http://HOST:9000/2015-03-31/functions/function/"
            "invocations");
    const auto mark = std::min(url.find('?'), url.size());
    options.url = url.substr(0, mark);
    std::string_view query = url.substr(std::min(url.size(), mark + 1));
    char joint = '?';
    while (!query.empty()) {
        const std::string_view parameter = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(query.size(), parameter.size() + 1));
        if (parameter.empty() || take_option(parameter, options)) continue;
        options.url.append(1, joint).append(parameter);
        joint = '&';
    }
    return options;
}

// What a member of a JSON object says, if `text` is one and it has it.
std::string member(std::string_view text, std::string_view name) {
    try {
        const Json json = Json::parse(text, {}, DuplicateNames::keep_last);
        return std::string(json[name].string_or(""));
    } catch (const JsonError&) {
        return {};
    }
}

// AWS's runtime interface emulator answers a function that has failed with 200 and what the runtime
// has reported, and no field that says so: {"errorMessage", "errorType"} and what runtimes add, of
// Python and Node, "stackTrace", "requestId", "trace", of Java "cause". Whatever has another
// member, such as a status, is a reply.
bool is_error_object(std::string_view payload) {
    constexpr std::string_view additions[] = {"stackTrace", "requestId", "trace", "cause"};
    if (payload.find("errorMessage") == payload.npos) return false;
    try {
        const Json json = Json::parse(payload, {}, DuplicateNames::keep_last);
        if (!json["errorMessage"].string() || !json["errorType"].string()) return false;
        return std::ranges::all_of(*json.members(), [&](const Json::Member& member) {
            return member.first == "errorMessage" || member.first == "errorType" ||
                   std::ranges::count(additions, member.first) > 0;
        });
    } catch (const JsonError&) {
        return false;
    }
}

class InvokeTarget final : public Handler {
  public:
    explicit InvokeTarget(TargetOptions options) : options_(std::move(options)) {}

    void serve(Request& request, ResponseWriter& response) const override {
        const auto* const event = request.context.find<events::Invocation>();
        const events::Format format =
            options_.format.value_or(event ? event->format() : events::Format::function_url);
        const Response answer =
            fetch(request.context, {.url = options_.url,
                                    .method = "POST",
                                    .headers = {{"Content-Type", "application/json"}},
                                    .body = fresh_event(request, format).text,
                                    .timeout = options_.timeout,
                                    .max_body = lambda_limits::reply,
                                    .max_redirects = 0});
        if (answer.status < 200 || answer.status > 299) refuse(answer);
        if (const std::string_view error = answer.headers.get("X-Amz-Function-Error");
            !error.empty())
            throw Error("the function answered with an error (" + std::string(error) +
                        "): " + error_text(answer.body));
        if (is_error_object(answer.body))
            throw Error("the function answered with an error: " + error_text(answer.body));
        response.send(response_of(answer.body, format, request.method == "HEAD"));
    }

  private:
    [[noreturn]] static void refuse(const Response& answer) {
        const std::string_view type = answer.headers.get("x-amzn-ErrorType");
        std::string message = member(answer.body, "message");
        if (message.empty()) message = member(answer.body, "Message");
        throw ProtocolError("the Invoke API answered with status " + std::to_string(answer.status) +
                            (type.empty() ? "" : ' ' + std::string(type)) +
                            (message.empty() ? "" : ": " + message));
    }

    const TargetOptions options_;
};

}  // namespace

HandlerPtr invoke_target(std::string_view url) {
    return std::make_shared<const InvokeTarget>(read_options(url));
}

}  // namespace turngate::host
