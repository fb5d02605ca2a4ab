#include "spool_file.h"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <stdlib.h>
#include <system_error>
#include <unistd.h>

namespace turngate {
namespace {

[[noreturn]] void fail(const std::string& what) {
    throw std::system_error(errno, std::generic_category(), what);
}

// Not every file system has files without a name.
os::Fd open_named(const std::string& directory) {
    std::string path = directory + "/turngate-XXXXXX";
    os::Fd fd(::mkostemp(path.data(), O_CLOEXEC));
    if (fd) ::unlink(path.c_str());
    return fd;
}

}  // namespace

std::string temporary_directory() {
    const char* directory = std::getenv("TMPDIR");
    return directory && *directory ? directory : "/tmp";
}

SpoolFile::SpoolFile(const std::string& directory)
    : directory_(directory.empty() ? temporary_directory() : directory) {
    fd_ = os::Fd(::open(directory_.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
    if (!fd_ && (errno == EOPNOTSUPP || errno == EISDIR)) fd_ = open_named(directory_);
    if (!fd_) fail("cannot make a file in " + directory_);
}

void SpoolFile::append(std::string_view bytes) {
    std::uint64_t end = size_;
    while (!bytes.empty()) {
        const ssize_t n = ::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(end));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) fail("cannot write to a file in " + directory_);
        bytes.remove_prefix(static_cast<std::size_t>(n));
        end += static_cast<std::uint64_t>(n);
    }
    size_ = end;
}

void SpoolFile::clear() {
    if (::ftruncate(fd_.get(), 0) != 0) fail("cannot empty a file in " + directory_);
    size_ = 0;
}

std::size_t SpoolFile::read(std::uint64_t offset, std::span<char> into) const {
    for (;;) {
        const ssize_t n = ::pread(fd_.get(), into.data(), into.size(), static_cast<off_t>(offset));
        if (n >= 0) return static_cast<std::size_t>(n);
        if (errno != EINTR) fail("cannot read a file in " + directory_);
    }
}

}  // namespace turngate
