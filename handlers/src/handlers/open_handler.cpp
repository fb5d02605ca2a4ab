// A handler by its name on the command line.
#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <turngate/handlers/cgi_program.h>
#include <turngate/handlers/load_plugin.h>
#include <turngate/handlers/open_handler.h>
#include <turngate/handlers/spelling.h>
#include <turngate/handlers/static_files.h>
#include <turngate/http/encoding.h>

namespace turngate {
namespace {

// "cgi:./a%20b?arg=1", taken apart and decoded.
struct Parts {
    std::string scheme;
    std::string path;
    std::vector<std::pair<std::string, std::string>> options;
};

Parts split(std::string_view uri) {
    Parts out;
    const auto colon = uri.find(':');
    out.scheme = uri.substr(0, colon);
    uri.remove_prefix(std::min(uri.size(), out.scheme.size() + 1));
    const auto mark = uri.find('?');
    out.path = percent_decode(uri.substr(0, mark));
    std::string_view rest =
        mark == std::string_view::npos ? std::string_view() : uri.substr(mark + 1);
    while (!rest.empty()) {
        const std::string_view pair = rest.substr(0, rest.find('&'));
        rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
        const auto eq = std::min(pair.find('='), pair.size());
        const std::string_view value = pair.substr(std::min(eq + 1, pair.size()));
        if (!pair.empty())
            out.options.emplace_back(percent_decode(pair.substr(0, eq)), percent_decode(value));
    }
    return out;
}

// "expected cgi, plugin", with "did you mean" before it where one is near.
std::string suggest(std::string_view word, const std::vector<std::string_view>& known) {
    std::string list;
    for (std::string_view one : known)
        list.append(list.empty() ? "" : ", ").append(one);
    const std::string_view near = nearest_word(word, known);
    return (near.empty() ? "" : "did you mean " + std::string(near) + "? ") + "expected " + list;
}

Error bad_value(const std::string& option, const std::string& value, const char* expected) {
    return Error("the option " + option + "=" + value + " is wrong: expected " + expected);
}

std::optional<std::uint64_t> leading_number(std::string_view text, std::string_view& rest) {
    std::uint64_t number = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc()) return std::nullopt;
    rest = text.substr(static_cast<std::size_t>(end - text.data()));
    return number;
}

std::chrono::milliseconds duration(const std::string& option, const std::string& value) {
    constexpr std::array<std::pair<std::string_view, std::uint64_t>, 4> units = {
        {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}}};
    constexpr std::uint64_t longest = 1u << 31;  // ms, about 25 days
    std::string_view rest;
    const auto number = leading_number(value, rest);
    for (auto [unit, factor] : units)
        if (number && rest == unit && *number > 0 && *number <= longest / factor)
            return std::chrono::milliseconds(*number * factor);
    throw bad_value(option, value, "a duration, as 30s or 500ms");
}

HandlerPtr open_cgi(const Parts& parts) {
    CgiProgramOptions options{.path = parts.path};
    for (const auto& [name, value] : parts.options) {
        if (name == "timeout") {
            options.timeout = duration(name, value);
        } else if (name == "arg") {
            options.arguments.push_back(value);
        } else if (name == "inherit") {
            options.inherit.push_back(value);
        } else if (name == "max") {
            std::string_view rest;
            const auto number = leading_number(value, rest);
            if (!number || *number == 0 || *number > 100'000 || !rest.empty())
                throw bad_value(name, value, "a number from 1 to 100000");
            options.max_processes = *number;
        } else {
            throw Error("cgi: has no option \"" + name +
                        "\": " + suggest(name, {"arg", "inherit", "max", "timeout"}));
        }
    }
    return cgi_program(std::move(options));
}

HandlerPtr open_plugin(const Parts& parts) {
    std::string config;
    for (const auto& [name, value] : parts.options) {
        if (name != "config")
            throw Error("plugin: has no option \"" + name + "\": " + suggest(name, {"config"}));
        config = value;
    }
    return load_plugin(parts.path, config);
}

HandlerPtr open_files(const Parts& parts) {
    StaticFilesOptions options{.root = parts.path};
    for (const auto& [name, value] : parts.options) {
        if (name == "index")
            options.index = value;
        else if (name == "cache-control")
            options.cache_control = value;
        else
            throw Error("files: has no option \"" + name +
                        "\": " + suggest(name, {"cache-control", "index"}));
    }
    return static_files(std::move(options));
}

struct Scheme {
    std::string_view name;
    HandlerPtr (*open)(const Parts&);
};
constexpr std::array<Scheme, 3> schemes = {
    {{"cgi", open_cgi}, {"files", open_files}, {"plugin", open_plugin}}};

}  // namespace

HandlerPtr open_handler(std::string_view uri) {
    const Parts parts = split(uri);
    std::vector<std::string_view> known;
    for (const Scheme& scheme : schemes) {
        if (scheme.name == parts.scheme && uri.size() > scheme.name.size()) {
            if (parts.path.empty())
                throw Error("\"" + std::string(uri) + "\" names no file: expected " + parts.scheme +
                            ":PATH");
            return scheme.open(parts);
        }
        known.push_back(scheme.name);
    }
    const std::string quoted = "\"" + std::string(uri) + "\"";
    if (uri.find(':') == std::string_view::npos)
        throw Error(quoted + " does not say what kind of handler it is: did you mean " +
                    (uri.ends_with(".so") ? "plugin:" : "cgi:") + std::string(uri) + "?");
    throw Error(quoted + " is no kind of handler known here: " + suggest(parts.scheme, known));
}

}  // namespace turngate
