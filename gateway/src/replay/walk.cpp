// The files of a directory tree, in order, without holding the tree.
#include "replay/walk.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <dirent.h>
#include <memory>
#include <sys/stat.h>

namespace turngate::replay {

Walk::Walk(std::string root, std::size_t most_levels, std::string_view apart)
    : root_(std::move(root)), most_levels_(most_levels), apart_(apart) {}

int Walk::enter(std::string path, std::string_view apart) {
    struct Close {
        void operator()(DIR* d) const { ::closedir(d); }
    };
    const std::unique_ptr<DIR, Close> directory(::opendir(path.c_str()));
    if (!directory) return errno;
    struct stat status {};
    if (::fstat(::dirfd(directory.get()), &status) != 0) return errno;
    if (!visited_.insert(id_of(status)).second) return is_visited;

    Level level;
    level.path = std::move(path);
    if (level.path.back() != '/') level.path += '/';
    errno = 0;
    while (const dirent* entry = ::readdir(directory.get())) {
        if (!apart.empty() && apart == entry->d_name) return is_apart;
        if (entry->d_name[0] == '.') continue;
        level.order.push_back(static_cast<std::uint32_t>(level.names.size()));
        level.names.append(entry->d_name, std::strlen(entry->d_name) + 1);
        if (level.names.size() > 0xf000'0000u) return EOVERFLOW;
        errno = 0;
    }
    if (errno != 0) return errno;
    std::sort(level.order.begin(), level.order.end(), [&](std::uint32_t a, std::uint32_t b) {
        return std::strcmp(level.names.c_str() + a, level.names.c_str() + b) < 0;
    });
    levels_.push_back(std::move(level));
    return 0;
}

Walk::Entry Walk::next() {
    using enum Entry::Kind;
    if (!started_) {
        started_ = true;
        if (int error = enter(root_, {}); error != 0) return {failed, root_, error};
    }
    while (!levels_.empty()) {
        Level& level = levels_.back();
        if (level.position == level.order.size()) {
            levels_.pop_back();
            continue;
        }
        std::string path = level.path + (level.names.c_str() + level.order[level.position++]);
        struct stat status {};
        if (::stat(path.c_str(), &status) != 0) {
            const int error = errno;
            const bool leads_nowhere = error == ENOENT || error == ELOOP;
            return {leads_nowhere ? missing : failed, std::move(path), error};
        }
        if (S_ISREG(status.st_mode)) return {file, std::move(path), 0, id_of(status)};
        if (!S_ISDIR(status.st_mode)) return {special, std::move(path)};
        if (levels_.size() >= most_levels_) continue;
        const int error = enter(path, apart_);
        if (error == is_apart) continue;
        if (error == is_visited) return {visited, std::move(path)};
        if (error > 0) return {failed, std::move(path), error};
    }
    return {};
}

}  // namespace turngate::replay
