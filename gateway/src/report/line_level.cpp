// The notations are those that Vercel's Go runtime looks for.
#include "report/line_level.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include <turngate/json/json.h>

namespace turngate {
namespace {

std::optional<Level> level_named(std::string_view word) {
    static constexpr std::array<std::pair<std::string_view, Level>, 12> words = {
        {{"trace", Level::debug},
         {"debug", Level::debug},
         {"info", Level::info},
         {"notice", Level::info},
         {"warn", Level::warn},
         {"warning", Level::warn},
         {"error", Level::error},
         {"err", Level::error},
         {"fatal", Level::fatal},
         {"critical", Level::fatal},
         {"panic", Level::fatal},
         {"emergency", Level::fatal}}};
    for (const auto& [name, level] : words)
        if (iequals(name, word)) return level;
    return std::nullopt;
}

std::optional<Level> level_of_object(std::string_view line) {
    Json json;
    try {
        json = Json::parse(line, {}, DuplicateNames::keep_last);
    } catch (const JsonError&) {  // looks like one, and is none
        return std::nullopt;
    }
    for (const std::string_view name : {"level", "severity", "lvl", "log.level", "severity_text"})
        if (const std::string* word = json[name].string()) return level_named(*word);
    return std::nullopt;
}

std::optional<Level> level_of_pair(std::string_view line) {
    constexpr std::string_view key = "level=";
    for (std::size_t at = line.find(key); at != line.npos; at = line.find(key, at + 1)) {
        if (at > 0 && line[at - 1] != ' ' && line[at - 1] != '\t') continue;
        std::string_view value = line.substr(at + key.size());
        if (value.starts_with('"')) value.remove_prefix(1);
        return level_named(value.substr(0, value.find_first_of("\" \t\r\n")));
    }
    return std::nullopt;
}

}  // namespace

std::optional<Level> level_of_line(std::string_view line) {
    while (!line.empty() && (line.back() == '\n' || line.back() == '\r' || line.back() == ' '))
        line.remove_suffix(1);
    if (line.starts_with("panic:") || line.starts_with("fatal error:")) return Level::fatal;
    if (line.starts_with('{') && line.ends_with('}')) return level_of_object(line);
    if (line.starts_with('['))
        if (const std::size_t end = line.find(']'); end != line.npos)
            if (const auto level = level_named(line.substr(1, end - 1))) return level;
    return level_of_pair(line);
}

}  // namespace turngate
