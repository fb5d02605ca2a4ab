// Strict where Vercel's router is, so that a mistake is found here.
#include "host/ipc_message.h"

#include <algorithm>
#include <array>
#include <limits>

#include <turngate/http/encoding.h>
#include <turngate/json/json.h>

namespace turngate::host {
namespace {

using Type = IpcMessage::Type;

constexpr std::array<std::pair<std::string_view, Type>, 6> types = {
    {{"server-started", Type::server_started},
     {"handler-started", Type::handler_started},
     {"log", Type::log},
     {"metric", Type::metric},
     {"end", Type::end},
     {"unrecoverable-error", Type::unrecoverable_error}}};
constexpr std::array<std::string_view, 6> levels = {"trace", "debug", "info",
                                                    "warn",  "error", "fatal"};
constexpr std::array<std::string_view, 2> streams = {"stdout", "stderr"};

// The members of one object, by name, with the path that an error tells.
class Members {
  public:
    Members(const Json& object, std::string path) : object_(object), path_(std::move(path)) {
        if (!object.members()) throw Error(path_ + " is missing, or no object");
    }

    const std::string& text(std::string_view name) const {
        const std::string* value = object_[name].string();
        if (!value) fail(name, "is missing, or no string");
        return *value;
    }
    std::int64_t number(std::string_view name, std::int64_t least, std::int64_t most) const {
        const std::int64_t* value = object_[name].integer();
        if (!value) fail(name, "is missing, or no integer");
        if (*value < least || *value > most)
            fail(name, "is " + std::to_string(*value) + ", not from " + std::to_string(least) +
                           " to " + std::to_string(most));
        return *value;
    }
    std::uint64_t whole(std::string_view name) const {
        const auto value = object_[name].unsigned_integer();
        if (!value) fail(name, "is missing, or no integer from 0 to 2^64-1");
        return *value;
    }
    Members object(std::string_view name) const { return {object_[name], path_of(name)}; }
    bool has(std::string_view name) const { return object_.find(name) != nullptr; }
    const Json& raw(std::string_view name) const { return object_[name]; }

    [[noreturn]] void fail(std::string_view name, const std::string& what) const {
        throw Error(path_of(name) + ' ' + what);
    }

  private:
    std::string path_of(std::string_view name) const { return path_ + '.' + std::string(name); }

    const Json& object_;
    std::string path_;
};

constexpr std::int64_t any = std::numeric_limits<std::int64_t>::max();

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& words, std::string_view word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

void read_log(const Members& payload, IpcMessage& out) {
    if (payload.has("level") == payload.has("stream"))
        payload.fail("level", "and .stream: exactly one of them is to be there");
    const bool is_level = payload.has("level");
    out.origin = payload.text(is_level ? "level" : "stream");
    if (is_level ? !is_one_of(levels, out.origin) : !is_one_of(streams, out.origin))
        payload.fail(is_level ? "level" : "stream", "is \"" + out.origin + "\", which is none");
    const auto text = base64_decode(payload.text("message"));
    if (!text) payload.fail("message", "is not base64");
    out.text = *text;
}

void read_metric(const Members& payload, IpcMessage& out) {
    if (const std::string& kind = payload.text("type"); kind != "fetch-metric")
        payload.fail("type", "is \"" + kind + "\", not \"fetch-metric\"");
    const Members fetch = payload.object("payload");
    FetchMetric& metric = out.metric;
    metric.method = fetch.text("method");
    metric.host = fetch.text("host");
    metric.path = fetch.text("pathname");
    if (fetch.has("search")) metric.search = fetch.text("search");
    metric.status = static_cast<int>(fetch.number("statusCode", 0, 999));
    metric.duration = std::chrono::milliseconds(fetch.number("duration", 0, any));
    metric.id = fetch.whole("id");
    if (fetch.has("start")) {
        const std::chrono::milliseconds start(fetch.number("start", 0, any / 1'000'000));
        metric.start = std::chrono::system_clock::time_point(start);
    }
}

}  // namespace

IpcMessage read_ipc_message(std::string_view frame) {
    const Json json = Json::parse(frame, {.size = FrameSplitter::longest});
    const Members message(json, "the frame");
    const std::string& name = message.text("type");
    const auto known = std::find_if(types.begin(), types.end(),
                                    [&](const auto& type) { return type.first == name; });
    if (known == types.end()) message.fail("type", "is \"" + name + "\", which is none");

    IpcMessage out{.type = known->second};
    const Members payload(json["payload"], name + ".payload");
    switch (out.type) {
        case Type::server_started:
            out.init_ms = payload.number("initDuration", 0, any);
            out.port = static_cast<int>(payload.number("httpPort", 1, 65535));
            return out;
        case Type::unrecoverable_error:
            out.exit_code = static_cast<int>(payload.number("exitCode", 0, 255));
            out.text = payload.text("message");
            return out;
        default:
            break;
    }
    const Members context = payload.object("context");
    out.context = {context.text("invocationId"), context.whole("requestId")};
    if (out.type == Type::handler_started) payload.number("handlerStartedAt", 0, any);
    if (out.type == Type::log) read_log(payload, out);
    if (out.type == Type::metric) read_metric(payload, out);
    if (out.type == Type::end && !payload.raw("error").is_null()) out.error = payload.text("error");
    return out;
}

void FrameSplitter::feed(std::string_view bytes) {
    bytes_.erase(0, taken_);
    searched_ -= taken_;
    taken_ = 0;
    bytes_ += bytes;
}

std::optional<std::string_view> FrameSplitter::next() {
    const std::size_t end = bytes_.find('\0', searched_);
    if (end == bytes_.npos) {
        searched_ = bytes_.size();
        if (bytes_.size() - taken_ > longest)
            throw Error("a frame is longer than " + std::to_string(longest) +
                        " bytes and has not ended");
        return std::nullopt;
    }
    const std::string_view frame = std::string_view(bytes_).substr(taken_, end - taken_);
    taken_ = searched_ = end + 1;
    return frame;
}

}  // namespace turngate::host
