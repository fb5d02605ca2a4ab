// doctor: where this program believes it runs, and with what.
#include <algorithm>
#include <array>
#include <cstdio>
#include <dirent.h>
#include <gnu/libc-version.h>
#include <memory>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/invocation.h"
#include "cli/listen_options.h"
#include "cli/value.h"
#include "observe/log_line.h"
#include "observe/settings.h"
#include "observe/trace_settings.h"
#include "open_runtimes/settings.h"
#include "platform.h"
#include "serve_fastcgi.h"
#include "serve_http.h"
#include "serve_impuls.h"
#include "serve_lambda.h"
#include "serve_vercel.h"
#include "version.h"
#include <turngate/json/json.h>

namespace turngate::cli {
namespace {

constexpr Option options[] = {
    {.name = "json", .help = "print one JSON object"},
};

constexpr std::string_view examples[] = {"doctor", "doctor --json"};

struct Directory {
    std::string path;
    bool writable;
    std::uint64_t free_bytes;
};

Directory examine(std::string path) {
    struct statvfs facts {};
    bool exists = ::statvfs(path.c_str(), &facts) == 0;
    bool writable = exists && ::access(path.c_str(), W_OK | X_OK) == 0;
    return {std::move(path), writable, exists ? facts.f_bavail * facts.f_frsize : 0};
}

std::vector<Directory> directories(const Environment& environment) {
    std::vector<Directory> found;
    std::array<char, 4096> here{};
    if (::getcwd(here.data(), here.size())) found.push_back(examine(here.data()));
    std::string temporary = environment("TMPDIR").value_or("");
    found.push_back(examine(temporary.empty() ? "/tmp" : temporary));
    if (std::string home = environment("HOME").value_or(""); !home.empty())
        found.push_back(examine(home));
    return found;
}

std::int64_t open_descriptors() {
    std::unique_ptr<DIR, int (*)(DIR*)> list(::opendir("/proc/self/fd"), ::closedir);
    if (!list) return -1;
    std::int64_t count = -3;  // ".", ".." and the list itself
    while (::readdir(list.get()))
        ++count;
    return count;
}

std::string kernel() {
    utsname facts{};
    return ::uname(&facts) == 0 ? std::string(facts.sysname) + ' ' + facts.release : "unknown";
}

// "10s", "500ms"; "none" for zero.
std::string text(std::chrono::milliseconds time) {
    return time.count() == 0 ? "none" : duration_text(time);
}

// "16KiB", "1000".
std::string text(std::uint64_t bytes) {
    for (const auto& [unit, size] :
         {std::pair{"GiB", 1ull << 30}, {"MiB", 1ull << 20}, {"KiB", 1ull << 10}})
        if (bytes >= size && bytes % size == 0) return std::to_string(bytes / size) + unit;
    return std::to_string(bytes);
}

using Facts = std::vector<std::pair<std::string, std::string>>;

bool is_open_runtimes(std::string_view platform) {
    return platform == "open-runtimes" || platform == "appwrite";
}

HttpOptions door_options(const Environment& environment, std::string_view platform) {
    if (platform == "fcgi") return fastcgi_options(environment).common;
    if (platform == "vercel") return vercel_settings(environment).http;
    if (is_open_runtimes(platform)) return open_runtimes_settings(environment, platform).http;
    if (platform == "impuls") return impuls_settings(environment).http;
    if (platform == "http" && is_plain_vercel(environment))
        return plain_vercel_settings(environment).http;
    return http_options(environment);
}

Facts limits(const HttpOptions& http) {
    return {{"TURNGATE_HEADER_TIMEOUT", text(http.header_timeout)},
            {"TURNGATE_BODY_TIMEOUT", text(http.body_timeout)},
            {"TURNGATE_WRITE_TIMEOUT", text(http.write_timeout)},
            {"TURNGATE_IDLE_TIMEOUT", text(http.idle_timeout)},
            {"TURNGATE_DRAIN_TIMEOUT", text(http.drain_timeout)},
            {"TURNGATE_TIMEOUT", text(http.request_timeout)},
            {"TURNGATE_REQUEST_LINE", text(std::uint64_t{http.request_line})},
            {"TURNGATE_HEADER_SIZE", text(std::uint64_t{http.header_size})},
            {"TURNGATE_HEADER_COUNT", std::to_string(http.header_count)},
            {"TURNGATE_MAX_BODY", text(http.max_body)},
            {"TURNGATE_MAX_CONNECTIONS", std::to_string(http.max_connections)},
            {"TURNGATE_MAX_REQUESTS",
             http.max_requests == 0 ? "none" : std::to_string(http.max_requests)},
            {"TURNGATE_MAX_THREADS", std::to_string(http.max_threads)}};
}

// What surrounds what we serve. No value of a variable that may hold a secret.
Facts operations(const Environment& environment) {
    const ObserveSettings observe = observe_settings(environment);
    const auto traces = trace_settings(environment);
    constexpr std::array access = {"off", "on", "query"};
    constexpr std::array trust = {"none", "local", "all"};
    return {{"LOG_LEVEL", std::string(name_of(observe.level.value_or(Level::info)))},
            {"TURNGATE_LOG_FORMAT", !observe.json   ? "json, and text on a terminal"
                                    : *observe.json ? "json"
                                                    : "text"},
            {"TURNGATE_LOG_SCHEMA", observe.powertools ? "powertools"
                                    : observe.lambda   ? "lambda"
                                                       : "turngate"},
            {"TURNGATE_ACCESS_LOG", access[static_cast<std::size_t>(observe.access)]},
            {"TURNGATE_TRUST_REQUEST_ID", trust[static_cast<std::size_t>(observe.trust)]},
            {"TURNGATE_METRICS_PORT",
             observe.metrics_port ? std::to_string(*observe.metrics_port) : "none"},
            {"OTEL_EXPORTER_OTLP_ENDPOINT", traces ? traces->url + traces->path : "none"}};
}

Facts vercel(const Environment& environment) {
    const VercelSettings settings = vercel_settings(environment);
    return {{"VERCEL_IPC_PATH", settings.ipc_path.empty() ? "none" : settings.ipc_path},
            {"TURNGATE_VERCEL_HANDLER_STARTED", settings.handler_started ? "1" : "0"},
            {"VERCEL_SERVICE_ROUTE_PREFIX",
             settings.prefix.empty() ? "not stripped" : settings.prefix}};
}

Facts plain_vercel(const Environment& environment) {
    const VercelSettings settings = plain_vercel_settings(environment);
    return {{"TURNGATE_LISTEN", settings.http.listen.front()},
            {"VERCEL_SERVICE_ROUTE_PREFIX",
             settings.prefix.empty() ? "not stripped" : settings.prefix}};
}

Facts impuls(const Environment& environment) {
    const auto logs = impuls_settings(environment).logs;
    const std::string port = environment("RUNTIME_PORT").value_or("");
    return {{"RUNTIME_PORT", port.empty() ? "8080" : port},
            {"TURNGATE_IMPULS_LOGS", !logs                              ? "auto"
                                     : *logs == impuls::LogsForm::lists ? "lists"
                                                                        : "text"}};
}

Facts lambda(const Environment& environment) {
    const LambdaOptions settings = lambda_options(environment, "self");
    return {{"AWS_LAMBDA_RUNTIME_API", settings.runtime_api},
            {"AWS_LAMBDA_MAX_CONCURRENCY", std::to_string(settings.concurrency)},
            {"TURNGATE_INVOKE_MODE", settings.streams ? "response_stream" : "buffered"},
            {"TURNGATE_DEADLINE_MARGIN", text(settings.margin)},
            {"TURNGATE_DRAIN_TIMEOUT", text(settings.drain_timeout)}};
}

Facts open_runtimes(const Environment& environment, std::string_view platform) {
    const OpenRuntimesSettings settings = open_runtimes_settings(environment, platform);
    const std::string generation =
        settings.is_any_of_v1_and_v2 ? "v1 or v2"
                                     : 'v' + std::to_string(static_cast<int>(settings.generation));
    return {{"TURNGATE_OPEN_RUNTIMES", generation},
            {"secret", settings.secret.empty() ? "none: open" : "set"},
            {"TURNGATE_LOG_DIR",
             settings.generation >= RuntimeGeneration::v4 ? settings.log_directory : "none"},
            {"OPEN_RUNTIMES_HEADERS", std::to_string(settings.enforced.size())}};
}

std::string padded(std::string text, std::size_t width) {
    if (text.size() < width) text.append(width - text.size(), ' ');
    return text;
}

struct Diagnosis {
    std::vector<PlatformFinding> platforms;
    Facts versions;
    Facts limits;
    Facts operations;
    Facts vercel;         // elsewhere empty
    Facts lambda;         // likewise
    Facts open_runtimes;  // likewise
    Facts impuls;         // likewise
    std::vector<Directory> directories;
    std::int64_t open = 0;
    rlim_t most_open = 0;
};

Diagnosis diagnose(const Environment& environment) {
    Diagnosis found;
    try {
        found.platforms = examine_platforms(environment);
        const std::string_view chosen =
            std::find_if(found.platforms.begin(), found.platforms.end(),
                         [](const PlatformFinding& finding) { return finding.chosen; })
                ->platform->name;
        found.limits = limits(door_options(environment, chosen));
        const bool is_vercel = chosen == "vercel";
        const bool is_lambda = chosen == "lambda";
        const bool is_runtime = is_open_runtimes(chosen);
        const bool is_impuls = chosen == "impuls";
        found.operations = operations(is_vercel    ? vercel_environment(environment)
                                      : is_lambda  ? lambda_environment(environment)
                                      : is_runtime ? open_runtimes_environment(environment)
                                      : is_impuls  ? impuls_environment(environment)
                                                   : environment);
        if (is_vercel) found.vercel = vercel(environment);
        if (chosen == "http" && is_plain_vercel(environment))
            found.vercel = plain_vercel(environment);
        if (is_lambda) found.lambda = lambda(environment);
        if (is_runtime) found.open_runtimes = open_runtimes(environment, chosen);
        if (is_impuls) found.impuls = impuls(environment);
    } catch (const Error& e) {
        throw CommandError(exit_status::usage, e.what(), "correct or unset the variable");
    }
    found.versions = {{"turngate", version_line().substr(std::string_view("turngate ").size())},
                      {"compiler", std::string(build.compiler)},
                      {"libc", std::string("glibc ") + ::gnu_get_libc_version()},
                      {"kernel", kernel()}};
    found.directories = directories(environment);
    found.open = open_descriptors();
    rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) == 0) found.most_open = files.rlim_cur;
    return found;
}

