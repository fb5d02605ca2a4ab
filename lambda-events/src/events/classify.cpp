// Names a file for what it is, for people.
#include <algorithm>
#include <optional>
#include <string>

#include "classify_table.h"
#include "envelope.h"
#include "placeholders.h"
#include "recognise.h"
#include "tree.h"
#include <turngate/events/decode.h>

namespace turngate::events {
namespace {

using What = Classification::Kind;

bool has(const Node& object, std::string_view name) {
    return object[name].value.kind != Kind::absent;
}

bool is_integer(const Value& value) {
    return value.kind == Kind::number &&
           value.text.find_first_not_of("-0123456789") == std::string_view::npos;
}

// Whose reply it is, as far as its members tell.
std::string_view reply_name(const Node& object) {
    if (has(object, "statusCode")) {
        if (has(object, "statusDescription")) return "alb reply";
        if (has(object, "cookies")) return "apigw-v2 or function-url reply";
        if (has(object, "multiValueHeaders")) return "apigw-v1 or alb-multi reply";
        if (has(object, "encoding")) return "vercel reply";
        return "reply of a function (apigw, function-url or alb)";
    }
    const Value& status = object["status"].value;
    if (status.is_string() && (has(object, "headers") || has(object, "statusDescription")))
        return "edge reply";
    if (is_integer(status) && (has(object, "headers") || has(object, "body"))) return "http reply";
    return {};
}

// "aws:sqs" -> "sqs event"
std::string source_name(std::string_view source) {
    constexpr std::pair<std::string_view, std::string_view> others[] = {
        {"SelfManagedKafka", "kafka"}, {"mq", "activemq"},      {"amq", "activemq"},
        {"rmq", "rabbitmq"},           {"docdb", "documentdb"}, {"events", "eventbridge"}};
    if (source.starts_with("aws:")) source.remove_prefix(4);
    for (const auto& [id, name] : others)
        if (source == id) source = name;
    return printable(source) + " event";
}

const Kinship* kinship(const Node& object) {
    for (const Kinship& row : kinships)
        if (std::all_of(std::begin(row.members), std::end(row.members),
                        [&](std::string_view name) { return name.empty() || has(object, name); }))
            return &row;
    return nullptr;
}

// An object that is no HTTP event.
Classification name_object(const Envelope& envelope, const Recognised& found) {
    constexpr std::size_t levels = 3;  // the object, its "records", one of them
    const Tree tree(envelope, envelope.root(), {}, levels);  // what tells stands in front
    const Node& object = tree.root();
    if (found.source == "eventbridge")
        return {What::event,
                "eventbridge \"" + printable(object["detail-type"].value.text) + "\" event",
                Format::raw};
    if (found.source == "authorizer") return {What::authorizer, "authorizer request", Format::raw};
    if (found.source == "warmer" || found.source == "serverless-plugin-warmup")
        return {What::event, "warmer event", Format::raw};
    if (found.source == "cloudfront-response")
        return {What::event, "cloudfront response event", Format::raw};
    if (std::string_view reply = reply_name(object); !reply.empty())
        return {What::reply, std::string(reply)};
    // A record by itself has an eventSource too, but so have CloudTrail's.
    const Kinship* row = kinship(object);
    if (!found.source.empty() && !row) return {What::event, source_name(found.source), Format::raw};
    if (row) {
        Classification out{row->kind, std::string(row->what)};
        if (row->kind != What::reply) out.format = Format::raw;
        return out;
    }
    // Firehose, Kinesis Analytics: what a transformation gives back.
    if (const auto& records = object["records"].children; !records.empty())
        if (has(records[0], "recordId") && has(records[0], "result"))
            return {What::reply, "record transformation reply"};
    return {What::other, object.children.empty() ? "empty JSON object" : "other JSON object",
            Format::raw};
}

Classification name_value(const Envelope& envelope) {
    std::string_view kind = article_name(envelope.root().kind);
    if (auto space = kind.find(' '); space != std::string_view::npos) kind.remove_prefix(space + 1);
    return {What::other, "JSON " + std::string(kind), Format::raw};
}

std::string event_name(Format format) {
    return std::string(name(format)) + " event";
}

// The text without regard to what is a placeholder in it.
Classification name_text(std::string_view json) {
    std::string what = "not JSON";
    try {
        if (json.size() >= UINT32_MAX) throw JsonError("longer than 4 GiB");
        Envelope envelope(json);
        if (!envelope.root().is_object()) return name_value(envelope);
        Recognised found = recognise(envelope);
        if (found.format == Format::raw) return name_object(envelope, found);
        what = event_name(found.format);
        DecodeOptions options;
        options.max_size = json.size();
        decode(json, options);
        return {What::event, what, found.format};
    } catch (const Error& e) {
        std::string problem = e.what();
        if (problem.find(": stands twice (") != std::string::npos && what == "not JSON")
            what = "JSON with a duplicate member";
        if (problem.find(" in one event; send fewer (") != std::string::npos && what == "not JSON")
            what = "JSON with too many entries";
        return {What::malformed, what, std::nullopt, std::move(problem)};
    }
}

}  // namespace

// A template is what is right but for its placeholders. A text that is right as it stands is one
// only if they stand for values, as Amazon's own do, and are not just part of some text.
Classification classify(std::string_view json) {
    Classification found = name_text(json);
    const Placeholders placeholders(json);
    if (placeholders.empty()) return found;
    if (found.kind != What::malformed) {
        const bool is_request = found.format && *found.format != Format::raw;
        if (is_request || !placeholders.any_is_value()) return found;
        return {What::sample, "template of " + found.what};
    }
    if (!placeholders.explain(found.problem)) return found;
    found = name_text(placeholders.filled());
    if (found.kind == What::malformed) {
        found.problem = placeholders.as_of_template(found.problem);
        if (!placeholders.explain(found.problem)) return found;
    }
    return {What::sample, "template of " + found.what};
}

}  // namespace turngate::events
