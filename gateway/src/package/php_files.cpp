#include "package/php_files.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>
#include <unistd.h>

#include "package/package.h"
#include <turngate/http/field_list.h>
#include <turngate/os/fd.h>
#include <turngate/os/subprocess.h>

namespace turngate::package {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view fpm = "php-fpm", cgi = "php-cgi";

// A script on standard input; php-cgi prints no header fields with -q.
constexpr std::string_view question =
    "<?php foreach (['extensions' => ini_get('extension_dir'), 'settings' => php_ini_loaded_file(),"
    " 'more' => str_replace(\"\\n\", '', (string) php_ini_scanned_files())] as $name => $value)"
    " echo \"$name=$value\\n\";";

// "8.2" behind "php-fpm"; absent if that is another program's name.
std::optional<std::string> version_in(std::string_view file, std::string_view name) {
    if (!file.starts_with(name)) return std::nullopt;
    file.remove_prefix(name.size());
    if (file.find_first_not_of("0123456789.") != file.npos) return std::nullopt;
    return std::string(file);
}

bool is_later(const std::string& a, const std::string& b) {
    return ::strverscmp(a.c_str(), b.c_str()) > 0;
}

// One without a version is whoever is meant where several are installed.
std::string installed(std::string_view name) {
    const char* const all = std::getenv("PATH");
    const std::string places = std::string(all ? all : "/usr/bin:/bin") + ":/usr/sbin";
    std::string best, best_version;
    for (std::string_view rest = places; !rest.empty();) {
        const std::string place(take_element(rest, ':'));
        std::error_code error;
        for (fs::directory_iterator next(place, error), end; !error && next != end;
             next.increment(error)) {
            const std::string path = next->path().string();
            const auto version = version_in(next->path().filename().string(), name);
            if (!version || ::access(path.c_str(), X_OK) != 0 || !fs::is_regular_file(path))
                continue;
            if (version->empty()) return path;
            if (best.empty() || is_later(*version, best_version)) {
                best = path;
                best_version = *version;
            }
        }
    }
    return best;
}

std::string said_by(const std::string& program, const std::vector<std::string>& arguments,
                    std::string_view input) {
    os::Subprocess child({.program = program, .arguments = arguments});
    os::write_whole(child.in.get(), input);
    child.in.reset();
    std::string said;
    char part[4096];
    while (const std::size_t n = os::read_some(child.out.get(), part))
        said.append(part, n);
    const os::ExitStatus status = *child.wait();
    if (!status.success())
        throw Error(program + ", asked where its modules are, " + os::describe(status));
    return said;
}

void add_names(std::string_view list, std::vector<std::string>& into) {
    while (!list.empty())
        if (const std::string_view name = take_element(list); !name.empty())
            into.emplace_back(name);
}

std::vector<std::string> modules_in(const std::string& directory) {
    std::vector<std::string> out;
    std::error_code error;
    for (fs::directory_iterator next(directory, error), end; !error && next != end;
         next.increment(error))
        if (next->path().extension() == ".so") out.push_back(next->path().string());
    if (error)
        throw Error("cannot read " + directory + ", where PHP has its modules: " + error.message());
    std::sort(out.begin(), out.end());
    return out;
}

}  // namespace

PhpInstallation php_of(const std::string& program, std::string_view said) {
    PhpInstallation out{.program = program};
    std::string extensions;
    while (!said.empty()) {
        const std::string_view line = take_element(said, '\n');
        const auto mark = line.find('=');
        const std::string_view name = line.substr(0, mark);
        const std::string value =
            mark == line.npos ? std::string() : std::string(trimmed(line.substr(mark + 1)));
        if (name == "extensions") extensions = value;
        if (name == "settings") out.settings = value;
        if (name == "more") add_names(value, out.more);
    }
    if (extensions.empty())
        throw Error(program + " does not say where its modules are: is it PHP for CGI?");
    out.modules = modules_in(extensions);
    return out;
}

PhpInstallation php_of_info(const std::string& program, std::string_view info) {
    PhpInstallation out{.program = program};
    std::string extensions;
    constexpr std::string_view is = " => ", none = "(none)";
    while (!info.empty()) {
        const std::string_view line = take_element(info, '\n');
        const auto mark = line.find(is);
        if (mark == line.npos) continue;
        const std::string_view name = line.substr(0, mark);
        const std::string_view values = line.substr(mark + is.size());
        if (values == none) continue;
        if (name == "Loaded Configuration File") out.settings = values;
        if (name == "extension_dir") extensions = values.substr(0, values.find(is));
        if (name != "Additional .ini files parsed") continue;
        std::string list(values);
        while (list.ends_with(',') && !info.empty())  // the next is on a line of its own
            list += take_element(info, '\n');
        add_names(list, out.more);
    }
    if (extensions.empty())
        throw Error(program + " does not say where its modules are: is it PHP's FPM?");
    out.modules = modules_in(extensions);
    return out;
}

PhpInstallation find_php(std::string_view name) {
    const std::string program = installed(name);
    if (program.empty())
        throw PackageError(
            std::string(name) + ", which is to come along, is not installed on this machine",
            "in Debian it is the package " + std::string(name));
    if (name == fpm) return php_of_info(program, said_by(program, {"-i"}, {}));
    return php_of(program, said_by(program, {"-q"}, question));
}

std::string_view preferred_php() {
    return installed(fpm).empty() && !installed(cgi).empty() ? cgi : fpm;
}

}  // namespace turngate::package
