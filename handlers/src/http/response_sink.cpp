// What a door does with the rarer parts of a response, unless it can do better.
#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <unistd.h>

#include <turngate/http/response_writer.h>

namespace turngate {

void ResponseSink::on_interim(int, const Headers&) {}

void ResponseSink::on_trailers(const Headers&) {}

RawConnection* ResponseSink::on_switch(const Headers&) {
    return nullptr;
}

void ResponseSink::on_file(int fd, std::uint64_t offset, std::uint64_t size) {
    std::array<char, 64 * 1024> block;
    while (size > 0) {
        const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(size, block.size()));
        const ssize_t n = ::pread(fd, block.data(), wanted, static_cast<off_t>(offset));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) throw std::system_error(errno, std::generic_category(), "cannot read the file");
        if (n == 0) throw std::runtime_error("the file became shorter while it was sent");
        on_body({block.data(), static_cast<std::size_t>(n)});
        offset += static_cast<std::uint64_t>(n);
        size -= static_cast<std::uint64_t>(n);
    }
}

}  // namespace turngate
