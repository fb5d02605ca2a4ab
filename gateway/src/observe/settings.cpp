// Variables of logs, metrics and ids.
#include "observe/settings.h"

#include <initializer_list>
#include <string>
#include <utility>

#include "cli/value.h"
#include "stderr_reporter.h"
#include <turngate/http/error.h>

namespace turngate {
namespace {

template <class T>
using Choices = std::initializer_list<std::pair<std::string_view, T>>;

// The value that stands for what the variable says; absent if it says nothing.
template <class T>
std::optional<T> choice(const ReadVariable& get, const std::string& name, Choices<T> choices) {
    const std::string text = get(name).value_or("");
    if (text.empty()) return std::nullopt;
    std::string words;
    for (const auto& [word, value] : choices) {
        if (word == text) return value;
        words.append(words.empty() ? "" : ", ").append(word);
    }
    throw Error(name + '=' + text + " is wrong: expected one of " + words);
}

}  // namespace

ObserveSettings observe_settings(const ReadVariable& get) {
    ObserveSettings out;
    if (const std::string name = get("LOG_LEVEL").value_or(""); !name.empty()) {
        out.level = parse_level(name);
        if (!out.level)
            throw Error("LOG_LEVEL=" + name +
                        " is wrong: expected debug, info, warn, error or fatal");
    }
    out.json = choice<bool>(get, "TURNGATE_LOG_FORMAT", {{"json", true}, {"text", false}});
    const std::string_view schema =
        choice<std::string_view>(
            get, "TURNGATE_LOG_SCHEMA",
            {{"turngate", "turngate"}, {"powertools", "powertools"}, {"lambda", "lambda"}})
            .value_or("turngate");
    out.powertools = schema == "powertools";
    out.lambda = schema == "lambda";
    out.access =
        choice<AccessLines>(
            get, "TURNGATE_ACCESS_LOG",
            {{"on", AccessLines::on}, {"off", AccessLines::off}, {"query", AccessLines::query}})
            .value_or(AccessLines::on);
    out.trust = choice<TrustIds>(
                    get, "TURNGATE_TRUST_REQUEST_ID",
                    {{"local", TrustIds::local}, {"all", TrustIds::all}, {"none", TrustIds::none}})
                    .value_or(TrustIds::local);
    for (const char* name : {"OTEL_SERVICE_NAME", "POWERTOOLS_SERVICE_NAME"})
        if (const auto service = get(name); service && !service->empty()) out.service = *service;
    if (const std::string port = get("TURNGATE_METRICS_PORT").value_or(""); !port.empty()) {
        const auto number = cli::parse_number(port);
        if (!number || *number < 0 || *number > 65535)
            throw Error("TURNGATE_METRICS_PORT=" + port +
                        " is wrong: expected a number from 0 to 65535");
        out.metrics_port = static_cast<int>(*number);
    }
    return out;
}

LogForm log_form(const ObserveSettings& settings, LogForm otherwise) {
    LogForm form = std::move(otherwise);
    form.json = settings.json.value_or(form.json);
    form.level = settings.level.value_or(form.level);
    form.powertools = settings.powertools;
    form.lambda = settings.lambda;
    form.service = settings.service;
    return form;
}

}  // namespace turngate
