// RFC 9112 sections 3.2, 6 and 9.3, always by the strictest reading: where two readings exist, two
// parsers in a row will take one each.
#include "framing.h"

#include <algorithm>
#include <charconv>
#include <string_view>

#include <turngate/http/field_list.h>
#include <turngate/http/url.h>

namespace turngate::http1 {
namespace {

// The fields that decide, found in one pass.
struct Found {
    std::size_t hosts = 0;
    std::size_t lengths = 0;
    std::size_t encodings = 0;
    std::string_view host;
    std::string_view length;
    std::string_view encoding;
    bool close = false;
    bool keep_alive = false;
    bool expects_continue = false;
    bool expects_other = false;
};

// Calls `member` for each member of a comma-separated list, without blanks around it.
template <class F>
void for_each_member(std::string_view list, F member) {
    while (!list.empty()) {
        const std::string_view element = take_element(list);
        if (!element.empty()) member(element);
    }
}

Found find(const Headers& headers) {
    Found found;
    for (const auto& field : headers) {
        if (iequals(field.name, "host")) {
            ++found.hosts;
            found.host = field.value;
        } else if (iequals(field.name, "content-length")) {
            ++found.lengths;
            found.length = field.value;
        } else if (iequals(field.name, "transfer-encoding")) {
            ++found.encodings;
            found.encoding = field.value;
        } else if (iequals(field.name, "connection")) {
            for_each_member(field.value, [&](std::string_view option) {
                found.close |= iequals(option, "close");
                found.keep_alive |= iequals(option, "keep-alive");
            });
        } else if (iequals(field.name, "expect")) {
            for_each_member(field.value, [&](std::string_view expectation) {
                (iequals(expectation, "100-continue") ? found.expects_continue
                                                      : found.expects_other) = true;
            });
        }
    }
    return found;
}

bool keeps_alive(const Found& found, Version version) {
    return !found.close && (version == Version::http11 || found.keep_alive);
}

// What the message declares, if it declares anything; refused unless that has one reading.
std::optional<HeadError> declared(const Found& found, Version version, Framing& framing) {
    if (found.encodings > 0) {
        if (version == Version::http10)
            return HeadError{400, "Transfer-Encoding does not exist in HTTP/1.0"};
        if (found.lengths > 0)
            return HeadError{400, "a message has both Content-Length and Transfer-Encoding"};
        if (found.encodings > 1) return HeadError{400, "there is more than one Transfer-Encoding"};
        if (!iequals(found.encoding, "chunked"))
            return HeadError{is_token(found.encoding) ? 501 : 400,
                             "the only Transfer-Encoding is \"chunked\""};
        framing = {Framing::Kind::chunked};
        return std::nullopt;
    }
    if (found.lengths == 0) return std::nullopt;
    if (found.lengths > 1) return HeadError{400, "there is more than one Content-Length"};
    const char *first = found.length.data(), *last = first + found.length.size();
    if (found.length.empty() ||
        found.length.find_first_not_of("0123456789") != std::string_view::npos)
        return HeadError{400, "Content-Length is not a number in decimal digits"};
    framing.kind = Framing::Kind::length;
    if (std::from_chars(first, last, framing.length).ec != std::errc())
        return HeadError{413, "Content-Length has no place in 64 bits"};
    return std::nullopt;
}

}  // namespace

std::optional<HeadError> judge(RequestHead& head, const Limits& limits) {
    const Found found = find(head.headers);
    if (found.hosts > 1) return HeadError{400, "there is more than one Host"};
    if (found.hosts == 0 && head.version == Version::http11)
        return HeadError{400, "a request of HTTP/1.1 has a Host"};
    if (found.hosts == 1 && !is_host(found.host))
        return HeadError{400, "Host is not a name or an address with an optional port"};
    if (auto error = declared(found, head.version, head.framing)) return error;
    if (head.framing.length > limits.body)
        return HeadError{
            413, "the request body is larger than " + std::to_string(limits.body) + " bytes"};
    head.keep_alive = keeps_alive(found, head.version);
    if (head.version == Version::http11) {
        if (found.expects_other) return HeadError{417, "the only Expect is \"100-continue\""};
        head.expects_continue = found.expects_continue;
    }
    return std::nullopt;
}

std::optional<HeadError> judge(ReplyHead& head, bool to_head_request) {
    const Found found = find(head.headers);
    Framing framing{Framing::Kind::until_close};
    if (auto error = declared(found, head.version, framing))
        return HeadError{502, std::move(error->message)};
    // RFC 9112 section 6.3, rule 1: these end with their head, whatever they declare.
    if (to_head_request || head.status < 200 || head.status == 204 || head.status == 304)
        framing = {Framing::Kind::none};
    head.framing = framing;
    head.keep_alive =
        keeps_alive(found, head.version) && framing.kind != Framing::Kind::until_close;
    return std::nullopt;
}

}  // namespace turngate::http1
