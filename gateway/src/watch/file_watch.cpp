#include "watch/file_watch.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "replay/glob.h"
#include <turngate/http/error.h>

namespace turngate::watch {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t events = IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE |
                                 IN_DELETE | IN_MOVE_SELF | IN_ONLYDIR | IN_EXCL_UNLINK;

// "a/b", and "b" for what is in this directory: how patterns and people write it.
std::string inside(const std::string& directory, std::string_view name) {
    if (directory == ".") return std::string(name);
    return directory + (directory.ends_with('/') ? "" : "/") + std::string(name);
}

std::string without_dot(std::string_view path) {
    while (path.starts_with("./"))
        path.remove_prefix(std::min(path.find_first_not_of('/', 1), path.size()));
    return std::string(path);
}

// The directories in front of the first segment that is a pattern.
std::string fixed_part(std::string_view pattern) {
    std::string_view fixed = pattern;
    while (replay::is_glob(fixed))
        fixed = fixed.substr(
            0, std::min(fixed.rfind('/'), fixed.size()) == fixed.size() ? 0 : fixed.rfind('/'));
    if (fixed.empty()) return pattern.starts_with('/') ? "/" : ".";
    return std::string(fixed);
}

bool is_passing(std::string_view name) {
    return name.starts_with('.') || name.ends_with('~');
}

// A name that was made and is complete at once: a link of either kind.
bool is_link(const std::string& path) {
    struct stat facts {};
    return ::lstat(path.c_str(), &facts) == 0 && (S_ISLNK(facts.st_mode) || facts.st_nlink > 1);
}

}  // namespace

