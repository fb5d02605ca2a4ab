// Media types by RFC 9110, and the two tables: what is text, and what an extension means.
#include <algorithm>
#include <cstddef>
#include <iterator>
#include <set>

#include <turngate/http/encoding.h>
#include <turngate/http/field_list.h>
#include <turngate/http/media_type.h>

namespace turngate {
namespace {

constexpr std::string_view text_types[] = {
    "application/csp-report",
    "application/ecmascript",
    "application/graphql",
    "application/javascript",
    "application/json",
    "application/json-seq",
    "application/jsonl",
    "application/jsonlines",
    "application/ndjson",
    "application/pem-certificate-chain",
    "application/sql",
    "application/toml",
    "application/vnd.apple.mpegurl",
    "application/x-javascript",
    "application/x-json",
    "application/x-ndjson",
    "application/x-sh",
    "application/x-www-form-urlencoded",
    "application/x-yaml",
    "application/xml",
    "application/xml-dtd",
    "application/yaml",
};

constexpr std::string_view text_suffixes[] = {"+json", "+xml", "+yaml", "+json-seq"};

struct Extension {
    std::string_view name;
    std::string_view type;
};

constexpr Extension extensions[] = {
    {"7z", "application/x-7z-compressed"},
    {"aac", "audio/aac"},
    {"apng", "image/apng"},
    {"atom", "application/atom+xml"},
    {"avif", "image/avif"},
    {"bin", "application/octet-stream"},
    {"bmp", "image/bmp"},
    {"bz2", "application/x-bzip2"},
    {"cjs", "text/javascript; charset=utf-8"},
    {"css", "text/css; charset=utf-8"},
    {"csv", "text/csv; charset=utf-8"},
    {"eot", "application/vnd.ms-fontobject"},
    {"epub", "application/epub+zip"},
    {"flac", "audio/flac"},
    {"geojson", "application/geo+json"},
    {"gif", "image/gif"},
    {"gpx", "application/gpx+xml"},
    {"gz", "application/gzip"},
    {"heic", "image/heic"},
    {"htm", "text/html; charset=utf-8"},
    {"html", "text/html; charset=utf-8"},
    {"ico", "image/vnd.microsoft.icon"},
    {"ics", "text/calendar; charset=utf-8"},
    {"jpeg", "image/jpeg"},
    {"jpg", "image/jpeg"},
    {"js", "text/javascript; charset=utf-8"},
    {"json", "application/json"},
    {"jsonld", "application/ld+json"},
    {"jxl", "image/jxl"},
    {"log", "text/plain; charset=utf-8"},
    {"m3u8", "application/vnd.apple.mpegurl"},
    {"m4a", "audio/mp4"},
    {"m4v", "video/mp4"},
    {"map", "application/json"},
    {"md", "text/markdown; charset=utf-8"},
    {"mjs", "text/javascript; charset=utf-8"},
    {"mp3", "audio/mpeg"},
    {"mp4", "video/mp4"},
    {"oga", "audio/ogg"},
    {"ogg", "audio/ogg"},
    {"ogv", "video/ogg"},
    {"opus", "audio/ogg"},
    {"otf", "font/otf"},
    {"pdf", "application/pdf"},
    {"png", "image/png"},
    {"rss", "application/rss+xml"},
    {"rtf", "application/rtf"},
    {"sh", "application/x-sh"},
    {"svg", "image/svg+xml"},
    {"tar", "application/x-tar"},
    {"tif", "image/tiff"},
    {"tiff", "image/tiff"},
    {"toml", "application/toml"},
    {"tsv", "text/tab-separated-values; charset=utf-8"},
    {"ttf", "font/ttf"},
    {"txt", "text/plain; charset=utf-8"},
    {"vtt", "text/vtt; charset=utf-8"},
    {"wasm", "application/wasm"},
    {"wav", "audio/wav"},
    {"weba", "audio/webm"},
    {"webm", "video/webm"},
    {"webmanifest", "application/manifest+json"},
    {"webp", "image/webp"},
    {"woff", "font/woff"},
    {"woff2", "font/woff2"},
    {"xhtml", "application/xhtml+xml"},
    {"xml", "application/xml"},
    {"xz", "application/x-xz"},
    {"yaml", "application/yaml"},
    {"yml", "application/yaml"},
    {"zip", "application/zip"},
    {"zst", "application/zstd"},
};

// "text/html" of "Text/HTML ; charset=x"; empty if it is no type.
std::string essence_of(std::string_view content_type) {
    const std::string_view essence = trimmed(content_type.substr(0, content_type.find(';')));
    const std::size_t slash = essence.find('/');
    if (slash == std::string_view::npos || !is_token(essence.substr(0, slash)) ||
        !is_token(essence.substr(slash + 1)))
        return {};
    return lower_case(essence);
}

bool is_text_essence(std::string_view essence) {
    if (essence.starts_with("text/")) return true;
    return std::any_of(std::begin(text_suffixes), std::end(text_suffixes),
                       [&](std::string_view suffix) { return essence.ends_with(suffix); }) ||
           std::binary_search(std::begin(text_types), std::end(text_types), essence);
}

// Takes a quoted string from the front of `rest`, which starts with its first quote. One that never
// ends goes to the end.
std::string take_quoted(std::string_view& rest) {
    std::string value;
    std::size_t i = 1;
    for (; i < rest.size() && rest[i] != '"'; ++i) {
        if (rest[i] == '\\' && i + 1 < rest.size()) ++i;
        value += rest[i];
    }
    rest.remove_prefix(std::min(i + 1, rest.size()));
    return value;
}

// True if any coding but identity is applied.
bool is_coded(const Headers& headers) {
    for (const auto& field : headers) {
        if (!iequals(field.name, "content-encoding")) continue;
        std::string_view rest = field.value;
        while (!rest.empty()) {
            const std::string_view coding = take_element(rest);
            if (!coding.empty() && !iequals(coding, "identity")) return true;
        }
    }
    return false;
}

}  // namespace

std::optional<MediaType> MediaType::parse(std::string_view text) {
    MediaType type{essence_of(text)};
    if (type.essence.empty()) return std::nullopt;
    std::set<std::string> seen;  // a client may send any number
    text.remove_prefix(std::min(text.size(), text.find(';')));
    while (!text.empty()) {
        text.remove_prefix(1);  // the ';'
        const std::string_view name = trimmed(text.substr(0, text.find_first_of(";=")));
        text.remove_prefix(std::min(text.size(), text.find_first_of(";=")));
        if (!text.starts_with('=')) continue;
        text.remove_prefix(std::min(text.find_first_not_of(" \t", 1), text.size()));
        std::string value = text.starts_with('"')
                                ? take_quoted(text)
                                : std::string(trimmed(text.substr(0, text.find(';'))));
        text.remove_prefix(std::min(text.size(), text.find(';')));
        std::string key = lower_case(name);
        if (is_token(name) && seen.insert(key).second)
            type.parameters.emplace_back(std::move(key), std::move(value));
    }
    return type;
}

std::string_view MediaType::parameter(std::string_view name) const& noexcept {
    auto it = std::find_if(parameters.begin(), parameters.end(),
                           [&](const auto& p) { return p.first == name; });
    return it == parameters.end() ? std::string_view() : std::string_view(it->second);
}

std::string MediaType::charset() const {
    return lower_case(parameter("charset"));
}

bool is_text(std::string_view content_type) {
    return is_text_essence(essence_of(content_type));
}

Encoding body_encoding(const Headers& headers, std::string_view body) {
    if (body.empty()) return Encoding::text;
    if (is_coded(headers)) return Encoding::base64;
    const std::string essence = essence_of(headers.get("content-type"));
    if (!essence.empty() && !is_text_essence(essence)) return Encoding::base64;
    return is_utf8(body) ? Encoding::text : Encoding::base64;
}

std::string_view media_type_of(std::string_view path) noexcept {
    const std::string_view file = path.substr(path.rfind('/') + 1);
    const std::size_t dot = file.rfind('.');
    if (dot != std::string_view::npos && dot != 0) {
        for (const Extension& extension : extensions)
            if (iequals(extension.name, file.substr(dot + 1))) return extension.type;
    }
    return "application/octet-stream";
}

}  // namespace turngate
