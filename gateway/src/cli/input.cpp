#include "cli/input.h"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>

#include "cli/exit_status.h"
#include <turngate/os/fd.h>

namespace turngate::cli {
namespace {

[[noreturn]] void fail(const std::string& name, int error) {
    std::string hint;
    if (error == ENOENT) hint = "check the name; paths are relative to the current directory";
    if (error == EISDIR) hint = "name a file in it";
    if (error == EACCES) hint = "the file must be readable by the current user";
    throw CommandError(exit_status::unreadable,
                       name + ": cannot be read: " + std::generic_category().message(error), hint);
}

std::string read_all(int fd, const std::string& name, std::size_t limit) {
    std::string text;
    std::array<char, 64 * 1024> block;
    for (;;) {
        ssize_t n = ::read(fd, block.data(), block.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) fail(name, errno);
        if (n == 0) return text;
        if (text.size() + static_cast<std::size_t>(n) > limit)
            throw CommandError(exit_status::unreadable,
                               name + ": has more than " + std::to_string(limit) + " bytes",
                               "no platform takes a request of that size");
        text.append(block.data(), static_cast<std::size_t>(n));
    }
}

}  // namespace

std::string read_input(const std::string& path, std::size_t limit) {
    if (path == "-") return read_all(STDIN_FILENO, "standard input", limit);
    if (path.empty()) fail("\"\"", ENOENT);
    os::Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) fail(path, errno);
    return read_all(file.get(), path, limit);
}

std::string read_data(std::string_view data, std::size_t limit) {
    if (data == "-") return read_input("-", limit);
    if (data.starts_with('@')) return read_input(std::string(data.substr(1)), limit);
    return std::string(data);
}

}  // namespace turngate::cli
