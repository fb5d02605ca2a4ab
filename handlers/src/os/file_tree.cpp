#include <cerrno>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string_view>
#include <sys/syscall.h>
#include <system_error>
#include <unistd.h>

#include <turngate/os/file_tree.h>

namespace turngate::os {
namespace {

constexpr int how_to_open = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;

// The answers that mean "there is no such file here": ENXIO is a socket or a device without driver.
bool is_absence(int error) {
    return error == ENOENT || error == ENOTDIR || error == ELOOP || error == EXDEV ||
           error == ENAMETOOLONG || error == ENXIO || error == ENODEV || error == EINVAL;
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
    if (path.empty() || path.front() == '/' || path.find('\0') != path.npos) return {};
    if (links_ == Links::inside) {
        bool is_known = true;
        Fd fd = open_by_kernel(path, is_known);
        if (is_known) return fd;
    }
    return open_by_step(path);
}

Fd FileTree::open_by_kernel(const std::string& path, bool& is_known) const {
    open_how how{};
    how.flags = how_to_open;
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

Fd FileTree::open_by_step(const std::string& path) const {
    Fd directory;
    std::string_view rest = path;
    while (true) {
        const int at = directory ? directory.get() : root_.get();
        const auto slash = rest.find('/');
        const std::string name(rest.substr(0, slash));
        if (name == "..") return {};
        const bool is_last = slash == rest.npos || slash + 1 == rest.size();
        const int flags =
            is_last ? how_to_open | O_NOFOLLOW : O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
        const char* here = name.empty() ? "." : name.c_str();
        Fd next = opened(::openat(at, here, slash + 1 == rest.size() ? flags | O_DIRECTORY : flags),
                         path);
        if (is_last || !next) return next;
        directory = std::move(next);
        rest.remove_prefix(slash + 1);
    }
}

}  // namespace turngate::os
