// The header fields of a reply as a source may have them: sanitised, and grouped by name.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <turngate/events/format.h>
#include <turngate/http/headers.h>
#include <turngate/http/response.h>

namespace turngate::events {

// Views into a response's headers, which must not change meanwhile.
struct FieldView {
    std::string_view name;
    std::string_view value;
};
using Fields = std::vector<FieldView>;

// The fields of `response` that may go out in `format`: not those that belong to one connection
// (RFC 9110 section 7.6.1, the ones that Connection names too), nor those the source refuses or
// computes itself.
Fields reply_fields(const Response& response, Format format);

// Calls visit(std::span<const FieldView>) for each name, ignoring case, in order of its first
// field.
template <class Visit>
void for_each_name(const Fields& fields, Visit&& visit) {
    Fields group;
    if (fields.size() <= 64) {  // the common case: no map, one bit a field
        std::uint64_t done = 0;
        for (std::size_t i = 0; i < fields.size(); ++i) {
            if (done >> i & 1) continue;
            group.assign(1, fields[i]);
            for (std::size_t j = i + 1; j < fields.size(); ++j) {
                if (!iequals(fields[i].name, fields[j].name)) continue;
                done |= std::uint64_t{1} << j;
                group.push_back(fields[j]);
            }
            visit(std::span<const FieldView>(group));
        }
        return;
    }
    std::map<std::string, std::size_t> index;
    std::vector<Fields> groups;
    for (const FieldView& field : fields) {
        auto [at, is_new] = index.try_emplace(lower_case(field.name), groups.size());
        if (is_new) groups.emplace_back();
        groups[at->second].push_back(field);
    }
    for (const Fields& same : groups)
        visit(std::span<const FieldView>(same));
}

}  // namespace turngate::events
