// Names a file for what it is, for people.
#include <algorithm>
#include <memory>
#include <optional>
#include <string>

#include "classify_table.h"
#include "envelope.h"
#include "recognise.h"
#include <turngate/events/decode.h>

namespace turngate::events {
namespace {

using What = Classification::Kind;

// The next "{{{name}}}" of `text` at or after `from`; npos if there is none.
std::size_t find_placeholder(std::string_view text, std::size_t from, std::size_t& size) {
    for (std::size_t at = text.find("{{{", from); at != std::string_view::npos;
         at = text.find("{{{", at + 1)) {
        std::size_t end = at + 3;
        while (end < text.size() &&
               (text[end] == '_' || text[end] == '-' || text[end] == '.' ||
                (text[end] >= '0' && text[end] <= '9') || (text[end] >= 'a' && text[end] <= 'z') ||
                (text[end] >= 'A' && text[end] <= 'Z')))
            ++end;
        if (end == at + 3 || text.substr(end, 3) != "}}}") continue;
        size = end + 3 - at;
        return at;
    }
    return std::string_view::npos;
}

// `text` with a value for each placeholder: a digit is right inside and outside of quotes.
std::string filled(std::string_view text) {
    std::string out;
    std::size_t from = 0;
    std::size_t size = 0;
    for (std::size_t at; (at = find_placeholder(text, from, size)) != std::string_view::npos;
         from = at + size)
        out.append(text.substr(from, at - from)).append("1");
    return out.append(text.substr(from));
}

bool has(const Json& object, std::string_view name) {
    const auto* members = object.members();
    return members && std::any_of(members->begin(), members->end(),
                                  [&](const auto& member) { return member.first == name; });
}

// Whose reply it is, as far as its members tell.
std::string_view reply_name(const Json& object) {
    if (has(object, "statusCode")) {
        if (has(object, "statusDescription")) return "alb reply";
        if (has(object, "cookies")) return "apigw-v2 or function-url reply";
        if (has(object, "multiValueHeaders")) return "apigw-v1 or alb-multi reply";
        if (has(object, "encoding")) return "vercel reply";
        return "reply of a function (apigw, function-url or alb)";
    }
    const Json& status = object["status"];
    if (status.string() && (has(object, "headers") || has(object, "statusDescription")))
        return "edge reply";
    if (status.integer() && (has(object, "headers") || has(object, "body"))) return "http reply";
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
    return std::string(source) + " event";
}

const Kinship* kinship(const Json& object) {
    for (const Kinship& row : kinships)
        if (std::all_of(std::begin(row.members), std::end(row.members),
                        [&](std::string_view name) { return name.empty() || has(object, name); }))
            return &row;
    return nullptr;
}

// An object that is no HTTP event.
Classification name_object(std::string_view json, const Recognised& found) {
    const Json object = Json::parse(json, {.size = json.size()}, DuplicateNames::keep_last);
    if (found.source == "eventbridge")
        return {What::event, "eventbridge \"" + object["detail-type"].string_or("") + "\" event",
                Format::raw};
    if (found.source == "authorizer") return {What::authorizer, "authorizer request", Format::raw};
    if (found.source == "warmer") return {What::event, "warmer event", Format::raw};
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
    if (const auto* records = object["records"].items(); records && !records->empty())
        if (has((*records)[0], "recordId") && has((*records)[0], "result"))
            return {What::reply, "record transformation reply"};
    return {What::other, object.members()->empty() ? "empty JSON object" : "other JSON object",
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

Classification name_template(std::string_view json) {
    std::string text = filled(json);
    try {
        Envelope envelope(text);
        Recognised found = recognise(envelope);
        std::string what = !envelope.root().is_object()  ? name_value(envelope).what
                           : found.format == Format::raw ? name_object(text, found).what
                                                         : event_name(found.format);
        return {What::sample, "template of " + what};
    } catch (const Error& e) {
        return {What::sample, "template", std::nullopt, e.what()};
    }
}

}  // namespace

Classification classify(std::string_view json) {
    std::size_t size = 0;
    if (find_placeholder(json, 0, size) != std::string_view::npos) return name_template(json);
    std::string what = "not JSON";
    try {
        Envelope envelope(json);
        if (!envelope.root().is_object()) return name_value(envelope);
        Recognised found = recognise(envelope);
        if (found.format == Format::raw) return name_object(json, found);
        what = event_name(found.format);
        DecodeOptions options;
        options.max_size = json.size();
        decode(json, options);
        return {What::event, what, found.format};
    } catch (const Error& e) {
        return {What::malformed, what, std::nullopt, e.what()};
    }
}

}  // namespace turngate::events
