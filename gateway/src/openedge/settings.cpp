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
#include "openedge/baetyl2.h"
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

// As the platform's runtimes have it, clients need a certificate if `ca` is there.
std::optional<TlsFiles> tls(const Json& server) {
    TlsFiles out{server["cert"].string_or(""), server["key"].string_or(""),
                 server["ca"].string_or("")};
    if (out == TlsFiles()) return std::nullopt;
    if (out.certificate.empty()) miss("server.cert, which TLS needs");
    if (out.key.empty()) miss("server.key, which TLS needs");
    return out;
}

Settings read_baetyl2(const Baetyl2& from, const ReadVariable& get) {
    Settings out = read_settings(
        read_yaml(contents(from.configuration)),
        [&](const std::string& name) -> std::optional<std::string> {
            if (name == "BAETYL_SERVICE_INSTANCE_NAME" && !from.name.empty()) return from.name;
            return name == "BAETYL_SERVICE_INSTANCE_ADDRESS" ? from.address : get(name);
        });
    for (FunctionSettings& one : out.functions)
        one.directory = std::filesystem::path(from.code) / one.directory;
    out.tls = from.tls;
    return out;
}

Settings read_given(const std::string& given, const ReadVariable& get) {
    const std::string text = without_space(given);
    if (text.empty()) throw Error("-c needs the configuration: JSON, or the name of a file");
    const bool is_json = text.starts_with('{') && text.ends_with('}');
    return read_settings(
        is_json ? Json::parse(text, {}, DuplicateNames::keep_last) : read_yaml(contents(text)),
        get);
}

}  // namespace

Settings settings(const ReadVariable& get) {
    const auto given = get(argument);
    const auto second = given ? std::nullopt : baetyl2(get);
    try {
        Settings out =
            second ? read_baetyl2(*second, get) : read_given(given.value_or(usual_file(get)), get);
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
    out.tls = tls(server);
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
