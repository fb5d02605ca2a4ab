#include "package/package.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "open_target.h"
#include "package/lambda_image.h"
#include "package/php_files.h"
#include "package/scripts.h"
#include "package/shared_libraries.h"

namespace turngate::package {
namespace {

namespace fs = std::filesystem;

std::string name_of(const std::string& path) {
    return fs::path(path).filename().string();
}

void check_machine(Package& package, const std::string& path, const ElfFile& file) {
    if (file.machine != "x86_64" && file.machine != "arm64")
        throw PackageError(path + " is for " + file.machine + ", which Lambda has not",
                           "Lambda runs x86_64 and arm64");
    if (package.machine.empty()) package.machine = file.machine;
    if (package.machine != file.machine)
        throw PackageError(path + " is for " + file.machine + ", and the rest of the package for " +
                               package.machine,
                           "pack on a machine like those that the function is to run on");
}

PackageError does_not_fit(const Libraries::Missing& missing, const std::string& hint) {
    const auto& [library, version, symbol] = missing.version;
    return {missing.file + " needs " + (symbol.empty() ? "" : symbol + " of ") + version + " in " +
                library +
                ", which provided.al2023 has not: it has glibc 2.34 and GCC 11's libraries",
            hint};
}

constexpr std::string_view own_libraries = "turngate/lib/";

// Programs that come with the C library they were built for and their loader, as a script `name`
// that starts the first file; the rest are modules that it loads.
void add_apart(Package& package, const std::string& name, const std::vector<std::string>& files,
               std::string (*script)(const std::string& loader, const std::string& program)) {
    const Libraries libraries = libraries_of(files, true);
    const std::string loader = name_of(libraries.loader);
    for (const auto& [library, path] : libraries.paths)
        package.files.add_file(std::string(own_libraries) + library, path);
    if (!libraries.paths.contains(loader))
        package.files.add_program(std::string(own_libraries) + loader, libraries.loader);
    const std::string program = name_of(files[0]);
    package.files.add_program("turngate/bin/" + program, files[0]);
    package.files.add_text(name, script(loader, program), true);
}

// A program that the image's loader starts.
void add_native(Package& package, const std::string& path, const std::string& hint) {
    const Libraries libraries = libraries_of({path}, false);
    if (!libraries.missing.empty()) throw does_not_fit(libraries.missing.front(), hint);
    // Lambda's LD_LIBRARY_PATH has /var/task/lib.
    for (const auto& [library, from] : libraries.paths)
        package.files.add_file("lib/" + library, from);
}

// turngate itself, which `plugins` are loaded into.
void add_turngate(Package& package, const std::string& path,
                  const std::vector<std::string>& plugins) {
    const ElfFile file = read_elf_file(path);
    check_machine(package, path, file);
    if (file.interpreter.empty()) {
        package.files.add_program("turngate/turngate", path);
        return;
    }
    std::vector<std::string> files = {path};
    files.insert(files.end(), plugins.begin(), plugins.end());
    add_apart(package, "turngate/turngate", files, scripts::apart);
}

void add_php(Package& package, std::string_view name) {
    const PackedFiles before = package.files;
    const PhpInstallation php = find_php(name);
    check_machine(package, php.program, read_elf_file(php.program));
    std::vector<std::string> files = {php.program};
    files.insert(files.end(), php.modules.begin(), php.modules.end());
    const bool is_fpm = name == "php-fpm";
    add_apart(package, "turngate/" + std::string(name), files,
              is_fpm ? scripts::php_fpm : scripts::php_cgi);
    if (is_fpm) package.files.add_text("turngate/php/fpm.conf", scripts::php_fpm_settings(), false);
    for (const std::string& module : php.modules)
        package.files.add_file("turngate/php/modules/" + name_of(module), module);
    if (!php.settings.empty()) package.files.add_file("turngate/php/php.ini", php.settings);
    for (const std::string& settings : php.more)
        package.files.add_file("turngate/php/conf.d/" + name_of(settings), settings);
    PackagePart part{.name = std::string(name) + " and its libraries"};
    for (const auto& [packed, file] : package.files.all())
        if (!before.all().contains(packed)) {
            ++part.files;
            part.bytes += file.source.empty() ? file.text.size() : fs::file_size(file.source);
        }
    package.parts.push_back(std::move(part));
}

// Whether `program` is a word of a command that is to be started.
bool starts(std::string_view uri, std::string_view program) {
    for (auto at = uri.find(program); at != uri.npos; at = uri.find(program, at + 1)) {
        const auto end = at + program.size();
        const bool begins = at > 0 && (uri[at - 1] == ' ' || uri[at - 1] == ':');
        if (begins && (end == uri.size() || uri[end] == ' ')) return true;
    }
    return false;
}

// The programs of an application must fit the image. Of what else is in a folder nobody knows
// whether it is ever loaded, and where.
void check_application(Package& package, bool is_named) {
    std::vector<std::string> paths;
    for (const auto& [name, file] : package.files.all())
        if (name.starts_with("app/")) paths.push_back(file.source);
    for (const std::string& path : paths) {
        const ElfFile file = look_into(path);
        if (file.machine.empty() || (file.interpreter.empty() && !is_named)) continue;
        check_machine(package, path, file);
        add_native(package, path, "build it on provided.al2023 itself, or link it statically");
    }
}

void add_application(Package& package, const std::string& uri, const PackageOptions& options) {
    if (!options.folder.empty()) {
        package.files.add_folder("app/", options.folder, options.archive);
        return;
    }
    for (const std::string& file : target_files(uri)) {
        const std::string plain = fs::path(file).lexically_normal().string();
        if (plain.starts_with('/') || plain.starts_with(".."))
            throw PackageError(file +
                                   " is not below this directory, so the package has no place "
                                   "for it that " +
                                   uri + " means",
                               "change to the directory of the application (-C DIR), and write "
                               "paths as from there");
        package.files.add_file("app/" + plain, file);
    }
}

}  // namespace

Package pack_program(const std::string& path, const PackageOptions& options) {
    Package package;
    const ElfFile file = read_elf_file(path);
    check_machine(package, path, file);
    if (file.is_dynamic && file.interpreter.empty() && !file.needed.empty())
        throw PackageError(path + " is a shared library, not a program",
                           "a plug-in is packed as plugin:" + path);
    if (options.libc && !file.interpreter.empty()) {
        add_apart(package, "bootstrap", {path}, scripts::bootstrap_apart);
        return package;
    }
    add_native(package, path,
               "link it statically (cmake --preset static), or --libc takes this machine's C "
               "library along");
    package.files.add_program("bootstrap", path);
    return package;
}

Package pack_target(const std::string& uri, const PackageOptions& options) {
    Package package;
    add_application(package, uri, options);
    const bool is_plugin = uri.starts_with("plugin:");
    std::vector<std::string> plugins;
    if (is_plugin && options.folder.empty()) plugins = target_files(uri);
    add_turngate(package, options.turngate, plugins);
    for (const std::string_view php : {"php-fpm", "php-cgi"})
        if (starts(uri, php)) add_php(package, php);
    if (!is_plugin) check_application(package, options.folder.empty());
    package.files.add_text("bootstrap", scripts::target(uri), true);
    return package;
}

Package pack_php(const PackageOptions& options) {
    const bool has_public = fs::is_regular_file(options.folder + "/public/index.php");
    if (!has_public && !fs::is_regular_file(options.folder + "/index.php"))
        throw PackageError(
            options.folder +
                " has neither public/index.php nor index.php, and what "
                "else there is to start is not said",
            "name the target, as in --files " + options.folder + " http:spawn:'exec ./server'");
    return pack_target(std::string(has_public ? "fcgi:spawn?root=public" : "fcgi:spawn?root=.") +
                           ":exec " + std::string(preferred_php()),
                       options);
}

Package pack_layer(const PackageOptions& options) {
    Package package;
    add_turngate(package, options.turngate, {});
    package.files.add_text("bootstrap", scripts::layer(), true);
    return package;
}

}  // namespace turngate::package
