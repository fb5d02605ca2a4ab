// The path of an event: decode, serve into memory, encode.
#include <algorithm>
#include <string>
#include <utility>

#include "answer_many.h"
#include "reply_limits.h"
#include <turngate/events/answer.h>
#include <turngate/events/invocation.h>
#include <turngate/json/json.h>
#include <turngate/json/json_writer.h>

namespace turngate::events {
namespace {

// CloudFront takes more from a function at the origin than from one at the viewer.
bool is_edge_origin(const Request& request) {
    const auto* invocation = request.context.find<Invocation>();
    if (!invocation) return false;
    const Json config = invocation->context();
    return config["eventType"].string_or("").starts_with("origin-");
}

Response refused(const HttpError& e, Format format) {
    if (format == Format::raw) throw InvocationError(e.status(), e.what());
    return text(std::string(e.what()) + '\n', e.status());
}

std::string encoded(const Response& response, Format format, const EncodeOptions& options) {
    try {
        return encode(response, format, options);
    } catch (const HttpError& e) {
        return encode(refused(e, format), format, options);
    }
}

// True if no source could find the reply too large. Escapes make six bytes of one at most.
bool is_small(const Response& response) {
    constexpr std::size_t smallest_limit = 10'240, around = 1024;
    std::size_t size = response.body.size();
    for (const auto& [name, value] : response.headers)
        size += name.size() + value.size();
    return size < (smallest_limit - around) / 6;
}

bool is_warmer(const Event& event) {
    return event.source == "warmer" || event.source == "serverless-plugin-warmup";
}

void answer_warmer(Answer& answer, const Event& event) {
    if (event.source != "warmer") {
        answer.reply = "{}";
        return;
    }
    answer.reply = R"(["Lambda is warm"])";
    answer.delay = warmer_delay;
}

}  // namespace

bool is_among(int status, const std::vector<StatusRange>& ranges) noexcept {
    return std::any_of(ranges.begin(), ranges.end(), [&](const StatusRange& range) {
        return status >= range.first && status <= range.last;
    });
}

InvocationError failed_invocation(const Response& response) {
    constexpr std::size_t most_told = 64 * 1024;
    std::string message;
    JsonWriter json(message);
    json.begin_object().key("statusCode").integer(response.status);
    json.key("body").string(std::string_view(response.body).substr(0, most_told)).end_object();
    return {response.status, message};
}

void check_error_statuses(const Response& response, const AnswerOptions& options) {
    if (is_among(response.status, options.error_statuses)) throw failed_invocation(response);
}

Response Answer::serve(const Handler& handler, Request request, Format format,
                       const AnswerOptions& options) {
    if (options.prepare) options.prepare(request);
    Served& served =
        *served_.emplace_back(std::make_unique<Served>(Served{std::move(request), {}}));
    Recorder recorder(served.request.method);
    served.outcome = turngate::serve(handler, served.request, recorder);
    if (options.served) options.served(served.request, served.outcome);
    if (recorder.overflowed()) {
        overflow_ = overflow_problem(Recorder::default_limit, format,
                                     encode_options(served.request, format, options.encode));
        return refused(HttpError(413, overflow_), format);
    }
    return served.outcome.complete ? recorder.take() : text("internal error\n", 500);
}

void Answer::settle() noexcept {
    for (const auto& served : std::exchange(served_, {}))
        turngate::settle(served->request.context, served->outcome);
}

EncodeOptions encode_options(const Request& request, Format format, EncodeOptions options) {
    if (format == Format::edge && is_edge_origin(request)) options.edge_origin = true;
    return options;
}

std::optional<Response> refusal(const Response& response, Format format,
                                const EncodeOptions& options) {
    if (is_small(response) && response.status >= 200 && response.status <= 999) return {};
    try {
        encode(response, format, options);
        return {};
    } catch (const HttpError& e) {
        return refused(e, format);
    }
}

Answer answer_event(const Handler& handler, std::string_view json, const AnswerOptions& options) {
    return answer_event(handler, decode(json, options.decode), options);
}

bool reply_is_assembled(const Event& event, const AnswerOptions& options) {
    return !event.further.empty() || (options.split_batches && event.is_batch) ||
           (options.answer_warmers && is_warmer(event));
}

Answer answer_event(const Handler& handler, Event event, const AnswerOptions& options) {
    Answer answer;
    if (options.answer_warmers && is_warmer(event)) {
        answer_warmer(answer, event);
    } else if (options.split_batches && event.is_batch) {
        answer_batch(answer, handler, std::move(event), options);
    } else if (!event.further.empty()) {
        answer_payloads(answer, handler, std::move(event), options);
    } else {
        const Format format = event.format;
        const EncodeOptions encode_as = encode_options(event.request, format, options.encode);
        const Response response = answer.serve(handler, std::move(event.request), format, options);
        check_error_statuses(response, options);
        answer.reply = encoded(response, format, encode_as);
    }
    return answer;
}

std::string answer(const Handler& handler, std::string_view json, const AnswerOptions& options) {
    return answer(handler, decode(json, options.decode), options);
}

std::string answer(const Handler& handler, Event event, const AnswerOptions& options) {
    Answer answer = answer_event(handler, std::move(event), options);
    answer.settle();
    return std::move(answer.reply);
}

}  // namespace turngate::events
