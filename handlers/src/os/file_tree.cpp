#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string_view>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <system_error>
#include <unistd.h>

#include <turngate/os/file_tree.h>

namespace turngate::os {
namespace {

constexpr int to_read = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
constexpr int to_examine = O_PATH | O_CLOEXEC;

// The answers that mean "there is no such file here": ENXIO is a socket or a device without driver.
bool is_absence(int error) {
    return error == ENOENT || error == ENOTDIR || error == ELOOP || error == EXDEV ||
           error == ENAMETOOLONG || error == ENXIO || error == ENODEV || error == EINVAL;
}

bool climbs(std::string_view path) {
    while (!path.empty()) {
        const std::string_view name = path.substr(0, path.find('/'));
        if (name == "..") return true;
        path.remove_prefix(std::min(path.size(), name.size() + 1));
    }
    return false;
}

[[noreturn]] void fail(const std::string& path) {
    throw std::system_error(errno, std::generic_category(), "cannot open " + path);
}

Fd opened(int fd, const std::string& path) {
    if (fd < 0 && !is_absence(errno)) fail(path);
    return Fd(fd);
}

}  // namespace

FileTree::FileTree(const std::string& directory, Links links)
    : root_(::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)), links_(links) {
    if (!root_) fail(directory);
}

Fd FileTree::open(const std::string& path) const {
    return open_with(to_read, path);
}

Fd FileTree::locate(const std::string& path) const {
    Fd fd = open_with(to_examine, path);
    // O_PATH | O_NOFOLLOW opens a link itself.
    struct stat facts {};
    if (fd && ::fstat(fd.get(), &facts) == 0 && S_ISLNK(facts.st_mode)) return {};
    return fd;
}

Fd FileTree::open_with(int flags, const std::string& path) const {
    if (path.empty() || path.front() == '/' || path.find('\0') != path.npos) return {};
    if (links_ == Links::anywhere) {
        if (climbs(path)) return {};
        return opened(::openat(root_.get(), path.c_str(), flags), path);
    }
    if (links_ == Links::inside) {
        bool is_known = true;
        Fd fd = open_by_kernel(flags, path, is_known);
        if (is_known) return fd;
    }
    return open_by_step(flags, path);
}

Fd FileTree::open_by_kernel(int flags, const std::string& path, bool& is_known) const {
    open_how how{};
    how.flags = static_cast<std::uint64_t>(flags);
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
    // EAGAIN: something was renamed meanwhile, so that the kernel cannot tell where it is.
    for (int attempt = 0;; ++attempt) {
        const auto fd =
            static_cast<int>(::syscall(SYS_openat2, root_.get(), path.c_str(), &how, sizeof how));
        if (fd < 0 && (errno == EINTR || (errno == EAGAIN && attempt < 100))) continue;
        // A sandbox that does not know the call forbids it.
        if (fd < 0 && (errno == ENOSYS || errno == EPERM)) is_known = false;
        if (!is_known) return {};
        return opened(fd, path);
    }
}

Fd FileTree::open_by_step(int flags, const std::string& path) const {
    Fd directory;
    std::string_view rest = path;
    while (true) {
        const int at = directory ? directory.get() : root_.get();
        const auto slash = rest.find('/');
        const std::string name(rest.substr(0, slash));
        if (name == "..") return {};
        const bool is_last = slash == rest.npos || slash + 1 == rest.size();
        const int how =
            is_last ? flags | O_NOFOLLOW : O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
        const char* here = name.empty() ? "." : name.c_str();
        Fd next =
            opened(::openat(at, here, slash + 1 == rest.size() ? how | O_DIRECTORY : how), path);
        if (is_last || !next) return next;
        directory = std::move(next);
        rest.remove_prefix(slash + 1);
    }
}

std::string real_path(const Fd& file) {
    std::array<char, PATH_MAX> path;
    const std::string link = "/proc/self/fd/" + std::to_string(file.get());
    const ssize_t size = ::readlink(link.c_str(), path.data(), path.size());
    struct stat facts {};
    // One that is gone is "/a/b (deleted)".
    if (size <= 0 || static_cast<std::size_t>(size) == path.size() ||
        ::fstat(file.get(), &facts) != 0 || facts.st_nlink == 0)
        return {};
    return {path.data(), static_cast<std::size_t>(size)};
}

}  // namespace turngate::os
