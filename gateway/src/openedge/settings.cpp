#include "openedge/settings.h"

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <initializer_list>
#include <iterator>
#include <limits>
#include <optional>
#include <system_error>
#include <utility>

#include "cli/value.h"
#include "openedge/yaml.h"
#include <turngate/http/error.h>
#include <turngate/os/fd.h>

namespace turngate::openedge {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t largest_file = 1u << 20;

std::string first_of(const ReadVariable& get, std::initializer_list<const char*> names) {
    for (const char* name : names)
        if (auto value = get(name); value && !value->empty()) return *value;
    return {};
}

[[noreturn]] void miss(const std::string& what) {
    throw Error("module config invalid, missing " + what);
}

[[noreturn]] void refuse(const std::string& what, const char* expected) {
    throw Error("module config invalid, " + what + " is wrong: expected " + expected);
}

milliseconds duration(const Json& value, const std::string& what, milliseconds usual) {
    if (value.is_null()) return usual;
    auto out = value.string() ? cli::parse_duration(*value.string()) : std::nullopt;
    if (value.integer()) out = std::chrono::nanoseconds(*value.integer());
    if (!out || out->count() < 0)
        refuse(what, "a duration in nanoseconds, or as text: 30s or 500ms");
    if (out->count() == 0) return usual;  // as Go writes what was not said
    return std::chrono::ceil<milliseconds>(*out);
}

std::uint32_t size(const Json& value, const std::string& what, std::uint32_t usual) {
    if (value.is_null()) return usual;
    const auto out = value.string() ? cli::parse_size(*value.string()) : value.unsigned_integer();
    if (!out || *out > std::numeric_limits<std::int32_t>::max())
        refuse(what, "bytes, or as text: 4m or 32k; below 2 GiB");
    return *out == 0 ? usual : static_cast<std::uint32_t>(*out);
}

FunctionSettings function(const Json& config, const std::string& what) {
    FunctionSettings out{config["name"].string_or(""), config["handler"].string_or(""),
                         config["codedir"].string_or("")};
    if (out.name.empty()) miss(what + ".name");
    if (out.handler.empty()) miss(what + ".handler");
    return out;
}

std::string without_space(const std::string& text) {
    constexpr const char* space = " \t\r\n";
    const auto begin = text.find_first_not_of(space);
    return begin == text.npos ? "" : text.substr(begin, text.find_last_not_of(space) + 1 - begin);
}

std::string contents(const std::string& path) {
    const os::Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    std::string text(largest_file + 1, '\0');
    try {
        if (!file) throw std::system_error(errno, std::generic_category());
        text.resize(os::read_whole(file.get(), text));
    } catch (const std::system_error& e) {
        throw Error("cannot read the configuration " + path + " (" + e.code().message() +
                    "): give -c its JSON or another file");
    }
    if (text.size() > largest_file)
        throw Error("the configuration " + path + " is larger than " +
                    std::to_string(largest_file) + " bytes");
    return text;
}

std::string usual_file(const ReadVariable& get) {
    const bool is_baetyl = !first_of(get, {"BAETYL_SERVICE_NAME", "BAETYL_SERVICE_MODE",
                                           "BAETYL_SERVICE_INSTANCE_NAME"})
                                .empty();
    return is_baetyl ? "etc/baetyl/service.yml" : "etc/openedge/service.yml";
}

// Baetyl 2 has other files, and calls by mutual TLS alone.
void refuse_tls(const ReadVariable& get) {
    if (const std::string mode = get("BAETYL_RUN_MODE").value_or(""); !mode.empty())
        throw Error("BAETYL_RUN_MODE=" + mode +
                    " is Baetyl 2, whose functions are called by mutual TLS, which this version "
                    "does not serve");
}

}  // namespace

Settings settings(const ReadVariable& get) {
    const auto given = get(argument);
    if (!given) refuse_tls(get);
    const std::string text = without_space(given.value_or(usual_file(get)));
    if (text.empty()) throw Error("-c needs the configuration: JSON, or the name of a file");
    const bool is_json = text.starts_with('{') && text.ends_with('}');
    try {
        Settings out = read_settings(
            is_json ? Json::parse(text, {}, DuplicateNames::keep_last) : read_yaml(contents(text)),
            get);
        for (FunctionSettings& one : out.functions)  // the first may be where we go
            if (!one.directory.empty()) one.directory = std::filesystem::absolute(one.directory);
        return out;
    } catch (const JsonError& e) {
        throw Error(std::string("module config invalid, it is no JSON: ") + e.what());
    }
}

Settings read_settings(const Json& config, const ReadVariable& get) {
    if (!config.members()) throw Error("module config invalid, it is no object");
    Settings out;
    out.name = first_of(get, {"BAETYL_SERVICE_INSTANCE_NAME", "OPENEDGE_SERVICE_INSTANCE_NAME",
                              "OPENEDGE_SERVICE_NAME"});
    if (out.name.empty()) out.name = config["name"].string_or("");
    if (out.name.empty()) miss("name");
    const Json& server = config["server"];
    out.address = first_of(get, {"BAETYL_SERVICE_INSTANCE_ADDRESS",
                                 "OPENEDGE_SERVICE_INSTANCE_ADDRESS", "OPENEDGE_SERVICE_ADDRESS"});
    if (out.address.empty()) out.address = server["address"].string_or("");
    if (out.address.empty()) miss("server.address");
    for (const char* file : {"ca", "key", "cert"})
        if (!server[file].string_or("").empty())
            throw Error(std::string("module config invalid, server.") + file +
                        " asks for TLS, which this version does not serve");
    out.timeout = duration(server["timeout"], "server.timeout", out.timeout);
    out.max_message =
        size(server["message"]["length"]["max"], "server.message.length.max", out.max_message);
    out.log_level = config["logger"]["level"].string_or("");
    out.log_format = config["logger"]["format"].string_or("");
    if (const Json::Array* functions = config["functions"].items()) {
        out.by_name = true;
        for (const Json& one : *functions)
            out.functions.push_back(function(one, "functions"));
        if (out.functions.empty()) miss("functions");
    } else {
        if (!config["function"].members()) miss("function");
        out.functions.push_back(function(config["function"], "function"));
    }
    return out;
}

}  // namespace turngate::openedge
