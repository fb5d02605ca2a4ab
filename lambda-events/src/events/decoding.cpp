// The rules of strict and lenient reading, and the words of their errors.
#include "decoding.h"

#include <algorithm>

namespace turngate::events {

std::string Decoding::full_name(std::string_view member) const {
    return inside_.empty() ? printable(member) : std::string(inside_) + '.' + printable(member);
}

void Decoding::refuse(const Value& value, std::string_view member, std::string_view rule) const {
    std::string message = full_name(member) + ": " + std::string(rule);
    message += " (byte " + std::to_string(value.begin);
    if (!inside_.empty()) message += " of " + std::string(inside_);
    throw JsonError(message + ")");
}

void Decoding::refuse_kind(const Value& value, std::string_view member,
                           std::string_view expected) const {
    refuse(value, member,
           "expected " + std::string(expected) + ", found " +
               std::string(article_name(value.listed ? Kind::array : value.kind)));
}

void Decoding::refuse_missing(std::string_view member, std::string_view expected) const {
    throw JsonError(full_name(member) + ": missing, expected " + std::string(expected));
}

void Decoding::refuse_or_note(const Value& value, std::string_view member, std::string_view rule,
                              std::string_view repair) {
    if (!options.lenient) refuse(value, member, rule);
    note(member, std::string(rule) + "; " + std::string(repair));
}

void Decoding::note(std::string_view member, std::string_view repair) {
    out.repairs.push_back(full_name(member) + ": " + std::string(repair));
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
    bool is_clean = std::none_of(found.begin(), found.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    });
    if (is_clean) return found;
    refuse_or_note(value, member, "control characters", "passed over");
    return {};
}

bool Decoding::flag(Member member) {
    const Value& value = event[member];
    if (value.kind == Kind::boolean) return value.boolean;
    if (!value.given()) return false;
    if (!options.lenient) refuse_kind(value, name(member), "a boolean");
    bool truth = value.text == "true" || value.text == "1";
    note(name(member), "expected a boolean, found " + std::string(article_name(value.kind)) +
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
    if (parts.trace_id.empty()) parts.trace_id = request().headers.get("x-amzn-trace-id");
    if (parts.request_id.empty()) parts.request_id = parts.trace_id;
    if (parts.source_ip.empty()) parts.source_ip = request().remote_address;
    request().context.request_id = parts.request_id;
    request().context.put(Invocation(out.format, parts));
}

}  // namespace turngate::events
