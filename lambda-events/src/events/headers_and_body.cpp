// Header fields, cookies and body of a request from the members of an event.
#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <string>
#include <utility>

#include "claims.h"
#include "entry_names.h"
#include "request_parts.h"
#include <turngate/http/encoding.h>
#include <turngate/http/nominated_fields.h>

namespace turngate::events {
namespace {

enum class Role : std::uint8_t {
    ordinary,
    dropped,
    connection,
    host,
    content_length,
    trace_id,
    vercel_id,
    authorization,
    content_type,
    forwarded_port,
    forwarded_proto,
};

// Dropped are fields of the connection to the gateway, and claims.
Role role_of(std::string_view name) noexcept {
    auto is = [&](std::string_view other) { return iequals(name, other); };
    switch (name.size()) {
        case 4:
            if (is("host")) return Role::host;
            break;
        case 10:
            if (is("connection")) return Role::connection;
            break;
        case 11:
            if (is("x-vercel-id")) return Role::vercel_id;
            break;
        case 12:
            if (is("content-type")) return Role::content_type;
            break;
        case 13:
            if (is("authorization")) return Role::authorization;
            break;
        case 14:
            if (is("content-length")) return Role::content_length;
            break;
        case 15:
            if (is("x-amzn-trace-id")) return Role::trace_id;
            break;
        case 16:
            if (is("x-forwarded-port")) return Role::forwarded_port;
            break;
        case 17:
            if (is("x-forwarded-proto")) return Role::forwarded_proto;
            break;
        default:
            break;
    }
    return is_hop_by_hop(name) || is_claim(name) ? Role::dropped : Role::ordinary;
}

void add_entry(Decoding& in, Member map, const Entry& entry, MapForm form) {
    const Value& value = entry.value;
    if (value.is_string() && (form == MapForm::both || value.listed == (form == MapForm::lists))) {
        add_header(in, name(map), entry, value.text, !value.listed);
        return;
    }
    if (value.kind == Kind::absent && form != MapForm::strings) return;  // an empty list
    // It is counted anew from the body, so that its type does not matter; test events have numbers.
    if (value.kind == Kind::number && iequals(entry.key, "content-length")) return;
    const std::string member = member_of(name(map), entry);
    if (form == MapForm::lists && !value.listed)
        in.refuse_or_note(value, member, "expected an array of strings",
                          "taken for its only element");
    else if (form == MapForm::strings && value.listed)
        in.refuse_or_note(value, member_of(name(map), entry.key),
                          "expected a string, found an array", "all of its elements taken");
    if (value.kind == Kind::absent) return;
    if (value.kind == Kind::null) {
        // A value of null is the word to Vercel's bridge for Node (recorded).
        const bool is_word = in.out.format == Format::vercel;
        in.refuse_or_note(value, member, "expected a string, found null",
                          is_word ? "taken for \"null\"" : "dropped");
        if (is_word) add_header(in, name(map), entry, "null", !value.listed);
        return;
    }
    std::string_view text = in.text(value, member);
    if (value.kind == Kind::object || value.kind == Kind::array) return;  // noted and dropped
    add_header(in, name(map), entry, text, !value.listed);
}

struct FieldRule {
    static bool is_same(std::string_view a, std::string_view b) noexcept { return iequals(a, b); }
    static bool is_less(std::string_view a, std::string_view b) noexcept { return iless(a, b); }
    // Not an empty list, nor what is dropped from one.
    static bool counts(const Value& value) noexcept {
        return value.is_string() || value.kind == Kind::number || value.kind == Kind::boolean;
    }
};

void reserve(Headers& headers, Envelope::Entries entries) {
    std::size_t bytes = 64;
    const char* list = nullptr;  // the elements of one have one key
    for (const Entry& entry : entries) {
        if (std::exchange(list, entry.key.data()) != entry.key.data()) bytes += entry.key.size();
        bytes += entry.value.text.size();
    }
    headers.reserve(bytes, entries.size() + 3);
}

void set_content_length(Decoding& in, std::size_t size) {
    if (size == 0 && !in.has_content_length) return;
    Headers& headers = in.request().headers;
    char digits[20];
    auto end = std::to_chars(digits, digits + sizeof digits, size).ptr;
    std::string_view actual(digits, static_cast<std::size_t>(end - digits));
    if (!in.has_content_length)
        headers.add("content-length", actual);
    else if (headers.get("content-length") != actual)
        headers.set("content-length", actual);
}

// How many bytes behind the quote of `value` its `text` ceases to be base64: the first foreign
// character, else the end. Escapes in the JSON hide where that is; the quote itself must do then.
std::uint32_t bad_base64(std::string_view text, const Value& value) {
    if (value.end - value.begin != text.size() + 2) return 0;
    std::size_t size = text.size();
    for (int padding = 0; padding < 2 && size > 0 && text[size - 1] == '='; ++padding)
        --size;
    constexpr std::string_view alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    auto bad = std::min(text.substr(0, size).find_first_not_of(alphabet), text.size());
    return static_cast<std::uint32_t>(bad + 1);
}

// A request has one Host (RFC 9112 section 3.2), or two readers of it see two sites; the same goes
// for one that is no host. False for one that must not be added.
bool admit_host(Decoding& in, std::string_view map, const Entry& entry, std::string_view value) {
    if (in.host.data())
        in.refuse_or_note(entry.value, member_of(map, entry), "stands more than once",
                          "the first one taken");
    else if (!is_event_host(value))
        in.refuse_or_note(entry.value, member_of(map, entry), Decoding::host_rule, "dropped");
    else
        return true;
    return false;
}

void note_port(Decoding& in, std::string_view value) {
    std::uint16_t port = 0;
    auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), port);
    const bool is_port = error == std::errc() && end == value.data() + value.size();
    if (is_port && port > 0) in.forwarded_port = port;
}