void print_text(const Diagnosis& found, Output& out) {
    constexpr std::size_t name_width = 12, limit_width = 28, vercel_width = 33, platform_width = 15,
                          title_width = 30;
    auto heading = [&](std::string_view words) { out.write(out.paint(Color::bold, words) + '\n'); };
    heading("platform");
    for (const PlatformFinding& finding : found.platforms) {
        std::string line = finding.chosen ? "* " : "  ";
        line += padded(std::string(finding.platform->name), platform_width) +
                padded(std::string(finding.platform->title), title_width) + finding.reason;
        out.write("  " + (finding.chosen ? out.paint(Color::green, line) : line) + '\n');
    }
    heading("versions");
    for (const auto& [name, value] : found.versions)
        out.write("  " + padded(name, name_width) + value + '\n');
    heading("limits");
    for (const auto& [name, value] : found.limits)
        out.write("  " + padded(name, limit_width) + value + '\n');
    heading("operations");
    for (const auto& [name, value] : found.operations)
        out.write("  " + padded(name, limit_width) + value + '\n');
    if (!found.vercel.empty()) heading("vercel");
    for (const auto& [name, value] : found.vercel)
        out.write("  " + padded(name, vercel_width) + value + '\n');
    if (!found.lambda.empty()) heading("lambda");
    for (const auto& [name, value] : found.lambda)
        out.write("  " + padded(name, vercel_width) + value + '\n');
    if (!found.open_runtimes.empty()) heading("open runtimes");
    for (const auto& [name, value] : found.open_runtimes)
        out.write("  " + padded(name, vercel_width) + value + '\n');
    if (!found.impuls.empty()) heading("impuls");
    for (const auto& [name, value] : found.impuls)
        out.write("  " + padded(name, vercel_width) + value + '\n');
    heading("directories");
    for (const Directory& directory : found.directories)
        out.write("  " + directory.path + ": " +
                  (directory.writable
                       ? "writable, " + std::to_string(directory.free_bytes >> 20) + " MiB free"
                       : "not writable") +
                  '\n');
    heading("open files");
    out.write("  " + std::to_string(found.open) + " of " + std::to_string(found.most_open) + '\n');
}

