// A call without its secrets: before any of it is written or shown.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "record/redaction_rules.h"
#include <turngate/http/request.h>
#include <turngate/http/response.h>

namespace turngate::recording {

// A call as it is to be kept.
struct RedactedCall {
    std::string body;                      // of the request
    std::vector<std::string> ignore = {};  // JSON pointers to what the reply lacks now
    Secrets secrets = {};                  // what was looked for everywhere
    std::vector<std::string> named = {};   // the pointers of rules that there was something at
};

// Takes out of both what `rules` name, and the values that were taken out wherever else they
// stand, if they have 8 bytes or more: other header fields, the query, a body, of the path a secret
// of 16 bytes. In the reply, where a mistake costs a comparison and no more, also what a handler
// makes of short ones: a whole JSON string, "name=value" of a cookie. Bodies are searched under
// gzip and deflate too.
//
// What rules name in the request, and its values elsewhere in it, have `in_place` in their place: a
// placeholder (see replay/placeholders.h), or `redacted`. For parts of a value, and for other
// spellings of it where none is filled in, `redacted` stands.
//
// Throws Error where a body cannot be searched for what a rule names: nothing of the call may be
// written then.
RedactedCall redact(Request& request, std::string body, Response& reply,
                    const RedactionRules& rules, std::string_view in_place = redacted);

}  // namespace turngate::recording
