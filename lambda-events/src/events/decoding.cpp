// The rules of strict and lenient reading, and the words of their errors.
#include "decoding.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>

#include "client_address.h"
#include "tree.h"

namespace turngate::events {
namespace {

std::string expected_kind(const Value& value, std::string_view expected) {
    return "expected " + std::string(expected) + ", found " + std::string(article_name(value.kind));
}

bool is_control(char c) noexcept {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

}  // namespace

// Eight bytes at a time, as every event has several long words.
bool has_control(std::string_view text) noexcept {
    constexpr std::uint64_t ones = 0x0101010101010101, highs = ones * 0x80;
    while (text.size() >= sizeof ones) {
        std::uint64_t word;
        std::memcpy(&word, text.data(), sizeof word);
        // The top bit of a byte below 0x20, or of 0x7f; of others maybe, next to one of those.
        const std::uint64_t low = (word - ones * 0x20) & ~word;
        const std::uint64_t deleted = word ^ ones * 0x7f;
        if ((low | ((deleted - ones) & ~deleted)) & highs) break;
        text.remove_prefix(sizeof word);
    }
    return std::any_of(text.begin(), text.end(), is_control);
}

void Decoding::refuse_size(std::string_view map, const Entry& entry) const {
    refuse(entry.value, member_of(map, entry), budget.rule("the query and the header fields"));
}

void Decoding::refuse(const Value& value, std::string_view member, std::string_view rule) const {
    event.place().refuse(member, rule, value.begin);
}

void Decoding::refuse_kind(const Value& value, std::string_view member,
                           std::string_view expected) const {
    refuse(value, member, expected_kind(value, expected));
}

void Decoding::refuse_missing(std::string_view member, std::string_view expected) const {
    throw JsonError(event.place().name(member) + ": missing, expected " + std::string(expected));
}

void Decoding::refuse_or_note(const Value& value, std::string_view member, std::string_view rule,
                              std::string_view repair) {
    if (!options.lenient) refuse(value, member, rule);
    note(member, std::string(rule) + "; " + std::string(repair));
}

void Decoding::refuse_or_note_kind(const Value& value, std::string_view member,
                                   std::string_view expected, std::string_view repair) {
    refuse_or_note(value, member, expected_kind(value, expected), repair);
}

void Decoding::note(std::string_view member, std::string_view repair) {
    std::string text = event.place().name(member) + ": " + std::string(repair);
    if (!budget.spend(text.size() + sizeof(std::string)))
        throw JsonError(text + "; no more can be repaired in one event");
    out.repairs.push_back(std::move(text));
}

std::string_view Decoding::text(const Value& value, std::string_view member) {
    if (value.is_string()) return value.text;
    if (!value.given()) return {};
    if (!options.lenient) refuse_kind(value, member, "a string");
    bool scalar = value.kind == Kind::number || value.kind == Kind::boolean;
    note(member, "expected a string, found " + std::string(article_name(value.kind)) +
                     (scalar ? "; taken as it is written" : "; passed over"));
    return scalar ? event.raw(value) : std::string_view();
}

std::string_view Decoding::word(const Value& value, std::string_view member) {
    std::string_view found = text(value, member);
    if (!has_control(found)) return found;
    refuse_or_note(value, member, "control characters", "passed over");
    return {};
}

std::string_view Decoding::domain(const Value& value, std::string_view member) {
    std::string_view found = word(value, member);
    if (host.data() || found.empty() || is_event_host(found)) return found;
    refuse_or_note(value, member, host_rule, "passed over");
    return {};
}

bool Decoding::flag(const Value& value, std::string_view member) {
    if (value.kind == Kind::boolean) return value.boolean;
    if (!value.given()) return false;
    if (!options.lenient) refuse_kind(value, member, "a boolean");
    bool truth = value.text == "true" || value.text == "1";
    note(member, "expected a boolean, found " + std::string(article_name(value.kind)) +
                     (truth ? "; taken for true" : "; taken for false"));
    return truth;
}

bool Decoding::is_object(Member member) {
    const Value& value = event[member];
    if (value.is_object()) return true;
    if (!value.given()) return false;
    if (!options.lenient) refuse_kind(value, name(member), "an object");
    note(name(member),
         "expected an object, found " + std::string(article_name(value.kind)) + "; passed over");
    return false;
}

void Decoding::set_method(const Value& value, std::string_view member) {
    if (value.kind == Kind::null && options.lenient) {
        note(member, "expected a method, found null; taken for GET");
        request().method = "GET";
        return;
    }
    if (value.kind == Kind::absent) refuse_missing(member, "a method");
    if (!value.is_string()) refuse_kind(value, member, "a method");
    if (!is_token(value.text)) refuse(value, member, "a method is a token (RFC 9110 section 9.1)");
    request().method = value.text;
    for (char& c : request().method)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - ('a' - 'A'));
}

void Decoding::attach(Invocation::Parts parts) {
    // The Invocation's accessors must not fail in a handler.
    if (event.is_suspect())
        for (Member member :
             {Member::request_context, Member::path_parameters, Member::stage_variables})
            if (event[member].given()) check_parts(event, event[member], name(member));
    auto fill = [&](std::string_view& part, Member member) {
        if (part.empty()) part = word(member);
    };
    auto fill_json = [&](std::string_view& part, Member member) {
        if (part.empty() && event[member].given()) part = event.raw(event[member]);
    };
    fill_json(parts.request_context, Member::request_context);
    fill_json(parts.path_parameters, Member::path_parameters);
    fill_json(parts.stage_variables, Member::stage_variables);
    fill(parts.request_id, Member::context_request_id);
    fill(parts.stage, Member::context_stage);
    fill(parts.account_id, Member::context_account_id);
    fill(parts.api_id, Member::context_api_id);
    fill(parts.domain_name, Member::context_domain_name);
    if (parts.trace_id.empty()) parts.trace_id = trace_id;
    if (parts.request_id.empty()) parts.request_id = parts.trace_id;
    if (parts.source_ip.empty()) parts.source_ip = request().remote_address;
    request().context.request_id = parts.request_id;
    request().context.put(Invocation(out.format, parts));
}

}  // namespace turngate::events
