// --redact: what is taken out of what is written, for the commands that do.
#pragma once

#include <string_view>

#include "cli/arguments.h"
#include "cli/option.h"
#include "record/redaction_rules.h"

namespace turngate::cli {

bool is_redaction_rule(std::string_view rule);

// To be listed in a command's table.
constexpr Option redact_option = {
    .name = "redact",
    .value = "RULE",
    .help =
        "take this out of what is written, besides the credentials listed above: NAME of a "
        "header, query:NAME, cookie:NAME, form:NAME, /body/json/pointer, /body; !RULE takes a "
        "rule back, !* all",
    .kind = Value::text,
    .valid = is_redaction_rule,
    .rule = "NAME, query:NAME, cookie:NAME, form:NAME, a JSON pointer into a body, or !RULE",
    .repeatable = true};

// The defaults and what --redact says.
recording::RedactionRules redaction_rules(const Arguments& arguments);

}  // namespace turngate::cli
