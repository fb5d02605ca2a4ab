// Paths of a configuration file in another directory.
#include "cli/relocated.h"

#include <algorithm>

#include <turngate/http/encoding.h>
#include <turngate/http/field_list.h>

namespace turngate::cli {
namespace {

// A relative path of a file in another directory.
std::string relocated(std::string_view path, const std::string& before) {
    const bool stays = path.empty() || path.starts_with('/') || path == "-";
    return (stays ? "" : before) + std::string(path);
}

// The same within a URI, where a slash may be written otherwise and other bytes mean something.
std::string relocated_escaped(std::string_view path, const std::string& before) {
    if (path.starts_with("%2F") || path.starts_with("%2f")) return std::string(path);
    std::string escaped;
    for (const char c : before)
        escaped += c == '/' ? "/" : percent_encode({&c, 1});
    return relocated(path, escaped);
}

// "root=DIR&accel=/PREFIX/=DIR" of a HANDLER.
std::string relocated_options(std::string_view options, const std::string& before) {
    std::string result;
    while (!options.empty()) {
        const std::string_view option = take_element(options, '&');
        const std::string_view name = option.substr(0, option.find('='));
        std::size_t begin = option.size();
        if (name == "root" || name == "sendfile" || name == "spool-dir") begin = name.size() + 1;
        if (name == "accel") begin = option.rfind('=') + 1;
        begin = std::min(begin, option.size());
        result.append(option.substr(0, begin))
            .append(relocated_escaped(option.substr(begin), before))
            .append(options.empty() ? "" : "&");
    }
    return result;
}

// The addresses of FastCGI applications: "unix:PATH,HOST:PORT".
std::string relocated_addresses(std::string_view addresses, const std::string& before) {
    constexpr std::string_view socket = "unix:";
    std::string result;
    while (!addresses.empty()) {
        std::string_view address = take_element(addresses, ',');
        if (address.starts_with(socket))
            result.append(socket).append(relocated_escaped(address.substr(socket.size()), before));
        else
            result.append(address);
        result.append(addresses.empty() ? "" : ",");
    }
    return result;
}

// Of a HANDLER, where it names files. A command is a shell's, which runs where turngate does.
std::string relocated_handler(std::string_view uri, const std::string& before) {
    constexpr std::string_view spawn = "fcgi:spawn?";
    if (uri.starts_with(spawn)) {
        const auto colon = std::min(uri.find(':', spawn.size()), uri.size());
        return std::string(spawn)
            .append(relocated_options(uri.substr(spawn.size(), colon - spawn.size()), before))
            .append(uri.substr(colon));
    }
    for (const std::string_view command : {"http:spawn:", "fcgi:spawn:"})
        if (uri.starts_with(command)) return std::string(uri);
    for (const std::string_view scheme :
         {"cgi:", "cgi-dir:", "files:", "lambda:", "plugin:", "fcgi:", "http+unix:"}) {
        if (!uri.starts_with(scheme)) continue;
        const auto mark = std::min(uri.find('?'), uri.size());
        const std::string_view place = uri.substr(scheme.size(), mark - scheme.size());
        return std::string(scheme)
            .append(scheme == "fcgi:" ? relocated_addresses(place, before)
                                      : relocated_escaped(place, before))
            .append(uri.substr(mark, 1))
            .append(relocated_options(uri.substr(std::min(mark + 1, uri.size())), before));
    }
    return std::string(uri);
}

// As "src/**" or "!**/*.log".
std::string relocated_pattern(std::string_view pattern, const std::string& before) {
    const std::string_view mark = pattern.substr(0, pattern.starts_with('!') ? 1 : 0);
    return std::string(mark) + relocated(pattern.substr(mark.size()), before);
}

// Of what is a path only behind `mark`.
std::string relocated_behind(std::string_view mark, std::string_view value,
                             const std::string& before) {
    if (!value.starts_with(mark)) return std::string(value);
    return std::string(mark) + relocated(value.substr(mark.size()), before);
}

}  // namespace

std::string relocated(const std::string& value, const Offer& offer, const std::string& before) {
    if (before.empty()) return value;
    const auto equals = offer.after_equals ? value.find('=') + 1 : 0;  // npos + 1 is 0
    switch (offer.kind) {
        case Offer::Kind::files:
        case Offer::Kind::directories:
            return value.substr(0, equals) + relocated(value.substr(equals), before);
        case Offer::Kind::handler:
            return relocated_handler(value, before);
        default:
            return value;
    }
}

std::string relocated(const std::string& value, const Option& option, const std::string& before) {
    if (before.empty()) return value;
    if (option.is_file_pattern) return relocated_pattern(value, before);
    if (option.value == "URL") return relocated_handler(value, before);
    if (option.value == "ADDR") return relocated_behind("unix:", value, before);
    if (option.value == "DATA") return relocated_behind("@", value, before);
    return relocated(value, Offer::value_of(option), before);
}

}  // namespace turngate::cli
