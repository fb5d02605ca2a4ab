// A saved event without its secrets.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "record/redaction_rules.h"
#include "replay/golden.h"
#include <turngate/events/decode.h>

namespace turngate::recording {

// What is to be taken out, and what is to stand in its place: a placeholder that a replay fills
// in, see replay/placeholders.h, or `redacted`.
struct RedactionStep {
    RedactionRules rules;
    std::string in_place;
};

struct RedactedEvent {
    std::string event;  // the text, every other byte as it stood
    // With raw there are no header fields and no query: what is taken out is named by pointers.
    events::Format format = events::Format::raw;
    std::optional<std::string> reply = {};  // the expected reply anew; absent: nothing was in it
    std::vector<std::string> named = {};    // the pointers of rules that there was something at
};

// Takes out of an event, and of the reply that is expected to it (null: none), what redact() takes
// out of such a call, a step after the other; of the reply with no placeholder, for it is ignored.
// The event brings the redacted request afterwards, and nothing else: what cannot be taken out of
// it without changing more is an Error, and so is a secret in a reply that does not say all of
// status, headers and body, or whose body stands in another file. The kind of its body (JSON, text,
// base64) stays.
//
// Throws Error, for an event that cannot be decoded as decode() does.
RedactedEvent redact_event(std::string_view text, events::DecodeOptions how,
                           std::span<const RedactionStep> steps, const replay::Golden* expected);

}  // namespace turngate::recording
