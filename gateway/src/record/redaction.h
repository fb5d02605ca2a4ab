// A call without its secrets: before any of it is written or shown.
#pragma once

#include <string>
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
};

// Takes out of both what `rules` name, and the values that were taken out wherever else they
// stand, if they have 8 bytes or more: other header fields, the query, a body, of the path a secret
// of 16 bytes. In the reply, where a mistake costs a comparison and no more, also what a handler
// makes of short ones: a whole JSON string, "name=value" of a cookie. Bodies are searched under
// gzip and deflate too.
//
// Throws Error where a body cannot be searched for what a rule names: nothing of the call may be
// written then.
RedactedCall redact(Request& request, std::string body, Response& reply,
                    const RedactionRules& rules);

}  // namespace turngate::recording
