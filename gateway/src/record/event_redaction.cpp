// A saved event without its secrets.
#include "record/event_redaction.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "record/redaction.h"
#include "replay/golden_text.h"
#include <turngate/http/encoding.h>
#include <turngate/http/error.h>

namespace turngate::recording {
namespace {

using replay::PathSegment;

// Strings of an event that stand for a part of the request, and what is to stand there.
class Replacements {
  public:
    // `near` is the name of a member around it, without case; empty: wherever it stands.
    void add(std::string_view near, std::string_view from, std::string_view to) {
        if (!from.empty() && from != to)
            all_.push_back({std::string(near), std::string(from), std::string(to)});
    }

    const std::string* find(const std::vector<PathSegment>& path, std::string_view value) const {
        for (const Replacement& each : all_)
            if (each.from == value && (each.near.empty() || is_near(each.near, path)))
                return &each.to;
        return nullptr;
    }

  private:
    struct Replacement {
        std::string near, from, to;
    };

    // "headers": {"x-pin": [{"value": "1234"}]}
    static bool is_near(std::string_view name, const std::vector<PathSegment>& path) {
        constexpr std::size_t farthest = 3;
        const std::size_t begin = path.size() - std::min(path.size(), farthest);
        return std::any_of(path.begin() + static_cast<std::ptrdiff_t>(begin), path.end(),
                           [&](const PathSegment& segment) {
                               return !segment.is_index && iequals(segment.key, name);
                           });
    }

