// The URL of a request from the members of an event. Nothing is encoded twice.
#include <algorithm>
#include <string>

#include "entry_names.h"
#include "request_parts.h"
#include <turngate/http/encoding.h>

namespace turngate::events {
namespace {

// CR, LF and NUL never get past here. Other controls only if the source decodes paths.
bool is_refused(char c, PathForm form) {
    auto byte = static_cast<unsigned char>(c);
    if (form == PathForm::decoded) return byte == '\r' || byte == '\n' || byte == 0;
    return byte < 0x20 || byte == 0x7f;
}

void append_escaped(std::string& query, std::string_view part, QueryForm form, bool is_name) {
    if (form == QueryForm::decoded) {
        query += percent_encode(part);
        return;
    }
    // What would end the name or the value cannot have been literal in the client's query.
    std::string_view separators = is_name ? "&=#" : "&#";
    while (true) {
        auto at = std::min(part.find_first_of(separators), part.size());
        query += percent_escape_query(part.substr(0, at));
        if (at == part.size()) return;
        query += percent_encode(part.substr(at, 1));
        part.remove_prefix(at + 1);
    }
}

class QueryBuilder {
  public:
    QueryBuilder(Decoding& in, QueryForm form) : in_(in), form_(form) {}

    void add(Member map, const Entry& entry) {
        const Value& value = entry.value;
        if (value.kind == Kind::absent) return;  // an empty list
        std::string& query = in_.request().url.query;
        std::string_view text;
        if (value.kind != Kind::null) {
            if (!value.is_string() && !in_.options.lenient)
                in_.refuse_kind(value, member_of(name(map), entry), "a string");
            text = value.is_string() ? value.text : in_.text(value, member_of(name(map), entry));
        }
        const std::size_t before = query.size();
        if (!query.empty()) query += '&';
        append_escaped(query, entry.key, form_, true);
        if (value.kind != Kind::null) {
            query += '=';
            append_escaped(query, text, form_, false);
        }
        in_.spend(query.size() - before, name(map), entry);
    }

  private:
    Decoding& in_;
    QueryForm form_;
};

struct ParameterRule {
    static bool is_same(std::string_view a, std::string_view b) noexcept { return a == b; }
    static bool is_less(std::string_view a, std::string_view b) noexcept { return a < b; }
    static bool counts(const Value& value) noexcept {
        return value.kind != Kind::absent;  // of an empty list
    }
};

}  // namespace

void set_path(Decoding& in, const Value& value, std::string_view member, PathForm form) {
    Url& url = in.request().url;
    if (value.kind == Kind::absent) {
        if (!in.options.lenient) in.refuse_missing(member, "a path");
        in.note(member, "missing; taken for \"/\"");
    } else if (value.kind == Kind::null && !in.options.lenient) {
        in.refuse_kind(value, member, "a path");
    }
    std::string_view path = in.text(value, member);
    if (std::any_of(path.begin(), path.end(), [&](char c) { return is_refused(c, form); }))
        in.refuse_or_note(value, member, "a path has no control characters", "escaped");
    if (form == PathForm::target) {
        auto mark = path.find('?');
        if (mark != std::string_view::npos) {
            url.query = percent_escape_query(path.substr(mark + 1));
            path = path.substr(0, mark);
        }
    }
    if (path == "*" && in.request().method == "OPTIONS") {
        url.path = '*';
        return;
    }
    url.path = percent_escape_path(path);
    if (!url.path.starts_with('/')) url.path.insert(url.path.begin(), '/');
}

void set_query(Decoding& in, Member single, Member multi, QueryForm form, MapForm single_form) {
    bool has_single = in.is_object(single);
    bool has_multi = in.is_object(multi);
    QueryBuilder query(in, form);
    if (has_multi) {
        for (const Entry& entry : in.event.entries(multi)) {
            if (!entry.value.listed)
                in.refuse_or_note(entry.value, member_of(name(multi), entry),
                                  "expected an array of strings", "taken for its only element");
            query.add(multi, entry);
        }
    }
    if (!has_single) return;
    EntryNames<ParameterRule> added(has_multi ? in.event.entries(multi)
                                              : Envelope::Entries{nullptr, nullptr});
    for (const Entry& entry : in.event.entries(single)) {
        if (added.has(entry.key)) continue;
        if (entry.value.listed && single_form == MapForm::strings)
            in.refuse_or_note(entry.value, member_of(name(single), entry.key),
                              "expected a string, found an array", "all of its elements taken");
        query.add(single, entry);
    }
}

void set_raw_query(Decoding& in, Member member) {
    std::string_view query = in.text(member);
    in.request().url.query = percent_escape_query(query);
}

}  // namespace turngate::events
