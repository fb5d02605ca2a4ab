#include "package/php_files.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <unistd.h>

#include "package/package.h"
#include <turngate/os/fd.h>
#include <turngate/os/subprocess.h>

namespace turngate::package {
namespace {

namespace fs = std::filesystem;

// A script on standard input; php-cgi prints no header fields with -q.
constexpr std::string_view question =
    "<?php foreach (['extensions' => ini_get('extension_dir'), 'settings' => php_ini_loaded_file(),"
    " 'more' => str_replace(\"\\n\", '', (string) php_ini_scanned_files())] as $name => $value)"
    " echo \"$name=$value\\n\";";

std::string on_path(const std::string& name) {
    const char* const all = std::getenv("PATH");
    std::string_view rest = all ? all : "/usr/bin:/bin";
    while (!rest.empty()) {
        const std::string_view one = rest.substr(0, rest.find(':'));
        rest.remove_prefix(std::min(rest.size(), one.size() + 1));
        const std::string path = std::string(one) + '/' + name;
        if (!one.empty() && ::access(path.c_str(), X_OK) == 0 && fs::is_regular_file(path))
            return path;
    }
    return {};
}

std::string ask(const std::string& program) {
    os::Subprocess child({.program = program, .arguments = {"-q"}});
    os::write_whole(child.in.get(), question);
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

std::string trimmed(std::string_view text) {
    const auto begin = std::min(text.find_first_not_of(" \r\n"), text.size());
    text.remove_prefix(begin);
    return std::string(text.substr(0, text.find_last_not_of(" \r\n") + 1));
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
        const std::string_view line = said.substr(0, said.find('\n'));
        said.remove_prefix(std::min(said.size(), line.size() + 1));
        const auto mark = line.find('=');
        const std::string_view name = line.substr(0, mark);
        const std::string value = mark == line.npos ? "" : trimmed(line.substr(mark + 1));
        if (name == "extensions") extensions = value;
        if (name == "settings") out.settings = value;
        if (name != "more") continue;
        for (std::string_view rest = value; !rest.empty();) {
            const std::string_view one = rest.substr(0, rest.find(','));
            rest.remove_prefix(std::min(rest.size(), one.size() + 1));
            if (!trimmed(one).empty()) out.more.push_back(trimmed(one));
        }
    }
    if (extensions.empty())
        throw Error(program + " does not say where its modules are: is it PHP for CGI?");
    out.modules = modules_in(extensions);
    return out;
}

PhpInstallation find_php() {
    const std::string program = on_path("php-cgi");
    if (program.empty())
        throw PackageError("php-cgi, which is to come along, is not installed on this machine",
                           "in Debian it is the package php-cgi");
    return php_of(program, ask(program));
}

}  // namespace turngate::package