// What it names is dropped when all fields are known. Keep-Alive, which it mostly names, never came
// in.
void note_connection(Decoding& in, std::string_view map, const Entry& entry,
                     std::string_view value) {
    if (iequals(value, "keep-alive")) return;
    in.spend(sizeof(std::string_view) * value.size(), map, entry);  // NominatedFields has views
    in.connection.add("connection", value);
}

void drop_nominated(Decoding& in) {
    if (in.connection.empty()) return;
    const NominatedFields nominated(in.connection);
    Headers kept;
    for (const auto& [name, value] : in.request().headers)
        if (!nominated.contains(name)) kept.add(name, value);
    in.request().headers = std::move(kept);
}

// Of a field that decides what a request may or means: readers of a map of strings in which it
// stands under two spellings differ on which of the two they believe. False for the second.
bool admit_spelling(Decoding& in, Role role, std::string_view map, const Entry& entry) {
    const std::uint32_t bit = std::uint32_t{1} << static_cast<unsigned>(role);
    if ((std::exchange(in.spelled, in.spelled | bit) & bit) == 0) return true;
    in.refuse_or_note(entry.value, member_of(map, entry), "stands more than once",
                      "the first one taken");
    return false;
}

// False for a field that must not be added.
bool admit(Decoding& in, Role role, std::string_view map, const Entry& entry,
           std::string_view value, bool is_alone) {
    switch (role) {
        case Role::dropped:
            return false;
        case Role::connection:
            note_connection(in, map, entry, value);
            return false;
        case Role::host:
            return admit_host(in, map, entry, value);
        case Role::content_length:
            return !std::exchange(in.has_content_length, true);
        case Role::authorization:
        case Role::content_type:
        case Role::forwarded_port:
        case Role::forwarded_proto:
            return !is_alone || admit_spelling(in, role, map, entry);
        default:
            return true;
    }
}

// Names the request, in logs as well.
void note_id(Decoding& in, std::string_view& id, std::string_view map, const Entry& entry,
             std::string_view value) {
    if (id.data()) return;
    if (has_control(value))
        in.refuse_or_note(entry.value, member_of(map, entry), "control characters",
                          "the request not named after it");
    else
        id = value;
}

// Of a field that was added.
void note(Decoding& in, Role role, std::string_view map, const Entry& entry,
          std::string_view value) {
    switch (role) {
        case Role::host:
            in.host = value;
            return;
        case Role::trace_id:
            return note_id(in, in.trace_id, map, entry, value);
        case Role::vercel_id:
            if (in.out.format == Format::vercel) note_id(in, in.vercel_id, map, entry, value);
            return;
        case Role::forwarded_proto:
            if (!in.forwarded_proto.data()) in.forwarded_proto = value;
            return;
        case Role::forwarded_port:
            return note_port(in, value);
        default:
            return;
    }
}

}  // namespace

void add_header(Decoding& in, std::string_view map, const Entry& entry, std::string_view value,
                bool is_alone) {
    const Role role = role_of(entry.key);
    try {
        if (role != Role::ordinary && !admit(in, role, map, entry, value, is_alone)) return;
        in.spend(entry.key.size() + value.size() + ByteBudget::field, map, entry);
        in.request().headers.add(entry.key, value);
        if (role != Role::ordinary) note(in, role, map, entry, value);
    } catch (const std::invalid_argument&) {
        std::string_view rule = is_token(entry.key)
                                    ? "a header value has no CR, LF or NUL (RFC 9110 section 5.5)"
                                    : "the name of a header is a token (RFC 9110 section 5.1)";
        in.refuse_or_note(entry.value, member_of(map, entry), rule, "dropped");
    }
}

