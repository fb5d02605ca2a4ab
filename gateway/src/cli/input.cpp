#include "cli/input.h"

#include <array>
#include <cerrno>
#include <cstdint>
#include <fcntl.h>
#include <poll.h>
#include <span>
#include <unistd.h>

#include "cli/exit_status.h"
#include "replay/golden_file.h"
#include "replay/gunzip.h"
#include "replay/limits.h"
#include "replay/reading_hint.h"
#include <turngate/os/fd.h>

namespace turngate::cli {
namespace {

[[noreturn]] void fail(const std::string& name, int error) {
    throw CommandError(exit_status::unreadable, name + ": cannot be read: " + replay::reason(error),
                       std::string(replay::reading_hint(error)));
}

// As read(), but waits where whoever shares the descriptor made it non-blocking.
ssize_t read_block(int fd, std::span<char> block) {
    for (;;) {
        const ssize_t n = ::read(fd, block.data(), block.size());
        if (n >= 0 || (errno != EINTR && errno != EAGAIN)) return n;
        pollfd ready{fd, POLLIN, 0};
        if (errno == EAGAIN) ::poll(&ready, 1, -1);
    }
}

// Refuses what goes on past `limit` after `size` bytes. Reads the rest first, if it has an end, to
// be able to say how much it is.
[[noreturn]] void too_large(int fd, const std::string& name, std::string_view what,
                            std::uint64_t size, std::uint64_t limit) {
    constexpr std::uint64_t farthest = 64u << 20;
    std::array<char, 64 * 1024> block;
    ssize_t n = 1;
    while (n != 0 && size <= farthest) {
        n = read_block(fd, block);
        if (n < 0) break;
        size += static_cast<std::uint64_t>(n);
    }
    const std::string bytes = n == 0 ? std::to_string(size) : "over " + std::to_string(farthest);
    throw CommandError(exit_status::unreadable,
                       name + ": " + std::string(what) + "has " + bytes +
                           " bytes, more than the limit of " + std::to_string(limit),
                       std::string(replay::reading_hint(EFBIG)));
}

// `what` is the beginning of a sentence about it: "the event ".
std::string read_all(int fd, const std::string& name, std::string_view what, std::size_t limit) {
    std::string text;
    std::array<char, 64 * 1024> block;
    for (;;) {
        const ssize_t n = read_block(fd, block);
        if (n < 0) fail(name, errno);
        if (n == 0) return text;
        const auto size = static_cast<std::size_t>(n);
        if (text.size() + size > limit) too_large(fd, name, what, text.size() + size, limit);
        text.append(block.data(), size);
    }
}

std::string read(const std::string& path, std::string_view what, std::size_t limit) {
    if (path == "-") return read_all(STDIN_FILENO, "standard input", what, limit);
    if (path.empty()) fail("\"\"", ENOENT);
    os::Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) fail(path, errno);
    return read_all(file.get(), path, what, limit);
}

}  // namespace

std::string read_input(const std::string& path) {
    return read(path, "", input_limit);
}

std::string read_event_text(const std::string& path) {
    std::string text = read(path, "the event ", replay::event_limit);
    if (!replay::is_packed(path)) return text;
    try {
        return replay::gunzip(text, replay::event_limit);
    } catch (const replay::BadGzip& e) {
        throw CommandError(exit_status::unreadable, path + ": cannot be read: " + e.what(),
                           std::string(replay::packed_hint));
    }
}

std::string read_data(std::string_view data) {
    if (data == "-") return read_input("-");
    if (data.starts_with('@')) return read_input(std::string(data.substr(1)));
    return std::string(data);
}

}  // namespace turngate::cli
