// The path of an event: decode, serve into memory, encode.
#include <algorithm>
#include <string>
#include <utility>

#include "answer_many.h"
#include <turngate/events/answer.h>
#include <turngate/events/invocation.h>
#include <turngate/json/json.h>

namespace turngate::events {
namespace {

void check_error_statuses(const Response& response, const AnswerOptions& options) {
    for (const auto& [first, last] : options.error_statuses)
        if (response.status >= first && response.status <= last)
            throw InvocationError(response.status, "the handler answered with status " +
                                                       std::to_string(response.status) +
                                                       ", which counts as a failure here");
}

// CloudFront takes more from a function at the origin than from one at the viewer.
bool is_edge_origin(const Request& request) {
    const auto* invocation = request.context.find<Invocation>();
    if (!invocation) return false;
    const Json config = invocation->context();
    return config["eventType"].string_or("").starts_with("origin-");
}

std::string encoded(const Response& response, Format format, const EncodeOptions& options) {
    try {
        return encode(response, format, options);
    } catch (const HttpError& e) {
        if (format == Format::raw) throw InvocationError(e.status(), e.what());
        return encode(text(std::string(e.what()) + '\n', e.status()), format, options);
    }
}

void answer_warmer(Answer& answer, std::string_view json) {
    const Json event = Json::parse(json);
    const bool* warmer = event["warmer"].boolean();
    if (!warmer || !*warmer) {
        answer.reply = "{}";
        return;
    }
    answer.reply = R"(["Lambda is warm"])";
    answer.delay = warmer_delay;
}

}  // namespace

Response Answer::serve(const Handler& handler, Request request) {
    Served& served =
        *served_.emplace_back(std::make_unique<Served>(Served{std::move(request), {}}));
    Recorder recorder(served.request.method);
    served.outcome = turngate::serve(handler, served.request, recorder);
    return served.outcome.complete ? recorder.take() : text("internal error\n", 500);
}

void Answer::settle() noexcept {
    for (const auto& served : std::exchange(served_, {}))
        turngate::settle(served->request.context, served->outcome);
}

Answer answer_event(const Handler& handler, std::string_view json, const AnswerOptions& options) {
    Event event = decode(json, options.decode);
    Answer answer;
    if (event.format == Format::raw) {
        if (options.answer_warmers && event.source == "warmer") {
            answer_warmer(answer, json);
            return answer;
        }
        if (options.split_batches && event.is_batch) {
            answer_batch(answer, handler, std::move(event), options);
            return answer;
        }
    }
    if (!event.further.empty()) {
        answer_payloads(answer, handler, std::move(event), options);
        return answer;
    }
    EncodeOptions encode_options = options.encode;
    if (event.format == Format::edge && is_edge_origin(event.request))
        encode_options.edge_origin = true;
    if (options.prepare) options.prepare(event.request);
    const Response response = answer.serve(handler, std::move(event.request));
    check_error_statuses(response, options);
    answer.reply = encoded(response, event.format, encode_options);
    return answer;
}

std::string answer(const Handler& handler, std::string_view json, const AnswerOptions& options) {
    Answer answer = answer_event(handler, json, options);
    answer.settle();
    return std::move(answer.reply);
}

}  // namespace turngate::events