void add_headers(Decoding& in, Member member, MapForm form) {
    if (!in.is_object(member)) return;
    auto entries = in.event.entries(member);
    reserve(in.request().headers, entries);
    for (const Entry& entry : entries)
        add_entry(in, member, entry, form);
}

void add_merged_headers(Decoding& in, Member single, Member multi) {
    bool has_multi = in.is_object(multi);
    if (!has_multi || in.event.entries(multi).size() == 0) {
        add_headers(in, single, MapForm::strings);
        return;
    }
    add_headers(in, multi, MapForm::lists);
    if (!in.is_object(single)) return;
    EntryNames<FieldRule> added(in.event.entries(multi));
    for (const Entry& entry : in.event.entries(single)) {
        const std::string_view key = entry.key;
        if (!added.has(key))
            add_entry(in, single, entry, MapForm::strings);
        else if (entry.value.listed && !in.options.lenient)
            in.refuse(entry.value, member_of(name(single), key),
                      "expected a string, found an array");
        else if (!entry.value.is_string() && !in.options.lenient)
            in.refuse_kind(entry.value, member_of(name(single), key), "a string");
    }
}

void set_cookies(Decoding& in) {
    const Value& list = in.event[Member::cookies];
    if (!list.given()) return;
    std::string joined;
    if (list.kind != Kind::array) {
        in.refuse_or_note(list, name(Member::cookies), "expected an array of strings",
                          "taken for its only element");
        joined = in.text(Member::cookies);
    }
    for (const Entry& entry : in.event.entries(Member::cookies)) {
        std::string_view cookie = entry.value.text;
        if (!entry.value.is_string()) {
            const std::string member = member_of(name(Member::cookies), entry);
            if (!entry.value.given() && !in.options.lenient)
                in.refuse_kind(entry.value, member, "a string");
            cookie = in.text(entry.value, member);
        }
        if (cookie.empty()) continue;
        if (!joined.empty()) joined += "; ";
        joined += cookie;
    }
    if (joined.empty()) return;
    if (!is_field_value(joined))
        in.refuse_or_note(list, name(Member::cookies), "a cookie has no CR, LF or NUL", "dropped");
    else
        in.request().headers.set("cookie", joined);
}

void set_body(Decoding& in, const Value& body, std::string_view member, bool is_base64) {
    drop_nominated(in);
    std::string_view text;
    bool is_tree = body.kind == Kind::object || body.kind == Kind::array;
    if (is_tree && in.options.lenient) {
        in.note(member, "expected a string, found " + std::string(article_name(body.kind)) +
                            "; its JSON taken for the body");
        text = in.event.raw(body);
        is_base64 = false;
    } else {
        text = in.text(body, member);
    }
    std::string bytes;
    if (is_base64 && !base64_decode_to(bytes, text)) {
        Value at = body;
        at.begin += bad_base64(text, body);
        in.refuse_or_note(at, member, "expected base64 with padding (RFC 4648 section 4)",
                          "taken for text");
        is_base64 = false;
    }
    if (!is_base64) bytes = text;
    set_content_length(in, bytes.size());
    in.request().body = Body(std::move(bytes));
}

void set_origin(Decoding& in, const Origin& origin) {
    Request& request = in.request();
    const Headers& headers = request.headers;

    request.url.host = in.host.data() ? in.host : origin.domain_name;
    std::string_view scheme = origin.is_forwarded ? in.forwarded_proto : std::string_view();
    request.url.scheme = iequals(scheme, "http")    ? std::string_view("http")
                         : iequals(scheme, "https") ? std::string_view("https")
                                                    : origin.scheme;
    if (origin.is_forwarded) request.url.port = in.forwarded_port;
    if (!origin.protocol.empty()) request.protocol = origin.protocol;

    std::string_view source_ip = origin.source_ip;
    if (source_ip.empty())
        source_ip = forwarded_client(headers, in.options.client_is_last_forwarded);
    request.remote_address = source_ip;
}

void set_context_header(Decoding& in, std::string_view context) {
    if (context.empty()) return;
    // Some of the context is the client's own text, and a header of it must not end early.
    std::string value;
    value.reserve(context.size());
    for (char c : context)
        if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) value += c;
    in.request().headers.set("x-amzn-request-context", value);
}

}  // namespace turngate::events