FileWatch::FileWatch(const std::vector<std::string>& patterns)
    : inotify_(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {
    if (!inotify_) throw std::system_error(errno, std::generic_category(), "cannot watch files");
    for (const std::string& pattern : patterns) {
        if (pattern.starts_with('!')) {
            unwanted_.push_back(without_dot(std::string_view(pattern).substr(1)));
        } else if (pattern.ends_with('/')) {
            std::string path = without_dot(pattern);
            while (path.size() > 1 && path.ends_with('/'))
                path.pop_back();
            trees_.push_back(path.empty() ? "" : inside(path, ""));
            roots_.push_back({path.empty() ? "." : path});
        } else if (!replay::is_glob(pattern)) {
            watch_file(pattern);
        } else {
            wanted_.push_back(without_dot(pattern));
            roots_.push_back({fixed_part(wanted_.back())});
        }
    }
    for (const Root& root : roots_)
        watch_root(root, nullptr);
}

void FileWatch::watch_file(const std::string& path) {
    const auto add = [&](const fs::path& file) {
        const fs::path directory = file.parent_path();
        roots_.push_back({directory.empty() ? "." : directory.string(), file.filename().string()});
    };
    add(path);
    // Behind a link another file may be replaced.
    std::error_code error;
    const fs::path real = fs::canonical(path, error);
    if (!error && fs::is_symlink(fs::symlink_status(path, error))) add(real);
}

void FileWatch::watch_root(const Root& root, std::vector<std::string>* found) {
    if (root.file.empty()) return watch_tree(root.path, found);
    auto& files = watch(root.path, false).files;
    if (std::find(files.begin(), files.end(), root.file) == files.end()) files.push_back(root.file);
    const std::string path = inside(root.path, root.file);
    if (found && fs::exists(path)) found->push_back(path);
}

// `path` is not watched any more, or is another place than it was.
void FileWatch::lose(const std::string& path) {
    for (Root& root : roots_)
        root.is_lost = root.is_lost || root.path == path;
}

void FileWatch::find_again(std::vector<std::string>& changed) {
    bool is_complete = true;
    for (Root& root : roots_)
        is_complete = (!root.is_lost || find_again(root, changed)) && is_complete;
    if (is_complete) forget([](const Directory& d) { return !d.is_deep && d.files.empty(); });
}

// False if it is not there; then the nearest directory above tells when something comes.
bool FileWatch::find_again(Root& root, std::vector<std::string>& changed) {
    const auto is_watched = [](const auto& work) {
        try {
            work();
            return true;
        } catch (const Error&) {
            return false;
        }
    };
    do {
        root.is_lost = !is_watched([&] { watch_root(root, &changed); });
        if (!root.is_lost) return true;
        forget([&](const Directory& d) {
            return d.path == root.path || d.path.starts_with(root.path + '/');
        });
        fs::path above = root.path;
        do {
            if (!above.has_relative_path() || above == ".") return false;
            above = above.has_parent_path() ? above.parent_path() : fs::path(".");
        } while (!is_watched([&] { watch(above.string(), false); }));
    } while (fs::is_directory(root.path));  // it has come before that was watched
    return false;
}

void FileWatch::forget(const std::function<bool(const Directory&)>& is_unwanted) {
    std::erase_if(directories_, [&](const auto& entry) {
        const bool goes = is_unwanted(entry.second);
        if (goes) ::inotify_rm_watch(inotify_.get(), entry.first);
        return goes;
    });
}

FileWatch::Directory& FileWatch::watch(const std::string& path, bool is_deep) {
    const int id = ::inotify_add_watch(inotify_.get(), path.c_str(), events);
    if (id < 0)
        throw Error("cannot watch " + path + ": " +
                    (errno == ENOSPC ? "there are more directories than "
                                       "/proc/sys/fs/inotify/max_user_watches allows"
                                     : std::generic_category().message(errno)));
    Directory& directory = directories_[id];
    directory.path = path;
    directory.is_deep = directory.is_deep || is_deep;
    return directory;
}

// Watches `path` and all below. Files that are there already are put in `found`: of a directory
// that has just come, nobody told what was written before it was watched.
void FileWatch::watch_tree(const std::string& path, std::vector<std::string>* found) {
    watch(path, true);
    std::error_code error;
    for (fs::directory_iterator it(path, error), end; !error && it != end; it.increment(error)) {
        const std::string name = it->path().filename().string();
        if (is_passing(name)) continue;
        std::error_code gone;
        if (it->is_directory(gone) && !it->is_symlink(gone))
            watch_tree(inside(path, name), found);
        else if (found && is_selected(inside(path, name)))
            found->push_back(inside(path, name));
    }
}

bool FileWatch::is_selected(const std::string& path) const {
    const auto matches = [&](const std::string& pattern) {
        return replay::glob_matches(pattern, path);
    };
    const bool is_wanted = std::any_of(wanted_.begin(), wanted_.end(), matches) ||
                           std::any_of(trees_.begin(), trees_.end(), [&](const std::string& tree) {
                               return path.starts_with(tree);
                           });
    return is_wanted && std::none_of(unwanted_.begin(), unwanted_.end(), matches);
}

void FileWatch::note(const Directory& directory, const std::string& name, unsigned what,
                     std::vector<std::string>& changed) {
    const std::string path = inside(directory.path, name);
    if ((what & IN_CREATE) != 0 && (what & IN_ISDIR) == 0 && !is_link(path)) return;
    const bool is_there = (what & (IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE)) != 0;
    const auto& files = directory.files;
    if (is_there && std::find(files.begin(), files.end(), name) != files.end())
        return changed.push_back(path);
    if (!directory.is_deep || is_passing(name)) return;
    if ((what & IN_ISDIR) != 0) {
        if (!is_there) return;
        try {
            watch_tree(path, &changed);
        } catch (const Error&) {  // it has gone again, or there are too many: the others count
        }
    } else if (is_selected(path)) {
        changed.push_back(path);
    }
}

std::vector<std::string> FileWatch::take(const std::function<bool(std::string_view name)>& is_own) {
    std::vector<std::string> changed;
    std::vector<std::uint32_t> own_moves;  // cookies of both ends of a rename (inotify(7))
    alignas(inotify_event) std::array<char, 16 * 1024> block;
    while (true) {
        const ssize_t size = ::read(inotify_.get(), block.data(), block.size());
        if (size < 0 && errno == EINTR) continue;
        if (size <= 0) break;
        for (std::size_t at = 0; at < static_cast<std::size_t>(size);) {
            inotify_event event{};
            std::memcpy(&event, block.data() + at, sizeof event);
            const std::string name = event.len > 0 ? block.data() + at + sizeof event : "";
            at += sizeof event + event.len;
            if ((event.mask & IN_Q_OVERFLOW) != 0) changed.push_back("more than can be told");
            const auto found = directories_.find(event.wd);
            if (found == directories_.end()) continue;
            if ((event.mask & IN_IGNORED) != 0) {
                lose(found->second.path);
                directories_.erase(found);
            } else if ((event.mask & IN_MOVE_SELF) != 0) {
                lose(found->second.path);
            } else if ((event.mask & IN_MOVED_FROM) != 0 && is_own && is_own(name)) {
                own_moves.push_back(event.cookie);
            } else if ((event.mask & IN_MOVED_TO) != 0 &&
                       std::find(own_moves.begin(), own_moves.end(), event.cookie) !=
                           own_moves.end()) {
                continue;
            } else if (!name.empty()) {
                const Directory directory = found->second;  // note() may add others
                note(directory, name, event.mask, changed);
            }
        }
    }
    find_again(changed);
    std::sort(changed.begin(), changed.end());
    changed.erase(std::unique(changed.begin(), changed.end()), changed.end());
    return changed;
}

}  // namespace turngate::watch
