#include "content_type.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <utility>

#include <turngate/http/field_list.h>
#include <turngate/http/headers.h>

namespace turngate {
namespace {

bool take(std::string_view& text, char c) {
    if (!text.starts_with(c)) return false;
    text.remove_prefix(1);
    return true;
}

void skip_spaces(std::string_view& text) {
    while (take(text, ' '))
        ;
}

std::string_view take_token(std::string_view& text) {
    const std::string_view token = text.substr(0, token_size(text));
    text.remove_prefix(token.size());
    return token;
}

// The rest of a quoted-string whose first quote is taken (RFC 9110 section 5.6.4), without its
// escapes; absent if it does not end or has a control.
std::optional<std::string> take_quoted(std::string_view& text) {
    std::string value;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '"') {
            text.remove_prefix(i + 1);
            return value;
        }
        if (text[i] == '\\' && ++i == text.size()) break;
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte < 0x20 || byte == 0x7F) break;
        value += text[i];
    }
    return std::nullopt;
}

std::optional<std::string> take_value(std::string_view& text) {
    if (take(text, '"')) return take_quoted(text);
    const std::string_view token = take_token(text);
    return token.empty() ? std::nullopt : std::optional<std::string>(token);
}

std::string quoted(std::string_view value) {
    if (is_token(value)) return std::string(value);
    std::string out = "\"";
    for (char c : value) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out += '"';
}

}  // namespace

ContentType ContentType::parse(std::string_view text) {
    const std::string_view type = trimmed(text.substr(0, text.find(';')));
    const auto slash = type.find('/');
    if (slash == std::string_view::npos || !is_token(type.substr(0, slash)) ||
        !is_token(type.substr(slash + 1)))
        throw std::invalid_argument("invalid media type");
    ContentType parsed{lower_case(type), {}};
    for (text.remove_prefix(std::min(text.find(';'), text.size())); !text.empty();) {
        const bool begins = take(text, ';');
        skip_spaces(text);
        const std::string_view name = take_token(text);
        skip_spaces(text);
        const bool has_value = take(text, '=');
        skip_spaces(text);
        std::optional<std::string> value = take_value(text);
        skip_spaces(text);
        if (!begins || name.empty() || !has_value || !value)
            throw std::invalid_argument("invalid parameter format");
        parsed.parameters.insert_or_assign(lower_case(name), std::move(*value));
    }
    return parsed;
}

std::string ContentType::text() const {
    std::string out = type;
    for (const auto& [name, value] : parameters)
        out.append("; ").append(name).append("=").append(quoted(value));
    return out;
}

}  // namespace turngate
