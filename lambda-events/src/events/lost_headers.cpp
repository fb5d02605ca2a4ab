// The header fields of a request behind an event, name by name: what the documented losses make of
// the fields that were sent, against those that arrived.
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "findings.h"
#include "loss.h"
#include "reply_fields.h"
#include <turngate/http/encoding.h>
#include <turngate/http/field_list.h>
#include <turngate/http/nominated_fields.h>
#include <turngate/json/json.h>

namespace turngate::events {
namespace {

using Values = std::vector<std::string>;

// The fields of each name, sorted by their names in lower case; those of one name in their order.
struct NamedValues {
    std::string name;
    std::string spelling;
    Values values;
};

std::vector<NamedValues> grouped(const Headers& headers) {
    struct Field {
        std::string name;
        FieldView field;
    };
    std::vector<Field> fields;
    for (const auto& [name, value] : headers)
        fields.push_back({lower_case(name), {name, value}});
    std::stable_sort(fields.begin(), fields.end(),
                     [](const Field& a, const Field& b) { return a.name < b.name; });
    std::vector<NamedValues> out;
    for (Field& field : fields) {
        if (out.empty() || out.back().name != field.name)
            out.push_back({std::move(field.name), std::string(field.field.name), {}});
        out.back().values.emplace_back(field.field.value);
    }
    return out;
}

bool is_any(std::string_view name, std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_hop_by_hop(std::string_view name) {
    return is_any(name, {"connection", "keep-alive", "proxy-connection", "te", "trailer",
                         "transfer-encoding", "upgrade"});
}

bool is_claim(std::string_view name) {
    return is_any(name, {"x-amzn-request-context", "x-amzn-lambda-context", "x-amz-tenant-id"}) ||
           name.starts_with("x-vercel-internal-");
}

bool is_added(std::string_view name, Format format) {
    using enum Loss;
    const bool forwarded =
        is_any(name, {"host", "x-forwarded-for", "x-forwarded-port", "x-forwarded-proto"});
    const bool of_vercel = is_any(
        name, {"host", "x-real-ip", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto",
               "x-vercel-forwarded-for", "x-vercel-id", "x-vercel-deployment-url"});
    return (forwarded && loses(format, added_forwarded)) ||
           (name == "x-amzn-trace-id" && loses(format, added_trace)) ||
           (name == "host" && loses(format, added_host)) ||
           (of_vercel && loses(format, added_vercel));
}

std::string join(const Values& values, std::string_view separator) {
    std::string joined;
    for (const std::string& value : values)
        joined.append(&value == values.data() ? "" : separator).append(value);
    return joined;
}

// "a=1; b=2" of the cookies in all fields, however they were spaced.
std::string rejoined_cookies(const Values& fields) {
    Values cookies;
    for (std::string_view field : fields)
        while (!field.empty()) {
            const std::string_view cookie = take_element(field, ';');
            if (!cookie.empty()) cookies.emplace_back(cookie);
        }
    return join(cookies, "; ");
}

// What the documented losses make of the fields of one name.
Values expected_values(std::string_view name, Values values, Format format) {
    using enum Loss;
    if (is_hop_by_hop(name) && loses(format, hop_by_hop)) return {};
    if (is_claim(name) && loses(format, claims)) return {};
    for (std::string& value : values)
        if (!is_utf8(value) && loses(format, not_utf8)) value = through_json(value);
    if (name == "cookie" && loses(format, split_cookies)) {
        std::string all = rejoined_cookies(values);
        return all.empty() ? Values() : Values{std::move(all)};
    }
    if (values.size() < 2) return values;
    if (name == "cookie" && loses(format, joined_cookies)) return {join(values, "; ")};
    if (loses(format, last_field)) return {values.back()};
    if (!loses(format, joined_fields)) return values;
    if (name == "cookie") return {join(values, "; ")};
    return {join(values, format == Format::lattice_v1 ? ", " : ",")};
}

// One request's fields against the other's.
class Comparison {
  public:
    Comparison(const Request& sent, Format format, std::string_view client, Findings& findings)
        : sent_(sent),
          nominated_(sent.headers),
          format_(format),
          client_(client),
          findings_(findings) {}

    void run(const std::vector<NamedValues>& sent, const std::vector<NamedValues>& arrived) {
        auto before = sent.begin();
        auto after = arrived.begin();
        static const Values none;
        while (before != sent.end() || after != arrived.end()) {
            if (after == arrived.end() || (before != sent.end() && before->name < after->name)) {
                compare(*before, before->values, none), ++before;
            } else if (before == sent.end() || after->name < before->name) {
                compare(*after, none, after->values), ++after;
            } else {
                compare_spelling(*before, *after);
                compare(*before, before->values, after->values), ++before, ++after;
            }
        }
    }

  private:
    void compare(const NamedValues& named, const Values& before, const Values& after) {
        if (named.name == "content-length") {
            if (after != expected_length(before)) damage(named, before, after);
            return;
        }
        const bool is_dropped = nominated_.contains(named.name) && loses(format_, Loss::hop_by_hop);
        const Values expected =
            is_dropped ? Values() : expected_values(named.name, before, format_);
        if ((before.empty() || is_dropped) && is_added(named.name, format_)) {
            if (after.size() != 1 || !may_be_added(named.name, after[0]))
                damage(named, before, after);
            else if (!before.empty())
                findings_.note_loss(sentence(named, before, after));
        } else if (after != expected) {
            damage(named, before, after);
        } else if (after != before) {
            findings_.note_loss(sentence(named, before, after));
        }
    }

    // Fields that are made anew may have a name of their own.
    void compare_spelling(const NamedValues& before, const NamedValues& after) {
        const bool is_new = before.name == "content-length" || before.name == "cookie";
        const std::string& expected =
            loses(format_, Loss::lower_names) ? before.name : before.spelling;
        if (!is_new && after.spelling != expected)
            findings_.note_damage(before.spelling + ": its name arrives as " + after.spelling);
    }

    // Counted from the body, which a request without one need not say.
    Values expected_length(const Values& before) const {
        Values sent = expected_values("content-length", before, format_);
        sent.resize(std::min<std::size_t>(sent.size(), 1));
        if (sent_.body.buffered().empty() && sent.empty()) return sent;
        return {std::to_string(sent_.body.buffered().size())};
    }

    // What is added must be of this request, as far as it is.
    bool may_be_added(std::string_view name, std::string_view value) const {
        const Url& url = sent_.url;
        if (is_any(name, {"x-forwarded-for", "x-real-ip", "x-vercel-forwarded-for"}))
            return value == through_json(client_);
        if (name == "host") return url.host.empty() || value == through_json(url.host);
        if (name == "x-forwarded-proto")
            return value == (url.scheme == "http" && !url.host.empty() ? "http" : "https");
        return !value.empty();
    }

    void damage(const NamedValues& named, const Values& before, const Values& after) {
        findings_.note_damage(sentence(named, before, after));
    }

    // Values may be secrets.
    static std::string sentence(const NamedValues& named, const Values& before,
                                const Values& after) {
        if (before.size() == 1 && after.size() == 1)
            return named.spelling + ": its value arrives changed";
        return named.spelling + ": " + std::to_string(before.size()) + " fields arrive as " +
               std::to_string(after.size());
    }

    const Request& sent_;
    const NominatedFields nominated_;
    const Format format_;
    const std::string_view client_;
    Findings& findings_;
};

}  // namespace

std::string through_json(std::string_view text) {
    return is_utf8(text) ? std::string(text) : Json::parse(Json(text).dump()).string_or({});
}

void compare_headers(const Request& sent, const Request& arrived, Format format,
                     std::string_view client, Findings& findings) {
    Comparison(sent, format, client, findings).run(grouped(sent.headers), grouped(arrived.headers));
}

}  // namespace turngate::events
