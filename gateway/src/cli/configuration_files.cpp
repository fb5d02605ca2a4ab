// Which configuration files there are.
#include "cli/configuration_files.h"

#include <cerrno>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "cli/commands.h"
#include "replay/golden_file.h"
#include <turngate/handlers/spelling.h>

namespace turngate::cli {
namespace {

constexpr std::size_t largest = 1u << 20;
constexpr const char* unreadable_hint =
    "make it a file that can be read, or name another by --config";

// False if there is no such file. One that is only `looked_for` may be where this user may not
// look.
bool read(const std::string& path, std::string& text, bool looked_for) {
    try {
        return replay::read_file(path, text, largest);
    } catch (const std::system_error& e) {
        struct stat facts {};
        if (looked_for && e.code().value() == EACCES && ::lstat(path.c_str(), &facts) != 0)
            return false;
        throw CommandError(exit_status::usage, e.what(), unreadable_hint);
    } catch (const Error& e) {
        throw CommandError(exit_status::usage, e.what(), unreadable_hint);
    }
}

Setting parse(const std::string& text, const std::string& path) {
    return path.ends_with(".jsonc") || path.ends_with(".json") ? read_jsonc(text, path)
                                                               : read_toml(text, path);
}

// What another user has put above the current directory, in /tmp say, is not obeyed: be it a link
// to a file of this user's, whose relative paths would lead from there. After the file has been
// read, so that it cannot be another one by then.
void refuse_foreign(const std::string& path) {
    struct stat facts {};
    if (::lstat(path.c_str(), &facts) == 0 && (facts.st_uid == ::geteuid() || facts.st_uid == 0))
        return;
    throw CommandError(exit_status::usage, path + " belongs to another user",
                       "to obey it all the same, give it as --config " + path);
}

struct File {
    std::string path;    // empty: none
    std::string before;  // the way to its directory: "../"
    std::string text;
};

// The nearest from `directory` ("" or "DIR/") on upwards.
File find_upwards(const std::string& directory) {
    const auto identity = [](const std::string& path) {
        struct stat facts {};
        return ::stat((path.empty() ? "." : path.c_str()), &facts) == 0
                   ? std::pair(facts.st_dev, facts.st_ino)
                   : std::pair(dev_t(), ino_t());
    };
    File found;
    for (std::string up = directory;; up += "../") {
        for (const char* name : {"turngate.toml", "turngate.jsonc"}) {
            std::string text;
            const std::string path = up + name;
            if (!read(path, text, true)) continue;
            if (!found.path.empty())
                throw CommandError(exit_status::usage,
                                   "there are both " + found.path + " and " + path,
                                   "keep one of them");
            refuse_foreign(path);
            found = {path, up.substr(directory.size()), std::move(text)};
        }
        if (!found.path.empty() || identity(up) == identity(up + "../")) return found;
    }
}

// With a slash at its end; empty for the current one.
std::string directory_of(const std::string& path) {
    return path.substr(0, path.rfind('/') + 1);  // npos + 1 is 0
}

std::string user_path(const Environment& environment) {
    const std::string base = environment("XDG_CONFIG_HOME").value_or("");
    if (base.starts_with('/')) return base + "/turngate/config.toml";  // others are to be ignored
    const std::string home = environment("HOME").value_or("");
    return home.empty() ? "" : home + "/.config/turngate/config.toml";
}

}  // namespace

Configuration load_configuration(const Arguments& globals, const Environment& environment) {
    Configuration configuration(commands(), global_options());
    const std::string profile(globals.text("profile"));
    const std::string user = user_path(environment);
    bool has_profile = false;
    std::string text;
    if (!user.empty() && read(user, text, true))
        has_profile = configuration.add(parse(text, user), user, directory_of(user), profile);

    std::string directory(globals.text("directory"));
    if (!directory.empty() && !directory.ends_with('/')) directory += '/';
    File file;
    if (globals.given("config")) {
        const std::string given(globals.text("config"));
        file.path = given.starts_with('/') ? given : directory + given;
        file.before = directory_of(given);
        if (!read(file.path, file.text, false))
            throw CommandError(exit_status::usage, file.path + ": " + replay::reason(ENOENT),
                               "give --config a file that is there");
    } else {
        file = find_upwards(directory);
    }
    if (!file.path.empty()) {
        const bool here =
            configuration.add(parse(file.text, file.path), file.path, file.before, profile);
        has_profile = has_profile || here;
    }
    if (profile.empty() || has_profile) return configuration;
    const std::vector<std::string_view> known = configuration.profiles();
    const std::string_view near = nearest_word(profile, known);
    std::string hint;
    for (const std::string_view name : known)
        hint.append(hint.empty() ? "there are: " : " ").append(name);
    throw CommandError(exit_status::usage, "there is no profile " + profile,
                       !near.empty()  ? "did you mean " + std::string(near) + "?"
                       : hint.empty() ? "write a table [profile." + profile + "] in turngate.toml"
                                      : hint);
}

}  // namespace turngate::cli
