#include <algorithm>

#include <turngate/http/date.h>
#include <turngate/http/field_list.h>
#include <turngate/http/preconditions.h>

namespace turngate {
namespace {

struct EntityTag {
    bool weak = false;
    std::string_view quoted;
};

// Takes an entity tag from the front of `text`; absent if none stands there. A tag may have commas
// in it, so that a list cannot be split at them.
std::optional<EntityTag> take_tag(std::string_view& text) {
    EntityTag tag;
    std::string_view rest = text;
    if (rest.starts_with("W/")) {
        tag.weak = true;
        rest.remove_prefix(2);
    }
    if (!rest.starts_with('"')) return std::nullopt;
    const auto end = rest.find('"', 1);
    if (end == rest.npos) return std::nullopt;
    tag.quoted = rest.substr(0, end + 1);
    const auto is_foreign = [](char c) {
        return static_cast<unsigned char>(c) <= ' ' || c == 0x7f;
    };
    if (std::any_of(tag.quoted.begin(), tag.quoted.end(), is_foreign)) return std::nullopt;
    text = rest.substr(end + 1);
    return tag;
}

enum class Comparison { strong, weak };

bool matches(const EntityTag& tag, const Validators& current, Comparison how) {
    return !current.etag.empty() && tag.quoted == current.etag &&
           (how == Comparison::weak || !tag.weak);
}

// "*" or a list with the current tag in it.
bool lists_current(std::string_view list, const Validators& current, Comparison how) {
    list = trimmed(list);
    if (list == "*") return true;
    bool found = false;
    while (!list.empty()) {
        const auto blank = list.find_first_not_of(" \t,");
        if (blank == list.npos) return found;
        list.remove_prefix(blank);
        const auto tag = take_tag(list);
        if (!tag) return false;
        list = trimmed(list);
        if (!list.empty() && !list.starts_with(',')) return false;
        found = found || matches(*tag, current, how);
    }
    return found;
}

// Absent without the field, or with a date that is none.
std::optional<std::chrono::sys_seconds> date(const Headers& request, std::string_view name) {
    const std::string_view value = request.get(name);
    return value.empty() ? std::nullopt : parse_http_date(value);
}

}  // namespace

Precondition check_preconditions(std::string_view method, const Headers& request,
                                 const Validators& current) {
    const bool is_read = method == "GET" || method == "HEAD";
    if (request.contains("If-Match")) {
        if (!lists_current(request.joined("If-Match"), current, Comparison::strong))
            return Precondition::failed;
    } else if (const auto since = date(request, "If-Unmodified-Since");
               since && current.last_modified && *current.last_modified > *since) {
        return Precondition::failed;
    }
    if (request.contains("If-None-Match")) {
        if (lists_current(request.joined("If-None-Match"), current, Comparison::weak))
            return is_read ? Precondition::not_modified : Precondition::failed;
    } else if (const auto since = date(request, "If-Modified-Since");
               is_read && since && current.last_modified && *current.last_modified <= *since) {
        return Precondition::not_modified;
    }
    return Precondition::holds;
}

bool range_may_apply(const Headers& request, const Validators& current) {
    if (!request.contains("If-Range")) return true;
    std::string_view value = trimmed(request.get("If-Range"));
    if (const auto tag = take_tag(value))
        return value.empty() && matches(*tag, current, Comparison::strong);
    const auto when = parse_http_date(value);
    return when && current.last_modified && *when == *current.last_modified;
}

}  // namespace turngate
