// Secrets that a saved event names and does not have.
#include "replay/placeholders.h"

#include <algorithm>
#include <stdexcept>

#include "replay/golden_text.h"
#include "replay/json_tree.h"
#include <turngate/http/encoding.h>
#include <turngate/http/media_type.h>
#include <turngate/json/json_reader.h>

namespace turngate::replay {
namespace {

constexpr std::string_view begin = "${env:";
constexpr std::string_view prefix = "TURNGATE_SECRET_";

bool is_name_byte(char c) noexcept {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

using Spelling = std::function<std::string(const std::string& value)>;

// `text` with values for placeholders, as `spelling` writes them.
std::string filled(std::string_view text, const Variables& variables, const Spelling& spelling) {
    std::string result;
    for (;;) {
        const auto at = text.find(begin);
        result += text.substr(0, at);
        if (at == text.npos) return result;
        text.remove_prefix(at);
        const std::string_view rest = text.substr(begin.size());
        // Not all of the rest: it may begin many more.
        const auto end = std::find_if_not(rest.begin(), rest.end(), is_name_byte);
        const std::string name(rest.begin(), end);
        if (end == rest.end() || *end != '}' || !is_secret_name(name)) {
            result += begin;
            text.remove_prefix(begin.size());
            continue;
        }
        const auto value = variables(name);
        if (!value) throw MissingVariable(name);
        result += spelling(*value);
        text.remove_prefix(begin.size() + name.size() + 1);
    }
}

std::string filled(std::string_view text, const Variables& variables) {
    return filled(text, variables, [](const std::string& value) { return value; });
}

// Parts of a URL or a form between `separator`; of "name=value" both.
std::string filled_url(std::string_view text, char separator, const Variables& variables) {
    const auto piece = [&](std::string_view part) {
        const bool plus_is_space = separator == '&';
        const std::string plain = percent_decode(part, plus_is_space);
        const std::string full = filled(plain, variables);
        return full == plain ? std::string(part) : percent_encode(full);
    };
    std::string result;
    for (;;) {
        const std::string_view part = text.substr(0, text.find(separator));
        const auto equals = separator == '&' ? part.find('=') : part.npos;
        if (equals == part.npos)
            result += piece(part);
        else
            result.append(piece(part.substr(0, equals)))
                .append("=")
                .append(piece(part.substr(equals + 1)));
        if (part.size() == text.size()) return result;
        result += separator;
        text.remove_prefix(part.size() + 1);
    }
}

// What stands between the quotes of a JSON string.
std::string in_json(const std::string& value) {
    std::string quoted;
    append_json_string(quoted, value);
    return quoted.substr(1, quoted.size() - 2);
}

bool is_form(std::string_view type) {
    const auto media = MediaType::parse(type);
    return media && media->essence == "application/x-www-form-urlencoded";
}

void fill_in_fields(Headers& headers, const Variables& variables) {
    Headers changed;
    for (const auto& [name, value] : headers) {
        try {
            changed.add(name, filled(value, variables));
        } catch (const std::invalid_argument& e) {
            throw BadPlaceholder("the field " + std::string(name) + ": " + e.what(),
                                 "correct the variable whose value stands there");
        }
    }
    headers = std::move(changed);
}

bool has_any(const Headers& headers) {
    return std::any_of(headers.begin(), headers.end(), [](const auto& field) {
        return field.value.find(begin) != std::string_view::npos;
    });
}

}  // namespace

bool is_secret_name(std::string_view name) noexcept {
    return name.starts_with(prefix) && name.size() > prefix.size() &&
           std::all_of(name.begin(), name.end(), is_name_byte);
}

std::string placeholder(std::string_view name) {
    return std::string(begin).append(name) + '}';
}

bool is_placeholder(std::string_view text) noexcept {
    return text.starts_with(begin) && text.ends_with('}') &&
           is_secret_name(text.substr(begin.size(), text.size() - begin.size() - 1));
}

void fill_in(Request& request, const Variables& variables) {
    if (has_any(request.headers)) fill_in_fields(request.headers, variables);
    // Encoded in one way or another.
    const auto may_be_in = [](std::string_view text) {
        return text.find(prefix) != std::string_view::npos;
    };
    if (may_be_in(request.url.path))
        request.url.path = filled_url(request.url.path, '/', variables);
    if (may_be_in(request.url.query))
        request.url.query = filled_url(request.url.query, '&', variables);
    if (!may_be_in(request.body.buffered())) return;
    const std::string& body = request.body.text(SIZE_MAX);
    std::string full = is_form(request.headers.get("Content-Type"))
                           ? filled_url(body, '&', variables)
                       : is_json(body) ? filled(body, variables, in_json)
                                       : filled(body, variables);
    if (full == body) return;
    if (request.headers.contains("Content-Length"))
        request.headers.set("Content-Length", std::to_string(full.size()));
    request.body = Body(std::move(full));
}

}  // namespace turngate::replay
