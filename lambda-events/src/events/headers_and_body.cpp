// Header fields, cookies and body of a request from the members of an event.
#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <string>

#include "request_parts.h"
#include <turngate/http/encoding.h>
#include <turngate/http/field_list.h>

namespace turngate::events {
namespace {

// Fields of the connection to the gateway (RFC 9110 section 7.6.1), and those by which this program
// tells a back end what it knows: a client that sends them lies.
bool is_dropped(std::string_view name) noexcept {
    auto is = [&](std::string_view other) { return iequals(name, other); };
    constexpr std::string_view vercel = "x-vercel-internal-";
    if (name.size() >= vercel.size() && iequals(name.substr(0, vercel.size()), vercel)) return true;
    switch (name.size()) {
        case 2:
            return is("te");
        case 7:
            return is("trailer") || is("upgrade");
        case 10:
            return is("connection") || is("keep-alive");
        case 15:
            return is("x-amz-tenant-id");
        case 16:
            return is("proxy-connection");
        case 17:
            return is("transfer-encoding");
        case 21:
            return is("x-amzn-lambda-context");
        case 22:
            return is("x-amzn-request-context");
        default:
            return false;
    }
}

std::string member_of(Member map, const Entry& entry) {
    return std::string(name(map)) + '.' + std::string(entry.key);
}

void add_entry(Decoding& in, Member map, const Entry& entry, MapForm form) {
    const Value& value = entry.value;
    if (value.is_string() && (form == MapForm::both || value.listed == (form == MapForm::lists))) {
        add_header(in, name(map), entry, value.text);
        return;
    }
    if (value.kind == Kind::absent && form != MapForm::strings) return;  // an empty list
    // It is counted anew from the body, so that its type does not matter; test events have numbers.
    if (value.kind == Kind::number && iequals(entry.key, "content-length")) return;
    std::string member = member_of(map, entry);
    if (form == MapForm::lists && !value.listed)
        in.refuse_or_note(value, member, "expected an array of strings",
                          "taken for its only element");
    else if (form == MapForm::strings && value.listed)
        in.refuse_or_note(value, member, "expected a string, found an array",
                          "all of its elements taken");
    if (value.kind == Kind::absent) return;
    if (value.kind == Kind::null)
        in.refuse_or_note(value, member, "expected a string, found null", "dropped");
    else if (std::string_view text = in.text(value, member); !value.is_string() && text.empty())
        return;  // an object: noted and dropped
    else
        add_header(in, name(map), entry, text);
}

char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

bool less_ignoring_case(std::string_view a, std::string_view b) noexcept {
    return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(),
                                        [](char x, char y) { return lower(x) < lower(y); });
}

// The names that a map has, for many lookups. Both maps of an event have the same names in the same
// order as a rule, so the next one is tried first.
class FieldNames {
  public:
    explicit FieldNames(Envelope::Entries entries) : entries_(entries), next_(entries.begin()) {}

    bool has(std::string_view name) {
        if (next_ != entries_.end() && (next_->key == name || iequals(next_->key, name))) {
            const char* key = next_->key.data();
            while (next_ != entries_.end() && next_->key.data() == key)
                ++next_;
            return true;
        }
        if (sorted_.empty()) {
            for (const Entry& entry : entries_)
                sorted_.push_back(entry.key);
            std::sort(sorted_.begin(), sorted_.end(), less_ignoring_case);
        }
        return std::binary_search(sorted_.begin(), sorted_.end(), name, less_ignoring_case);
    }

