// A reply against the one that is expected.
#include "replay/compare.h"

#include <algorithm>
#include <utility>

#include "replay/golden_file.h"
#include "replay/sha256.h"
#include <turngate/http/encoding.h>

namespace turngate::replay {
namespace {

constexpr std::size_t side_file_limit = 256u << 20;

// Content-Length says nothing that the body does not.
bool left_aside(std::string_view name, const Golden& golden, const IgnoreRules& rules) {
    return rules.header(name) ||
           (golden.kind != Golden::Body::absent && iequals(name, "content-length"));
}

}  // namespace

const IgnoreRules& Comparer::rules_for(const Golden& golden) {
    if (golden.ignore.empty()) return base_;
    with_golden_ = base_;
    for (std::string_view pointer : golden.ignore) {
        try {
            with_golden_.add_pointer(pointer);
        } catch (const std::invalid_argument& e) {
            throw JsonError("reply: member \"ignore\": " + std::string(e.what()));
        }
    }
    return with_golden_;
}

bool Comparer::same(const Golden& golden, const Response& reply, std::string_view directory) {
    const IgnoreRules& rules = rules_for(golden);
    if (golden.status && !rules.status() && *golden.status != reply.status) return false;
    return same_headers(golden, reply, rules) && same_body(golden, reply, rules, directory);
}

bool Comparer::same_headers(const Golden& golden, const Response& reply,
                            const IgnoreRules& rules) const {
    if (!golden.has_headers || rules.headers()) return true;
    // Mostly they come in the same order.
    auto expected = golden.headers.begin();
    auto skip = [&] {
        while (expected != golden.headers.end() && left_aside(expected->first, golden, rules))
            ++expected;
    };
    for (const auto& [name, value] : reply.headers) {
        if (left_aside(name, golden, rules)) continue;
        skip();
        if (expected == golden.headers.end() || !iequals(expected->first, name) ||
            expected->second != value) {
            std::vector<Difference> found;
            header_differences(golden, reply, rules, found);
            return found.empty();
        }
        ++expected;
    }
    skip();
    return expected == golden.headers.end();
}

void Comparer::header_differences(const Golden& golden, const Response& reply,
                                  const IgnoreRules& rules, std::vector<Difference>& out) const {
    if (!golden.has_headers || rules.headers()) return;
    struct Field {
        std::string_view name, value;
        bool matched = false;
    };
    std::vector<Field> wanted, got;
    for (const auto& [name, value] : golden.headers)
        if (!left_aside(name, golden, rules)) wanted.push_back({name, value});
    for (const auto& [name, value] : reply.headers)
        if (!left_aside(name, golden, rules)) got.push_back({name, value});

    for (const Field& w : wanted) {
        auto g = std::find_if(got.begin(), got.end(), [&](const Field& field) {
            return !field.matched && iequals(field.name, w.name);
        });
        Difference d{Difference::Part::header, std::string(w.name), std::string(w.value), {}};
        if (g != got.end()) {
            g->matched = true;
            if (g->value == w.value) continue;
            d.actual = std::string(g->value);
        }
        out.push_back(std::move(d));
    }
    for (const Field& g : got)
        if (!g.matched)
            out.push_back(
                {Difference::Part::header, std::string(g.name), {}, std::string(g.value)});
}

std::string Comparer::expected_bytes(const Golden& golden, std::string_view directory) {
    if (golden.kind == Golden::Body::base64) {
        auto bytes = base64_decode(golden.body);
        if (!bytes) throw JsonError("reply: member \"body\": expected base64 (RFC 4648)");
        return *std::move(bytes);
    }
    if (golden.kind != Golden::Body::file) return std::string(golden.body);
    const std::string name(golden.body);
    if (name.starts_with('/') || ("/" + name + "/").find("/../") != std::string::npos)
        throw JsonError(
            "reply: member \"body.file\": expected a file beside the reply or below, "
            "not " +
            name);
    std::string bytes;
    if (!read_file(std::string(directory) + name, bytes, side_file_limit))
        throw JsonError("reply: member \"body.file\": there is no " + std::string(directory) +
                        name);
    return bytes;
}

bool Comparer::same_body(const Golden& golden, const Response& reply, const IgnoreRules& rules,
                         std::string_view directory) {
    if (golden.kind == Golden::Body::absent || rules.body()) return true;
    if (golden.kind == Golden::Body::text) return golden.body == reply.body;
    if (golden.kind == Golden::Body::json && !rules.has_body_rules() &&
        same_tokens(golden.body, reply.body))
        return true;
    std::vector<Difference> found;
    body_differences(golden, reply, rules, directory, found, 1);
    return found.empty();
}

void Comparer::body_differences(const Golden& golden, const Response& reply,
                                const IgnoreRules& rules, std::string_view directory,
                                std::vector<Difference>& out, std::size_t limit) {
    using Part = Difference::Part;
    if (golden.kind == Golden::Body::absent || rules.body()) return;
    if (golden.kind == Golden::Body::digest) {
        const std::uint64_t size = golden.size.value_or(reply.body.size());
        if (size == reply.body.size() && iequals(golden.body, sha256(reply.body))) return;
        auto summary = [](std::uint64_t bytes, std::string_view digest) {
            return std::to_string(bytes) + " bytes, sha256 " + std::string(digest);
        };
        out.push_back({Part::bytes,
                       {},
                       summary(size, golden.body),
                       summary(reply.body.size(), sha256(reply.body))});
        return;
    }
    if (golden.kind == Golden::Body::json) {
        try {
            expected_.parse(golden.body);
            actual_.parse(reply.body);
            for (Difference& d : json_differences(expected_, actual_, rules, limit))
                out.push_back(std::move(d));
            return;
        } catch (const JsonError&) {
            // One of them is not JSON after all: they are compared as text.
        }
    }
    std::string expected = expected_bytes(golden, directory);
    if (expected == reply.body) return;
    const bool readable = is_utf8(expected) && is_utf8(reply.body);
    out.push_back({readable ? Part::text : Part::bytes, {}, std::move(expected), reply.body});
}

void Comparer::join_json(const Golden& golden, const Response& reply,
                         std::vector<Difference>& differences) {
    const auto removed = std::erase_if(
        differences, [](const Difference& d) { return d.part == Difference::Part::json; });
    if (removed == 0) return;
    Difference whole{Difference::Part::text, {}, std::string(), std::string()};
    expected_.parse(golden.body);
    expected_.print(0, *whole.expected, 0);
    actual_.parse(reply.body);
    actual_.print(0, *whole.actual, 0);
    differences.push_back(std::move(whole));
}

std::vector<Difference> Comparer::differences(const Golden& golden, const Response& reply,
                                              std::string_view directory, std::size_t limit) {
    const IgnoreRules& rules = rules_for(golden);
    std::vector<Difference> out;
    if (golden.status && !rules.status() && *golden.status != reply.status)
        out.push_back({Difference::Part::status,
                       {},
                       std::to_string(*golden.status),
                       std::to_string(reply.status)});
    header_differences(golden, reply, rules, out);
    body_differences(golden, reply, rules, directory, out, limit);
    return out;
}

}  // namespace turngate::replay
