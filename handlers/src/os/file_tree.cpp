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

bool is_relative(const std::string& path) {
    return !path.empty() && path.front() != '/' && path.find('\0') == path.npos;
}

// A sandbox that does not know openat2() forbids it.
bool is_unknown_call(int error) {
    return error == ENOSYS || error == EPERM;
}

// O_PATH | O_NOFOLLOW opens a link itself.
bool is_link(const Fd& fd) {
    struct stat facts {};
    return ::fstat(fd.get(), &facts) == 0 && S_ISLNK(facts.st_mode);
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

Fd FileTree::open(const std::string& path, bool* is_real) const {
    return open_with(to_read, path, is_real);
}

Fd FileTree::locate(const std::string& path, bool* is_real) const {
    return open_with(to_examine, path, is_real);
}

std::string FileTree::place_of(const Fd& file) const {
    std::string path = real_path(file);
    const std::string root = real_path(root_);
    if (path.empty() || root.empty() || path == root) return path == root ? "." : std::string();
    const std::string below = root.ends_with('/') ? root : root + '/';
    return path.starts_with(below) ? path.substr(below.size()) : path;
}

Fd FileTree::open_with(int flags, const std::string& path, bool* is_real) const {
    if (is_real) *is_real = links_ == Links::none;
    if (!is_relative(path) || (links_ == Links::anywhere && climbs(path))) return {};
    if (is_real && links_ != Links::none) {
        int error = 0;
        Fd fd = open_by_kernel(flags, RESOLVE_NO_SYMLINKS, path, error);
        *is_real = static_cast<bool>(fd);
        if (error != ELOOP && !is_unknown_call(error)) return fd;
    }
    if (links_ == Links::anywhere) return opened(::openat(root_.get(), path.c_str(), flags), path);
    if (links_ == Links::inside) {
        int error = 0;
        Fd fd = open_by_kernel(flags, 0, path, error);
        if (!is_unknown_call(error)) return fd;
    }
    if (is_real) *is_real = true;
    return open_by_step(flags, path);
}

// `error` becomes that of the system, or 0.
Fd FileTree::open_by_kernel(int flags, std::uint64_t resolve, const std::string& path,
                            int& error) const {
    open_how how{};
    how.flags = static_cast<std::uint64_t>(flags);
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | resolve;
    // EAGAIN: something was renamed meanwhile, so that the kernel cannot tell where it is.
    for (int attempt = 0;; ++attempt) {
        const auto fd =
            static_cast<int>(::syscall(SYS_openat2, root_.get(), path.c_str(), &how, sizeof how));
        error = fd < 0 ? errno : 0;
        if (error == EINTR || (error == EAGAIN && attempt < 100)) continue;
        if (is_unknown_call(error)) return {};
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
        if (is_last && next && (flags & O_PATH) != 0 && is_link(next)) return {};
        if (is_last || !next) return next;
        directory = std::move(next);
        rest.remove_prefix(slash + 1);
    }
}

std::string real_path(const Fd& file) {
    std::array<char, PATH_MAX> path;
    const std::string link = "/proc/self/fd/" + std::to_string(file.get());
    const ssize_t size = ::readlink(link.c_str(), path.data(), path.size());
    if (size <= 0 || static_cast<std::size_t>(size) == path.size()) return {};
    const std::string_view found(path.data(), static_cast<std::size_t>(size));
    // So the system marks one that is gone; but others may be called so.
    struct stat facts {};
    if (found.ends_with(" (deleted)") && (::fstat(file.get(), &facts) != 0 || facts.st_nlink == 0))
        return {};
    return std::string(found);
}

}  // namespace turngate::os
