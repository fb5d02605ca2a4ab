// From a reply to the golden that expects it.
#include "replay/golden_text.h"

#include <vector>

#include "replay/json_tree.h"
#include "replay/sha256.h"
#include <turngate/http/encoding.h>

namespace turngate::replay {
namespace {

bool read_json(const Response& reply, JsonTree& tree) {
    if (!is_json_type(reply.headers.get("Content-Type"))) return false;
    try {
        tree.parse(reply.body);
        return true;
    } catch (const JsonError&) {
        return false;
    }
}

std::string lower(std::string_view name) {
    std::string out(name);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
    return out;
}

void append_list(std::string& out, const std::vector<std::string_view>& strings) {
    out += '[';
    for (std::size_t i = 0; i < strings.size(); ++i) {
        if (i > 0) out += ", ";
        append_json_string(out, strings[i]);
    }
    out += ']';
}

// Absent: neither JSON nor text, and as it fits. `tree` gets what is to be kept as JSON: a text
// that is none, as a string.
Golden::Body kind_of(const Response& reply, const GoldenTextOptions& options, JsonTree& tree) {
    using Body = Golden::Body;
    if (options.kind == Body::json) {
        std::string quoted;
        if (!is_json(reply.body)) append_json_string(quoted, reply.body);
        tree.parse(quoted.empty() ? reply.body : quoted);
        return Body::json;
    }
    if (options.kind != Body::absent) return options.kind;
    if (read_json(reply, tree)) return Body::json;
    const bool is_text = is_utf8(reply.body) && reply.body.find('\0') == std::string::npos;
    return is_text ? Body::text : Body::absent;
}

}  // namespace

bool is_kept_as_json(const Response& reply) {
    JsonTree tree;
    return read_json(reply, tree);
}

GoldenText golden_text(const Response& reply, const IgnoreRules& rules, const Golden* previous,
                       const GoldenTextOptions& options) {
    GoldenText result;
    std::string& out = result.json;
    const std::string_view next = options.one_line ? ", " : ",\n  ";
    out += options.one_line ? "{" : "{\n  ";
    if (previous && !previous->schema.empty()) {
        out += "\"$schema\": ";
        append_json_string(out, previous->schema);
        out += next;
    }
    out += "\"status\": " + std::to_string(reply.status);

    out.append(next).append("\"headers\": [");
    bool first = true;
    for (const auto& [name, value] : reply.headers) {
        if (rules.header(name) || iequals(name, "content-length")) continue;
        if (!first) out += ',';
        if (!options.one_line) out += "\n    ";
        if (options.one_line && !first) out += ' ';
        first = false;
        out += '[';
        append_json_string(out, lower(name));
        out += ", ";
        append_json_string(out, value);
        out += ']';
    }
    if (!first && !options.one_line) out += "\n  ";
    out += ']';

    out.append(next).append("\"body\": {");
    JsonTree tree;
    const Golden::Body kind = kind_of(reply, options, tree);
    if (kind == Golden::Body::json) {
        out += "\"json\": ";
        tree.print(0, out, options.one_line ? -1 : 2);
    } else if (kind == Golden::Body::text) {
        out += "\"text\": ";
        append_json_string(out, reply.body);
    } else if (kind == Golden::Body::base64 || reply.body.size() <= options.largest_inline) {
        out += "\"base64\": \"" + base64_encode(reply.body) + '"';
    } else if (!options.side_file.empty()) {
        out += "\"file\": ";
        append_json_string(out, options.side_file);
        result.side = reply.body;
    } else {
        out += "\"sha256\": \"" + sha256(reply.body) +
               "\", \"size\": " + std::to_string(reply.body.size());
    }
    out += '}';

    if (previous && !previous->ignore.empty()) {
        out.append(next).append("\"ignore\": ");
        append_list(out, previous->ignore);
    }
    if (previous && !previous->tags.empty()) {
        out.append(next).append("\"tags\": ");
        append_list(out, previous->tags);
    }
    out += options.one_line ? "}\n" : "\n}\n";
    return result;
}

}  // namespace turngate::replay
