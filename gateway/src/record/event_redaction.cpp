// A saved event without its secrets.
#include "record/event_redaction.h"

#include <algorithm>
#include <map>
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

// The parameters of a query, decoded or as they stand; those of one name also with commas between,
// as payload 2.0 has them.
void add_parameters(Replacements& out, const Url& before, const Url& after, bool decoded) {
    const auto spelled = [decoded](std::string_view text) {
        return decoded ? percent_decode(text, true) : std::string(text);
    };
    std::map<std::string, std::pair<std::string, std::string>> all;
    each_piece(before.query, after.query, '&', [&](std::string_view old, std::string_view next) {
        const std::string_view name = old.substr(0, old.find('='));
        const bool has_value = name.size() < old.size();
        old.remove_prefix(std::min(old.size(), name.size() + 1));
        next.remove_prefix(std::min(next.size(), name.size() + 1));
        const std::string was = spelled(old), is = spelled(next);
        if (has_value) out.add(spelled(name), was, is);
        const auto [values, is_first] = all.try_emplace(spelled(name), was, is);
        if (is_first) return;
        values->second.first += ',' + was;
        values->second.second += ',' + is;
    });
    for (const auto& [name, values] : all)
        out.add(name, values.first, values.second);
}

// `is_plain`: the event has values of parameters decoded.
void add_query(Replacements& out, const Url& before, const Url& after, bool is_plain) {
    out.add("", before.query, after.query);
    if (!is_plain) add_parameters(out, before, after, false);
    add_parameters(out, before, after, true);
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
    for (const std::string& each : ignore) {
        const bool is_whole =
            expected.kind != replay::Golden::Body::json && !each.starts_with("/headers/");
        const std::string_view pointer = is_whole ? "/body" : std::string_view(each);
        if (std::find(previous.ignore.begin(), previous.ignore.end(), pointer) ==
            previous.ignore.end())
            previous.ignore.push_back(pointer);
    }
    return replay::golden_text(after, replay::IgnoreRules(), &previous, {.kind = expected.kind})
        .json;
}

std::vector<Request*> requests_of(events::Event& event) {
    std::vector<Request*> all = {&event.request};
    for (Request& request : event.further)
        all.push_back(&request);
    return all;
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

// What the steps have come to.
struct Progress {
    std::string event;
    Response reply = {};
    std::vector<std::string> ignore = {};  // pointers into the reply
    std::vector<std::string> named = {};   // pointers of rules that there was something at
};

// One step of an event whose format is known.
Progress redact_with(bool is_plain, Progress done, const events::DecodeOptions& how,
                     const RedactionStep& step) {
    const std::string text = done.event;
    events::Event event = events::decode(text, how);
    std::vector<Parts> wanted;
    for (Request* request : requests_of(event)) {
        const Parts before = parts_of(*request);
        Response none;
        RedactedCall call = redact(*request, before.body, wanted.empty() ? done.reply : none,
                                   step.rules, step.in_place);
        if (wanted.empty())
            done.ignore.insert(done.ignore.end(), call.ignore.begin(), call.ignore.end());
        done.named.insert(done.named.end(), call.named.begin(), call.named.end());
        Parts after{request->headers, request->url, std::move(call.body)};
        if (!(before == after))
            done.event =
                event.format == events::Format::raw
                    ? after.body
                    : rewritten(done.event, replacements(before, after, is_plain), call.secrets);
        wanted.push_back(std::move(after));
    }
    check(done.event, how, event, wanted);
    return done;
}

// Sources have parameters of the query decoded or as they came: one of them brings the request
// back.
Progress redact_once(const Progress& before, const events::DecodeOptions& how,
                     const RedactionStep& step) {
    try {
        return redact_with(true, before, how, step);
    } catch (const Error&) {
        return redact_with(false, before, how, step);
    }
}

}  // namespace

RedactedEvent redact_event(std::string_view text, events::DecodeOptions how,
                           std::span<const RedactionStep> steps, const replay::Golden* expected) {
    how.format = events::decode(text, how).format;
    Progress done{std::string(text)};
    if (expected) done.reply = replay::expected_reply(*expected);
    const Response before = done.reply;
    for (const RedactionStep& step : steps)
        done = redact_once(done, how, step);
    RedactedEvent result{std::move(done.event), *how.format};
    if (expected) result.reply = reply_text(*expected, before, done.reply, done.ignore);
    result.named = std::move(done.named);
    return result;
}

}  // namespace turngate::recording
