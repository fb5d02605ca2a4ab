#include "strict/subject.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <iterator>
#include <limits>
#include <utility>

#include "strict/openedge_sizes.h"
#include <turngate/events/decode.h>
#include <turngate/http/error.h>

namespace turngate::strict {
namespace {

// Of "the event as JSON is 7000000 bytes, and ..."; absent for any other sentence.
std::optional<std::size_t> event_size_in(std::string_view sentence) {
    constexpr std::string_view begin = "the event as JSON is ";
    if (!sentence.starts_with(begin)) return std::nullopt;
    sentence.remove_prefix(begin.size());
    std::size_t size = 0;
    const auto parsed = std::from_chars(sentence.data(), sentence.data() + sentence.size(), size);
    return parsed.ec == std::errc{} ? std::optional(size) : std::nullopt;
}

// Who invokes a function without waiting for it (AWS, "Invoking Lambda with events from other AWS
// services"). Queues and streams are read by AWS Lambda, which then waits.
bool is_async_source(std::string_view source) {
    constexpr std::string_view sources[] = {"aws:s3", "aws:sns", "aws:ses", "aws:codecommit",
                                            "eventbridge"};
    return std::find(std::begin(sources), std::end(sources), source) != std::end(sources);
}

// The same of those that their events do not name: what tells them is the form.
bool is_async_form(std::string_view text) {
    constexpr std::string_view forms[] = {"cloudwatch logs event", "config rule event",
                                          "codepipeline job event",
                                          "cloudformation custom resource event"};
    return std::find(std::begin(forms), std::end(forms), events::classify(text).what) !=
           std::end(forms);
}

// Of the event that the platform would send.
void measure_event(RequestFacts& facts, events::Event& event, events::Format shape) {
    events::EventSource source;
    if (facts.at_origin) source.edge_event = "origin-request";
    try {
        facts.event = events::make_event(event.request, shape, source).size();
    } catch (const HttpError& e) {
        // A body that is too large has a rule of its own, which measures it.
        if (e.status() == 413)
            facts.event = event_size_in(e.what());
        else
            facts.cannot_carry = e.what();
    }
}

}  // namespace

RequestFacts facts_of(events::Event& event, std::string_view text, Platform platform) {
    RequestFacts facts;
    Request& request = event.request;
    facts.method = request.method;
    facts.target = request.url.target();
    facts.accept = request.headers.get("Accept");
    for (const auto& [name, value] : request.headers) {
        const std::size_t size = name.size() + value.size();
        facts.headers += size;
        facts.longest_field = std::max(facts.longest_field, size);
    }
    facts.body = request.body.text(SIZE_MAX).size();
    facts.at_origin = events::encode_options(request, event.format).edge_origin;
    if (platform == Platform::openedge) facts.message = openedge_message(request);
    const bool is_lambda = platform == Platform::lambda;
    if (is_lambda && event.format == events::Format::raw)
        facts.is_async = event.source.empty() ? is_async_form(text) : is_async_source(event.source);
    const auto shape = is_lambda ? std::optional(event.format) : format_of(platform);
    if (shape == event.format && !text.empty())
        facts.event = text.size();
    else if (shape)
        measure_event(facts, event, *shape);
    return facts;
}

void Subject::set_reply(std::string text) {
    try {
        json = Json::parse(text, {.depth = 1000, .size = std::numeric_limits<std::size_t>::max()},
                           DuplicateNames::keep_last);
        is_json = true;
    } catch (const JsonError&) {
        json = {};
        is_json = false;
    }
    reply = std::move(text);
}

void take_reply(Subject& subject, const Response& reply, events::Format shape,
                events::EncodeOptions options) {
    subject.status = reply.status;
    subject.headers = reply.headers;
    subject.body = reply.body.size();
    const auto own = format_of(subject.platform);
    if (!own && subject.platform != Platform::lambda) return;
    options.check_size = false;
    options.edge_origin = subject.request.at_origin;
    try {
        subject.set_reply(events::encode(reply, own.value_or(shape), options));
    } catch (const HttpError& e) {
        subject.cannot_carry = e.what();
    }
}

}  // namespace turngate::strict