    std::vector<Replacement> all_;
};

// What of a request can be redacted.
struct Parts {
    Headers headers;
    Url url;
    std::string body;
};

Parts parts_of(Request& request) {
    Headers headers = request.headers;
    // Which is set anew with a body, and stands behind the others then.
    if (headers.contains("Content-Length"))
        headers.set("Content-Length", std::string(headers.get("Content-Length")));
    return {std::move(headers), request.url, request.body.text(SIZE_MAX)};
}

// Sources escape what is in a URL in ways of their own.
bool operator==(const Parts& a, const Parts& b) {
    return a.headers == b.headers && a.body == b.body &&
           percent_decode(a.url.path) == percent_decode(b.url.path) &&
           a.url.script_name == b.url.script_name && a.url.parameters() == b.url.parameters();
}

// The pieces of `before` and of `after`, which has as many.
template <class Use>
void each_piece(std::string_view before, std::string_view after, char separator, Use use) {
    while (!before.empty()) {
        const std::string_view old = before.substr(0, before.find(separator));
        const std::string_view fresh = after.substr(0, after.find(separator));
        before.remove_prefix(std::min(before.size(), old.size() + 1));
        after.remove_prefix(std::min(after.size(), fresh.size() + 1));
        use(old, fresh);
    }
}

std::string_view trimmed(std::string_view text) {
    text.remove_prefix(std::min(text.size(), text.find_first_not_of(' ')));
    return text;
}

void add_fields(Replacements& out, const Headers& before, const Headers& after) {
    auto fresh = after.begin();
    for (const auto& [name, value] : before) {
        const std::string_view now = (*fresh).value;
        ++fresh;
        out.add(name, value, now);
        if (iequals(name, "Cookie") && value != now)
            each_piece(value, now, ';', [&](std::string_view old, std::string_view next) {
                for (const std::string_view near : {"cookies", "cookie"})
                    out.add(near, trimmed(old), trimmed(next));
            });
    }
}

// `is_plain`: the event has values of parameters decoded.
void add_query(Replacements& out, const Url& before, const Url& after, bool is_plain) {
    out.add("", before.query, after.query);
    each_piece(before.query, after.query, '&', [&](std::string_view old, std::string_view next) {
        const std::string_view name = old.substr(0, old.find('='));
        if (name.size() == old.size()) return;
        old.remove_prefix(name.size() + 1);
        next.remove_prefix(std::min(next.size(), name.size() + 1));
        const std::string plain_name = percent_decode(name, true);
        if (!is_plain) out.add(name, old, next);
        out.add(plain_name, percent_decode(old, true), percent_decode(next, true));
    });
}

Replacements replacements(const Parts& before, const Parts& after, bool is_plain) {
    Replacements out;
    add_fields(out, before.headers, after.headers);
    add_query(out, before.url, after.url, is_plain);
    out.add("", before.url.target(), after.url.target());
    out.add("", before.url.request_uri(), after.url.request_uri());
    if (before.url.path != after.url.path) {
        out.add("", before.url.path, after.url.path);
        out.add("", percent_decode(before.url.path), percent_decode(after.url.path));
    }
    out.add("body", before.body, after.body);
    out.add("body", base64_encode(before.body), base64_encode(after.body));
    return out;
}

// Strings that are JSON themselves, as Vercel's events have it, are looked through likewise.
std::string rewritten(std::string_view text, const Replacements& instead, const Secrets& secrets) {
    const InPlace in_place = [&](const std::vector<PathSegment>& path, std::string_view value) {
        const std::string* found = instead.find(path, value);
        if (found) return std::optional<std::string>(*found);
        if (!value.starts_with('{')) return std::optional<std::string>();
        auto inner = redact_json(value, {}, secrets,
                                 [&](const std::vector<PathSegment>& below,
                                     std::string_view each) -> std::optional<std::string> {
                                     const std::string* to = instead.find(below, each);
                                     return to ? std::optional<std::string>(*to) : std::nullopt;
                                 });
        return inner && inner->is_changed ? std::optional<std::string>(std::move(inner->text))
                                          : std::nullopt;
    };
    auto json = redact_json(text, {}, secrets, in_place);
    if (!json) throw Error("it is no JSON");
    return std::move(json->text);
}

std::optional<std::string> reply_text(const replay::Golden& expected, const Response& before,
                                      const Response& after,
                                      const std::vector<std::string>& ignore) {
    if (before.headers == after.headers && before.body == after.body) return std::nullopt;
    if (!expected.status || !expected.has_headers || replay::is_elsewhere(expected) ||
        expected.kind == replay::Golden::Body::absent)
        throw Error(
            "its expected reply has a secret and is not all in one place: remove it, and "
            "have it written anew");
    replay::Golden previous;
    previous.schema = expected.schema;
    previous.tags = expected.tags;
    previous.ignore = expected.ignore;
    for (const std::string& pointer : ignore)
        if (std::find(previous.ignore.begin(), previous.ignore.end(), pointer) ==
            previous.ignore.end())
            previous.ignore.push_back(pointer);
    return replay::golden_text(after, replay::IgnoreRules(), &previous).json;
}

std::vector<Request*> requests_of(events::Event& event) {
    std::vector<Request*> all = {&event.request};
    for (Request& request : event.further)
        all.push_back(&request);
    return all;
}

// `after`, in which `before` has been redacted, with another word for REDACTED.
std::string with_marker(std::string_view before, std::string_view after, std::string_view marker) {
    if (before == after) return std::string(after);
    if (before.find(redacted) != before.npos)
        throw Error("it has " + std::string(redacted) + " already where a placeholder is to stand");
    std::string result(after);
    for (std::size_t at = 0; (at = result.find(redacted, at)) != result.npos; at += marker.size())
        result.replace(at, redacted.size(), marker);
    return result;
}

void put_marker(const Parts& before, Parts& after, const std::string& marker) {
    if (marker == redacted) return;
    Headers headers;
    auto old = before.headers.begin();
    for (const auto& [name, value] : after.headers) {
        headers.add(name, with_marker((*old).value, value, marker));
        ++old;
    }
    after.headers = std::move(headers);
    after.url.query = with_marker(before.url.query, after.url.query, percent_encode(marker));
    after.url.path = with_marker(before.url.path, after.url.path, percent_encode(marker));
    after.body = with_marker(before.body, after.body, marker);
    if (after.headers.contains("Content-Length"))
        after.headers.set("Content-Length", std::to_string(after.body.size()));
}

void check(std::string_view text, const events::DecodeOptions& how, const events::Event& before,
           const std::vector<Parts>& wanted) {
    events::Event event = events::decode(text, how);
    std::vector<Request*> requests = requests_of(event);
    const bool is_as_wanted = std::equal(
        requests.begin(), requests.end(), wanted.begin(), wanted.end(),
        [](Request* request, const Parts& parts) { return parts_of(*request) == parts; });
    if (!is_as_wanted || event.request.method != before.request.method)
        throw Error("what is to be redacted cannot be told from the rest of the event");
}

// One step of an event whose format is known; `reply` and `ignore` are those of the call.
std::string redact_with(bool is_plain, const std::string& text, const events::DecodeOptions& how,
                        const RedactionStep& step, Response& reply,
                        std::vector<std::string>& ignore) {
    std::string result = text;
    events::Event event = events::decode(text, how);
    std::vector<Parts> wanted;
    for (Request* request : requests_of(event)) {
        const Parts before = parts_of(*request);
        Response none;
        RedactedCall call =
            redact(*request, before.body, wanted.empty() ? reply : none, step.rules);
        if (wanted.empty()) ignore.insert(ignore.end(), call.ignore.begin(), call.ignore.end());
        Parts after{request->headers, request->url, std::move(call.body)};
        put_marker(before, after, step.in_place);
        if (!(before == after))
            result = event.format == events::Format::raw
                         ? after.body
                         : rewritten(result, replacements(before, after, is_plain), call.secrets);
        wanted.push_back(std::move(after));
    }
    check(result, how, event, wanted);
    return result;
}

// Sources have parameters of the query decoded or as they came: one of them brings the request
// back.
std::string redact_once(const std::string& text, const events::DecodeOptions& how,
                        const RedactionStep& step, Response& reply,
                        std::vector<std::string>& ignore) {
    const Response before = reply;
    const std::vector<std::string> ignored = ignore;
    try {
        return redact_with(true, text, how, step, reply, ignore);
    } catch (const Error&) {
        reply = before;
        ignore = ignored;
        return redact_with(false, text, how, step, reply, ignore);
    }
}

}  // namespace

RedactedEvent redact_event(std::string_view text, events::DecodeOptions how,
                           std::span<const RedactionStep> steps, const replay::Golden* expected) {
    RedactedEvent result{std::string(text)};
    how.format = events::decode(text, how).format;
    Response reply;
    if (expected) reply = replay::expected_reply(*expected);
    const Response before = reply;
    std::vector<std::string> ignore;
    for (const RedactionStep& step : steps)
        result.event = redact_once(result.event, how, step, reply, ignore);
    if (expected) result.reply = reply_text(*expected, before, reply, ignore);
    return result;
}

}  // namespace turngate::recording
