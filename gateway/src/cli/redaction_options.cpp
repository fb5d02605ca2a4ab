// --redact: what is taken out of what is written.
#include "cli/redaction_options.h"

#include <stdexcept>
#include <string>

namespace turngate::cli {

bool is_redaction_rule(std::string_view rule) {
    try {
        recording::RedactionRules().add(rule);
        return true;
    } catch (const std::invalid_argument&) {
        return false;
    }
}

recording::RedactionRules redaction_rules(const Arguments& arguments) {
    recording::RedactionRules rules = recording::RedactionRules::defaults();
    for (const std::string& rule : arguments.all("redact"))
        rules.add(rule);
    return rules;
}

}  // namespace turngate::cli
