// One event on its way to a request: typed access to its members, strict or lenient.
#pragma once

#include <string>
#include <string_view>

#include "envelope.h"
#include <turngate/events/decode.h>
#include <turngate/events/invocation.h>

namespace turngate::events {

// What every decoder works on. A member of the wrong type is an error when strict; when lenient it
// is repaired and noted, or passed over and noted.
class Decoding {
  public:
    // `inside` names the member whose text `from` is ("body"), for error messages.
    // REQUIRES: all outlive this.
    Decoding(const Envelope& from, const DecodeOptions& how, Event& into,
             std::string_view inside = {})
        : event(from), options(how), out(into), inside_(inside) {}

    const Envelope& event;
    const DecodeOptions& options;
    Event& out;

    Request& request() const noexcept { return out.request; }

    // A string member; empty if it is absent or null.
    std::string_view text(Member member) { return text(event[member], name(member)); }
    std::string_view text(const Value& value, std::string_view member);

    // The same of something that ends up in variables, logs and headers: controls are refused.
    std::string_view word(Member member) { return word(event[member], name(member)); }
    std::string_view word(const Value& value, std::string_view member);

    // A boolean member; false if it is absent or null.
    bool flag(Member member);

    // False, and an error or a note, if the member is given but not an object.
    bool is_object(Member member);

    // The method: a token, in upper case.
    void set_method(const Value& value, std::string_view member);
    void set_method(Member member) { set_method(event[member], name(member)); }

    // Throws JsonError when strict, else notes "`member`: `rule`; `repair`".
    void refuse_or_note(const Value& value, std::string_view member, std::string_view rule,
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

  private:
    std::string full_name(std::string_view member) const;

    std::string_view inside_;
};

}  // namespace turngate::events
