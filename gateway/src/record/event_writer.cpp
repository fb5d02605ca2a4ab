// From a call to its event and the reply that is expected to it, as files.
#include "record/event_writer.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <utility>

#include "record/redaction.h"
#include "replay/compare.h"
#include "replay/golden_file.h"
#include "replay/golden_text.h"
#include "replay/ignore.h"
#include "replay/limits.h"
#include <turngate/events/answer.h>
#include <turngate/events/decode.h>
#include <turngate/events/invocation.h>
#include <turngate/events/make_event.h>
#include <turngate/http/nominated_fields.h>

namespace turngate::recording {
namespace {

using events::Format;

// The moment, the request's id and a trace id that are its own; the client is in the request.
events::EventSource source_of(const Call& call) {
    events::EventSource source;
    source.time = call.time;
    if (!call.request_id.empty()) {
        source.request_id = call.request_id;
        std::string id = call.request_id;
        std::erase_if(id,
                      [](char c) { return !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')); });
        id.resize(24, '0');
        std::array<char, 9> seconds;
        std::snprintf(seconds.data(), seconds.size(), "%08llx",
                      static_cast<unsigned long long>(call.time.time_since_epoch() /
                                                      std::chrono::seconds(1)) &
                          0xffffffff);
        source.trace_id = std::string("Root=1-") + seconds.data() + '-' + id;
    }
    return source;
}

// What tells a replay when it was, where the shape has no place for it.
void add_time(std::string& event, std::chrono::system_clock::time_point time) {
    const auto epoch = std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch());
    event.insert(event.rfind('}'), ",\"timeEpoch\":" + std::to_string(epoch.count()));
}

// Of these the body is all that is left, so that only what goes where they come in comes back.
bool is_message(Format shape) {
    return shape == Format::raw || shape == Format::websocket;
}

// What a replay could not read or would not find in the same reply is no expected one: a header
// field that is not UTF-8, say. A side file is taken on trust, for it is not there yet.
void check_golden(const replay::GoldenText& text, const Response& reply) {
    replay::GoldenParser parser;
    const replay::IgnoreRules rules = replay::IgnoreRules::defaults();
    try {
        replay::Golden golden = parser.parse(text.json);
        if (text.side) golden.kind = replay::Golden::Body::absent;
        if (replay::Comparer(rules).same(golden, reply)) return;
    } catch (const JsonError&) {
    }
    throw Error("its reply cannot be written so that it would be read as the same");
}

}  // namespace

Entry EventWriter::write(Call call) const {
    Entry entry;
    entry.problem = std::move(call.problem);
    const bool is_whole = entry.problem.empty();
    entry.number = call.number;
    entry.duration = call.duration;
    entry.method = call.request.method;
    if (call.is_head_known) entry.status = call.reply.status;
    try {
        call.reply.body = std::move(call.reply_body.bytes());
        RedactedCall kept =
            redact(call.request, std::move(call.request_body.bytes()), call.reply, rules_);
        entry.target = call.request.url.request_uri();
        call.request.body = Body(std::move(kept.body));
        if (is_whole) write_files(call, kept.ignore, entry);
    } catch (const std::exception& e) {  // the recording goes on
        entry.path.clear();
        entry.problem = e.what();
    }
    return entry;
}

void EventWriter::pass_through_event(Request& request, const Call& call) const {
    try {
        Request copy;
        copy.method = request.method;
        copy.url = request.url;
        copy.headers = request.headers;
        copy.remote_address = request.remote_address;
        copy.protocol = request.protocol;
        copy.body = Body(request.body.text(SIZE_MAX));
        Request arrived = make(copy, source_of(call)).arrived;
        request.method = std::move(arrived.method);
        request.url = std::move(arrived.url);
        request.headers = std::move(arrived.headers);
        request.remote_address = std::move(arrived.remote_address);
        request.protocol = std::move(arrived.protocol);
        request.body = std::move(arrived.body);
        if (const auto* invocation = arrived.context.find<events::Invocation>())
            request.context.put(*invocation);
    } catch (const Error&) {  // the request goes on as it came, and write() will tell why
    }
}

// The event, once it has been found to bring the request back.
EventWriter::Made EventWriter::make(Request& request, const events::EventSource& source) const {
    const std::string shape(events::name(shape_));
    Made made;
    if (shape_ == Format::http && !request.remote_address.empty() &&
        !request.headers.contains("X-Forwarded-For"))
        request.headers.add("X-Forwarded-For", request.remote_address);
    try {
        made.text = events::make_event(request, shape_, source);
    } catch (const Error& e) {
        throw Error(shape + " cannot carry it: " + e.what());
    }
    if (shape_ == Format::http) add_time(made.text, source.time);
    if (made.text.size() > replay::event_limit)
        throw Error(replay::event_too_large(made.text.size()));
    events::DecodeOptions options;
    if (shape_ == Format::raw) options.format = shape_;
    events::Event event;
    try {
        event = events::decode(made.text, options);
    } catch (const Error& e) {
        throw Error("its event of shape " + shape + " cannot be read: " + e.what());
    }
    if (event.format != shape_)
        throw Error("its event of shape " + shape + " would be taken for one of shape " +
                    std::string(events::name(event.format)));
    made.arrived = std::move(event.request);
    if (is_message(shape_) &&
        (made.arrived.method != request.method || made.arrived.url.path != request.url.path))
        throw Error("an event of shape " + shape + " is a " + made.arrived.method + ' ' +
                    made.arrived.url.path);
    const std::string damage = events::damaged(request, made.arrived, shape_, source);
    if (!damage.empty())
        throw Error("its event of shape " + shape + " brings another request: " + damage);
    return made;
}

std::string EventWriter::event_text(Call& call, Entry& entry) const {
    const events::EventSource source = source_of(call);
    Made made = make(call.request, source);
    if (!is_message(shape_))
        entry.losses = events::all_lost(call.request, made.arrived, shape_, source);
    std::erase_if(entry.losses, [](std::string_view loss) {  // that nobody misses
        return is_hop_by_hop(loss.substr(0, loss.find(':')));
    });
    const events::EncodeOptions encode = events::encode_options(made.arrived, shape_);
    if (const auto refused = events::refusal(call.reply, shape_, encode))
        throw Error("its source refuses the reply: " +
                    refused->body.substr(0, refused->body.find('\n')));
    return std::move(made.text);
}

void EventWriter::write_files(Call& call, const std::vector<std::string>& ignore,
                              Entry& entry) const {
    Folder::Files files;
    files.event = event_text(call, entry);
    if (shape_ != Format::raw) files.event += '\n';  // which is the body, byte for byte
    replay::Golden golden;
    golden.ignore.assign(ignore.begin(), ignore.end());
    const std::string slug = slug_of(call.request.method, call.request.url.path);
    entry.path = folder_.write(call.number, slug, [&](const std::string& name) {
        const std::string side = replay::side_path(name);
        replay::GoldenText text = replay::golden_text(call.reply, replay::IgnoreRules::defaults(),
                                                      &golden, {.side_file = side});
        if (text.json.size() > replay::golden_limit)
            throw Error("its reply " + replay::too_large(text.json.size(), replay::golden_limit));
        check_golden(text, call.reply);
        files.reply = std::move(text.json);
        files.reply_body = std::move(text.side);
        return files;
    });
    if (call.has_trailers)
        entry.losses.emplace_back("trailers: the fields behind a body are not kept");
}

}  // namespace turngate::recording
