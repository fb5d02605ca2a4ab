// Vercel's {"Action":"Invoke"} and the plain shape that is inside of it.
#include <string>

#include "decoders.h"
#include "request_parts.h"
#include <turngate/json/json.h>

namespace turngate::events {
namespace {

bool is_base64(Decoding& in) {
    if (in.event.has(Member::is_base64_encoded)) return in.flag(Member::is_base64_encoded);
    const Value& encoding = in.event[Member::encoding];
    std::string_view how = in.text(Member::encoding);
    if (how == "base64") return true;
    bool is_text = how.empty() || how == "text" || how == "utf8" || how == "utf-8";
    if (!is_text && !in.event[Member::body].text.empty())
        in.refuse_or_note(encoding, name(Member::encoding), "expected \"base64\" or \"text\"",
                          "the body taken for text");
    return false;
}

// The headers of the plain shape as a neutral reply writes them: [[name, value], ...].
void add_pairs(Decoding& in) {
    const Value& list = in.event[Member::headers];
    const Json pairs = Json::parse(in.event.raw(list));
    for (std::size_t i = 0; i < pairs.items()->size(); ++i) {
        const std::string member = "headers[" + std::to_string(i) + ']';
        const std::string* field = pairs[i][0].string();
        const std::string* value = pairs[i][1].string();
        if (!field || !value || pairs[i].items()->size() != 2)
            in.refuse_or_note(list, member, "expected [name, value]", "dropped");
        else if (!is_token(*field) || !is_field_value(*value))
            in.refuse_or_note(list, member, "no name and value of a header", "dropped");
        else
            in.request().headers.add(*field, *value);
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
    if (in.event[Member::headers].kind == Kind::array && !is_vercel)
        add_pairs(in);
    else
        add_headers(in, Member::headers, MapForm::both);
    set_cookies(in);
    set_body(in, is_base64(in));
    Request& request = in.request();
    std::string_view client = is_vercel ? request.headers.get("x-real-ip") : std::string_view();
    set_origin(in, {.domain_name = in.word(Member::host),
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

void decode_payloads(Decoding& outer, std::string_view text, const Value& list);

void decode_request(Decoding& in) {
    decode_inner(in, true);
    join_cookies(in.request().headers);
    in.attach({.request_id = in.request().headers.get("x-vercel-id")});
}

// Each payload is a request of its own; the first one is the event's.
void decode_payloads(Decoding& outer, std::string_view text, const Value& list) {
    Json all = Json::parse(text);
    const Json& payloads = all[name(Member::payloads)];
    bool is_first = true;
    for (const Json& payload : *payloads.items()) {
        std::string one = payload.dump();
        Envelope event(one);
        if (!event.root().is_object()) outer.refuse_kind(list, "body.payloads[]", "an object");
        Event part;
        part.format = Format::vercel;
        Decoding in(event, outer.options, part, "body.payloads[]");
        decode_request(in);
        for (std::string& repair : part.repairs)
            outer.out.repairs.push_back(std::move(repair));
        if (is_first)
            outer.out.request = std::move(part.request);
        else
            outer.out.further.push_back(std::move(part.request));
        is_first = false;
    }
}

}  // namespace

void decode_vercel(Decoding& in) {
    const Value& action = in.event[Member::action];
    if (!action.is_string() || action.text != "Invoke")
        in.refuse(action, name(Member::action),
                  action.is_string() ? "unexpected event.Action: " + std::string(action.text)
                                     : "expected \"Invoke\"");
    const Value& body = in.event[Member::body];
    if (!body.is_string()) in.refuse_kind(body, name(Member::body), "a string of JSON");

    try {
        Envelope event(body.text);
        Decoding inner(event, in.options, in.out, "body");
        if (!event.root().is_object()) inner.refuse_kind(event.root(), "request", "an object");
        const Value& payloads = event[Member::payloads];
        if (payloads.kind == Kind::array && event.raw(payloads).find('{') != std::string_view::npos)
            decode_payloads(inner, event.text(), payloads);
        else
            decode_request(inner);
    } catch (const JsonError& e) {
        std::string_view what = e.what();
        if (what.starts_with("body")) throw;
        throw JsonError("body: " + std::string(what));  // of its own JSON, or of a twin in it
    }
}

void decode_http(Decoding& in) {
    decode_inner(in, false);
    join_cookies(in.request().headers);
    in.attach();
}

}  // namespace turngate::events