Json object_of(const Facts& facts) {
    Json::Object members;
    for (const auto& [name, value] : facts)
        members.emplace_back(name, value);
    return members;
}

void print_json(const Diagnosis& found, Output& out) {
    Json::Array rows;
    std::string chosen;
    for (const PlatformFinding& finding : found.platforms) {
        if (finding.chosen) chosen = finding.platform->name;
        rows.push_back(Json::object({{"name", finding.platform->name},
                                     {"title", finding.platform->title},
                                     {"chosen", finding.chosen},
                                     {"reason", finding.reason}}));
    }
    Json::Array places;
    for (const Directory& directory : found.directories)
        places.push_back(
            Json::object({{"path", directory.path},
                          {"writable", directory.writable},
                          {"free_bytes", static_cast<std::int64_t>(directory.free_bytes)}}));
    out.write(
        Json::object(
            {{"platform", chosen},
             {"platforms", std::move(rows)},
             {"versions", object_of(found.versions)},
             {"limits", object_of(found.limits)},
             {"operations", object_of(found.operations)},
             {"vercel", object_of(found.vercel)},
             {"lambda", object_of(found.lambda)},
             {"open_runtimes", object_of(found.open_runtimes)},
             {"impuls", object_of(found.impuls)},
             {"directories", std::move(places)},
             {"open_files", Json::object({{"open", found.open},
                                          {"limit", static_cast<std::int64_t>(found.most_open)}})}})
            .dump() +
        '\n');
}

int doctor(Invocation& invocation) {
    const Diagnosis found = diagnose(with_flags(invocation));
    if (invocation.arguments.on("json"))
        print_json(found, invocation.out);
    else
        print_text(found, invocation.out);
    return exit_status::good;
}

}  // namespace

const Command doctor_command = {
    .name = "doctor",
    .summary = "say which platform this looks like and why, the limits and the versions",
    .options = options,
    .examples = examples,
    .run = doctor,
};

}  // namespace turngate::cli
