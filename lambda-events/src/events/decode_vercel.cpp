// Vercel's {"Action":"Invoke"} and the plain shape that is inside of it.
#include <optional>
#include <string>

#include "decoders.h"
#include "request_parts.h"
#include "tree.h"

namespace turngate::events {
namespace {

// Each becomes a whole Request, which takes many times the bytes of a short payload.
constexpr std::size_t most_payloads = 2'000;

// `encoding` is the law; isBase64Encoded counts where it is left out.
bool is_base64(Decoding& in, bool is_vercel) {
    std::string_view how = in.text(Member::encoding);
    if (how.empty()) return in.flag(Member::is_base64_encoded);
    if (how == "base64") return true;
    bool is_text = !is_vercel && (how == "text" || how == "utf8" || how == "utf-8");
    if (!is_text && !in.event[Member::body].text.empty())
        in.refuse_or_note(in.event[Member::encoding], name(Member::encoding),
                          "Unsupported encoding: " + printable(how) + ", expected \"base64\"",
                          "the body taken for text");
    return false;
}

// The headers of the plain shape as a neutral reply writes them: [[name, value], ...].
void add_pairs(Decoding& in, const Tree& tree) {
    const auto& pairs = tree.root().children;
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        const std::string member = "headers[" + std::to_string(i) + ']';
        const auto& pair = pairs[i].children;
        const bool is_pair = pairs[i].value.kind == Kind::array && pair.size() == 2 &&
                             pair[0].value.is_string() && pair[1].value.is_string();
        if (!is_pair)
            in.refuse_or_note(pairs[i].value, member,
                              "expected [name, value], both of them strings", "dropped");
        else if (!is_token(pair[0].value.text))
            in.refuse_or_note(pair[0].value, member,
                              "the name of a header is a token (RFC 9110 section 5.1)", "dropped");
        else if (!is_field_value(pair[1].value.text))
            in.refuse_or_note(pair[1].value, member,
                              "a header value has no CR, LF or NUL (RFC 9110 section 5.5)",
                              "dropped");
        else
            add_header(in, name(Member::headers), {pair[0].value.text, pair[1].value},
                       pair[1].value.text);
    }
}

// The request of {method, host, path, headers, body, encoding}.
void decode_inner(Decoding& in, bool is_vercel) {
    const Value& path = in.event[Member::path];
    in.set_method(Member::method);
    if (is_vercel && path.is_string() && !path.text.starts_with('/'))
        in.refuse_or_note(path, name(Member::path), "expected a path that starts with '/'",
                          "added");
    set_path(in, Member::path, PathForm::target);
    if (in.event[Member::headers].kind == Kind::null && is_vercel)
        in.refuse_or_note(in.event[Member::headers], name(Member::headers),
                          "expected an object, found null", "passed over");
    std::optional<Tree> pairs;  // what is noted of its fields are views
    if (in.event[Member::headers].kind == Kind::array && !is_vercel)
        add_pairs(in, pairs.emplace(in.event, in.event[Member::headers], name(Member::headers), 2));
    else
        add_headers(in, Member::headers, MapForm::both);
    set_cookies(in);
    set_body(in, is_base64(in, is_vercel));
    Request& request = in.request();
    std::string_view client = is_vercel ? request.headers.get("x-real-ip") : std::string_view();
    if (!is_ip_address(client)) client = {};
    set_origin(in, {.domain_name = in.domain(Member::host),
                    .source_ip = client,
                    .scheme = is_vercel ? "https" : "http"});
    request.url.strip_prefix(in.options.base_path);
}

// Several cookies of one request are one field (RFC 9113 section 8.2.3).
void join_cookies(Headers& headers) {
    auto cookies = headers.values("cookie");
    if (cookies.size() < 2) return;
    headers.set("cookie", headers.joined("cookie", "; "));
}

void decode_request(Decoding& in) {
    decode_inner(in, true);
    join_cookies(in.request().headers);
    in.attach({.request_id = in.vercel_id});
}

// Each payload is a request of its own; the first one is the event's.
void decode_payloads(Decoding& outer, const Node& list) {
    const Place& place = outer.event.place();
    for (std::size_t i = 0; i < list.children.size(); ++i) {
        const Value& payload = list.children[i].value;
        const std::string member = "payloads[" + std::to_string(i) + ']';
        if (!payload.is_object()) outer.refuse_kind(payload, member, "an object");
        const std::string full_name = place.name(member);
        Envelope event(
            outer.event.raw(payload),
            {.prefix = full_name, .inside = place.inside, .begin = place.begin + payload.begin});
        Event part;
        part.format = Format::vercel;
        Decoding in(event, outer.options, part);
        in.budget = outer.budget;
        decode_request(in);
        outer.budget = in.budget;
        for (std::string& repair : part.repairs)
            outer.out.repairs.push_back(std::move(repair));
        if (i == 0)
            outer.out.request = std::move(part.request);
        else
            outer.out.further.push_back(std::move(part.request));
    }
}

// {"method", "path", ...}, or {"payloads": [...]} of those.
void decode_invoked(Decoding& in) {
    if (!in.event.root().is_object()) in.refuse_kind(in.event.root(), {}, "the JSON of an object");
    const Value& payloads = in.event[Member::payloads];
    if (payloads.given() && payloads.kind != Kind::array) {
        in.refuse_or_note_kind(payloads, name(Member::payloads), "an array", "passed over");
        return decode_request(in);
    }
    if (!payloads.given()) return decode_request(in);
    const Tree tree(in.event, payloads, name(Member::payloads), 1, most_payloads);
    if (tree.root().children.empty()) return decode_request(in);
    decode_payloads(in, tree.root());
}

}  // namespace

void decode_vercel(Decoding& in) {
    const Value& action = in.event[Member::action];
    if (!action.is_string()) in.refuse_kind(action, name(Member::action), "\"Invoke\"");
    if (action.text != "Invoke")
        in.refuse(action, name(Member::action),
                  "Unexpected event.Action: " + printable(action.text));
    const Value& body = in.event[Member::body];
    if (!body.is_string()) in.refuse_kind(body, name(Member::body), "a string of JSON");

    Envelope event(body.text, {.prefix = "body", .inside = "body"});
    Decoding inner(event, in.options, in.out);
    decode_invoked(inner);
}

void decode_http(Decoding& in) {
    decode_inner(in, false);
    join_cookies(in.request().headers);
    in.attach();
}

}  // namespace turngate::events
