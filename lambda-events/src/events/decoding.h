// One event on its way to a request: typed access to its members, strict or lenient.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "byte_budget.h"
#include "envelope.h"
#include <turngate/events/decode.h>
#include <turngate/events/invocation.h>

namespace turngate::events {

bool has_control(std::string_view text) noexcept;

// What every decoder works on. A member of the wrong type is an error when strict; when lenient it
// is repaired and noted, or passed over and noted.
class Decoding {
  public:
    // REQUIRES: all outlive this.
    Decoding(const Envelope& from, const DecodeOptions& how, Event& into)
        : event(from), options(how), out(into), budget(from.text().size()) {}

    const Envelope& event;
    const DecodeOptions& options;
    Event& out;
    ByteBudget budget;  // of query and header fields

    // Noted while header fields were added, so that nobody looks for them again. A view is null if
    // there was no such field, and of the first one if there were several.
    std::string_view host = {};
    std::string_view trace_id = {};         // X-Amzn-Trace-Id
    std::string_view vercel_id = {};        // X-Vercel-Id, of an event of Vercel's
    std::string_view forwarded_proto = {};  // X-Forwarded-Proto
    std::uint16_t forwarded_port = 0;       // X-Forwarded-Port, the last that is a port
    bool has_content_length = false;
    std::uint32_t spelled = 0;  // add_header()'s: what stood alone in its map
    Headers connection = {};    // the Connection fields, which are not passed on themselves

    Request& request() const noexcept { return out.request; }

    // A string member; empty if it is absent or null.
    std::string_view text(Member member) { return text(event[member], name(member)); }
    std::string_view text(const Value& value, std::string_view member);

    // The same of something that ends up in variables, logs and headers: controls are refused.
    std::string_view word(Member member) { return word(event[member], name(member)); }
    std::string_view word(const Value& value, std::string_view member);

    // The same of what becomes the request's host if no Host field did: then it is one.
    std::string_view domain(Member member) { return domain(event[member], name(member)); }
    std::string_view domain(const Value& value, std::string_view member);

    static constexpr std::string_view host_rule =
        "expected a name or an address, perhaps with a port (RFC 9112 section 3.2)";

    // A boolean member; false if it is absent or null.
    bool flag(Member member) { return flag(event[member], name(member)); }
    bool flag(const Value& value, std::string_view member);

    // False, and an error or a note, if the member is given but not an object.
    bool is_object(Member member);

    // The method: a token, in upper case.
    void set_method(const Value& value, std::string_view member);
    void set_method(Member member) { set_method(event[member], name(member)); }

    // Counts what was built of an element of `map`. Throws JsonError, strict or lenient, when it is
    // too much.
    void spend(std::size_t bytes, std::string_view map, const Entry& entry) {
        if (!budget.spend(bytes)) refuse_size(map, entry);
    }
    [[noreturn]] void refuse_size(std::string_view map, const Entry& entry) const;

    // Throws JsonError when strict, else notes "`member`: `rule`; `repair`".
    void refuse_or_note(const Value& value, std::string_view member, std::string_view rule,
                        std::string_view repair);

    // The same with "expected `expected`, found ..." for the rule.
    void refuse_or_note_kind(const Value& value, std::string_view member, std::string_view expected,
                             std::string_view repair);

    void note(std::string_view member, std::string_view repair);

    [[noreturn]] void refuse(const Value& value, std::string_view member,
                             std::string_view rule) const;
    [[noreturn]] void refuse_missing(std::string_view member, std::string_view expected) const;
    [[noreturn]] void refuse_kind(const Value& value, std::string_view member,
                                  std::string_view expected) const;

    // Attaches the Invocation and names the request. Where `parts` are empty they are taken from
    // the members that most events have.
    void attach(Invocation::Parts parts = {});
};

}  // namespace turngate::events
