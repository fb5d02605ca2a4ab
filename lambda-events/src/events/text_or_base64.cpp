#include "text_or_base64.h"

#include <algorithm>
#include <array>

#include <turngate/http/encoding.h>

namespace turngate::events {
namespace {

constexpr std::array<std::string_view, 12> text_types = {
    "application/json",       "application/javascript", "application/x-javascript",
    "application/ecmascript", "application/xml",        "application/yaml",
    "application/x-yaml",     "application/graphql",    "application/x-ndjson",
    "application/toml",       "application/sql",        "application/x-www-form-urlencoded"};
constexpr std::array<std::string_view, 4> text_suffixes = {"+json", "+xml", "+yaml", "+json-seq"};

std::string_view trimmed(std::string_view text) {
    auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace

bool is_text_type(std::string_view content_type) noexcept {
    std::string_view type = trimmed(content_type.substr(0, content_type.find(';')));
    if (type.empty()) return true;
    if (type.size() > 5 && iequals(type.substr(0, 5), "text/")) return true;
    return std::any_of(text_types.begin(), text_types.end(),
                       [&](std::string_view text) { return iequals(type, text); }) ||
           std::any_of(text_suffixes.begin(), text_suffixes.end(), [&](std::string_view suffix) {
               return type.size() > suffix.size() &&
                      iequals(type.substr(type.size() - suffix.size()), suffix);
           });
}

bool is_coded(std::string_view content_encoding) noexcept {
    std::string_view coding = trimmed(content_encoding);
    return !coding.empty() && !iequals(coding, "identity");
}

bool is_text_body(const Headers& headers, std::string_view body) {
    return !is_coded(headers.get("content-encoding")) &&
           is_text_type(headers.get("content-type")) && is_utf8(body);
}

}  // namespace turngate::events
