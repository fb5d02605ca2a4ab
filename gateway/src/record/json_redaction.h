// JSON text with values taken out of it, and every other byte as it stood.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "record/secrets.h"
#include "replay/ignore.h"

namespace turngate::recording {

// Values of a JSON text, by a pointer whose "*" is any member or item.
struct PointerRule {
    std::string pointer;
    replay::IgnoreRules values;
};

struct RedactedJson {
    std::string text;
    std::vector<std::string> pointers = {};  // where something was taken out, rules as they stood
    std::vector<std::string> named = {};     // the pointers of rules that there is something at
    std::vector<std::string> values = {};    // what was taken out by the rules
    bool is_changed = false;
};

// What stands in the place of a string at `path`, if something is to.
using InPlace = std::function<std::optional<std::string>(
    const std::vector<replay::PathSegment>& path, std::string_view value)>;

// Takes out the values that `rules` name, and `secrets` wherever they stand: in strings, numbers
// and the names of members; `in_place`, if it is given, has the first word on strings. `word`
// stands in the place of values and secrets, as `redacted` does else. Absent if `text` is not JSON.
// Of any depth; a member that is given twice is taken out twice.
std::optional<RedactedJson> redact_json(std::string_view text,
                                        const std::vector<PointerRule>& rules,
                                        const Secrets& secrets, const InPlace& in_place = {},
                                        std::string_view word = redacted);

}  // namespace turngate::recording