  private:
    Envelope::Entries entries_;
    const Entry* next_;
    std::vector<std::string_view> sorted_;
};

void reserve(Headers& headers, Envelope::Entries entries) {
    std::size_t bytes = 64;
    for (const Entry& entry : entries)
        bytes += entry.key.size() + entry.value.text.size();
    headers.reserve(bytes, entries.size() + 3);
}

void set_content_length(Headers& headers, std::size_t size) {
    std::string_view declared = headers.get("content-length");
    if (size == 0 && declared.empty()) return;
    char digits[20];
    auto end = std::to_chars(digits, digits + sizeof digits, size).ptr;
    std::string_view actual(digits, static_cast<std::size_t>(end - digits));
    if (declared != actual) headers.set("content-length", actual);
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

// A request has one Host and one Content-Length (RFC 9112 sections 3.2 and 6.3), or two readers of
// it see two sites or two requests. The length is the body's own by now.
void check_single_fields(Decoding& in) {
    Headers& headers = in.request().headers;
    std::size_t hosts = 0, lengths = 0;
    for (const auto& field : headers) {
        hosts += field.name.size() == 4 && iequals(field.name, "host");
        lengths += field.name.size() == 14 && iequals(field.name, "content-length");
    }
    if (lengths > 1) headers.set("content-length", std::string(headers.get("content-length")));
    if (hosts < 2) return;
    in.refuse_or_note(in.event[Member::headers], "headers.host", "stands more than once",
                      "the first one taken");
    headers.set("host", std::string(headers.get("host")));
}

// "203.0.113.7:5432" and "[2001:db8::1]:443" without the port.
std::string_view without_port(std::string_view address) {
    if (address.starts_with('[')) {
        auto end = address.find(']');
        if (end != std::string_view::npos) return address.substr(1, end - 1);
    }
    auto colon = address.find(':');
    bool only_one = colon != std::string_view::npos && colon == address.rfind(':');
    return only_one ? address.substr(0, colon) : address;
}

}  // namespace

void add_header(Decoding& in, std::string_view map, const Entry& entry, std::string_view value) {
    if (is_dropped(entry.key)) return;
    try {
        in.request().headers.add(entry.key, value);
    } catch (const std::invalid_argument&) {
        std::string_view rule = is_token(entry.key)
                                    ? "a header value has no CR, LF or NUL (RFC 9110 section 5.5)"
                                    : "the name of a header is a token (RFC 9110 section 5.1)";
        in.refuse_or_note(entry.value, std::string(map) + '.' + std::string(entry.key), rule,
                          "dropped");
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
    FieldNames added(in.event.entries(multi));
    for (const Entry& entry : in.event.entries(single)) {
        bool is_right = entry.value.is_string() && !entry.value.listed;
        if (!added.has(entry.key))
            add_entry(in, single, entry, MapForm::strings);
        else if (!is_right && !in.options.lenient)
            in.refuse_kind(entry.value, member_of(single, entry), "a string");
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
        std::string_view cookie = in.text(entry.value, "cookies[]");
        if (!entry.value.given() && !in.options.lenient)
            in.refuse_kind(entry.value, "cookies[]", "a string");
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
    set_content_length(in.request().headers, bytes.size());
    in.request().body = Body(std::move(bytes));
}

void set_origin(Decoding& in, const Origin& origin) {
    Request& request = in.request();
    const Headers& headers = request.headers;

    check_single_fields(in);
    request.url.host = headers.get("host", origin.domain_name);
    std::string_view scheme = headers.get("x-forwarded-proto");
    request.url.scheme = iequals(scheme, "http")    ? std::string_view("http")
                         : iequals(scheme, "https") ? std::string_view("https")
                                                    : origin.scheme;
    if (!origin.protocol.empty()) request.protocol = origin.protocol;

    std::string_view source_ip = origin.source_ip;
    if (source_ip.empty()) {
        std::string_view forwarded = headers.get("x-forwarded-for");
        auto comma =
            in.options.client_is_last_forwarded ? forwarded.rfind(',') : forwarded.find(',');
        if (in.options.client_is_last_forwarded)
            source_ip = comma == std::string_view::npos ? forwarded : forwarded.substr(comma + 1);
        else
            source_ip = forwarded.substr(0, comma);
        source_ip = without_port(trimmed(source_ip));
        if (source_ip.find_first_not_of("0123456789abcdefABCDEF.:%") != std::string_view::npos)
            source_ip = {};  // "unknown", or what a client made up
    }
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
