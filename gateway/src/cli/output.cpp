#include "cli/output.h"

#include <cerrno>
#include <poll.h>
#include <system_error>
#include <unistd.h>

namespace turngate::cli {

Output& Output::write(std::string_view text) {
    constexpr std::size_t block = 64 * 1024;
    if (memory_) {
        memory_->append(text);
        return *this;
    }
    buffer_.append(text);
    if (buffer_.size() >= block || terminal_.is_terminal || fd_ == STDERR_FILENO) flush();
    return *this;
}

void Output::flush() {
    if (memory_) return;
    // Taken out first: what cannot be written is not tried again by the next flush.
    std::string bytes = std::exchange(buffer_, {});
    std::string_view rest = bytes;
    while (!rest.empty()) {
        ssize_t n = ::write(fd_, rest.data(), rest.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && errno == EAGAIN) {  // whoever shares the descriptor made it non-blocking
            pollfd ready{fd_, POLLOUT, 0};
            ::poll(&ready, 1, -1);
            continue;
        }
        if (n < 0 && fd_ == STDERR_FILENO) return;
        if (n < 0 && errno == EPIPE) throw ClosedPipe();
        if (n < 0)
            throw OutputFailure("cannot write " + name_ + ": " +
                                std::generic_category().message(errno));
        rest.remove_prefix(static_cast<std::size_t>(n));
    }
    bytes.clear();
    buffer_ = std::move(bytes);  // keeps the memory
}

}  // namespace turngate::cli
