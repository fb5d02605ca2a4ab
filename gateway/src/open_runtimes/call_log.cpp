#include "open_runtimes/call_log.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

#include <turngate/http/utf8.h>

namespace turngate {
namespace {

using Generation = RuntimeGeneration;

constexpr std::size_t longest_entry = 8000;
constexpr std::string_view cut = "... Log truncated due to size limit (8000 characters)";
// The executor reads 5 MiB of a file, and says where it has more; nobody sees the rest.
constexpr std::uint64_t largest_file = 5u << 20;
// Of v2 they go into a JSON text, of which the executor shows the last 8,000 characters or more.
constexpr std::size_t largest_text = 256 * 1024;
// Of v3 they go into a header, where each byte may become three.
constexpr std::size_t largest_header = 8 * 1024;
constexpr std::string_view left_out = "... Log truncated due to size limit: its beginning\n";

constexpr std::string_view rule =
    "----------------------------------------------------------------------------";

// The first bytes of an entry, no character of which is cut in two.
std::string_view beginning(std::string_view entry) noexcept {
    return entry.substr(0, whole_utf8(entry.substr(0, longest_entry)));
}

bool write_whole(int fd, std::string_view bytes) noexcept {
    while (!bytes.empty()) {
        const ssize_t size = ::write(fd, bytes.data(), bytes.size());
        if (size < 0 && errno == EINTR) continue;
        if (size <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(size));
    }
    return true;
}

}  // namespace

CallLog::CallLog(RuntimeGeneration generation)
    : generation_(generation), kind_(generation <= Generation::v1 ? Kind::none : Kind::memory) {}

CallLog::CallLog(RuntimeGeneration generation, const std::string& directory, std::string id)
    : generation_(generation),
      kind_(id.empty() ? Kind::dropped : Kind::files),
      directory_(&directory),
      id_(std::move(id)) {}

bool CallLog::log(Stream stream, std::string_view message) {
    const std::lock_guard lock(mutex_);
    if (is_closed_ || kind_ == Kind::none) return false;
    if (kind_ != Kind::dropped) append(stream, message);
    return true;
}

bool CallLog::print(Stream stream, std::string_view text) {
    const std::lock_guard lock(mutex_);
    if (is_closed_ || kind_ == Kind::none) return false;
    if (kind_ == Kind::dropped) return true;
    const bool has_streams = generation_ == Generation::v2;
    if (!has_streams) announce_native();
    if (text.ends_with('\n')) text.remove_suffix(1);
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        append(has_streams ? stream : Stream::out, text.substr(begin, end - begin));
        begin = end + 1;
    }
    return true;
}

void CallLog::announce_native() {
    if (std::exchange(has_native_, true)) return;
    if (generation_ == Generation::v3) {
        append(Stream::out, rule);
        append(Stream::out,
               "Unsupported logs detected. Use context.log() or context.error() for logging.");
        append(Stream::out, rule);
        return;
    }
    append(Stream::out,
           "Native logs detected. Use context.log() or context.error() for better experience.");
}

void CallLog::append(Stream stream, std::string_view entry) {
    Side& side = sides_[stream == Stream::out ? 0 : 1];
    try {
        if (entry.size() > longest_entry)
            write(side, std::string(beginning(entry)).append(cut));
        else
            write(side, entry);
    } catch (...) {  // no memory: an entry less
    }
}

void CallLog::write(Side& side, std::string_view entry) {
    if (kind_ == Kind::memory) {
        if (side.size > 0) side.text += '\n';
        side.text += entry;
        side.size += entry.size() + 1;
        if (side.text.size() > 2 * limit()) keep_end(side);  // now and then, for it is moved
        return;
    }
    if (side.has_failed || side.size > largest_file) return;
    if (!side.file) {
        const std::string path =
            *directory_ + '/' + id_ + (&side == &sides_[0] ? "_logs.log" : "_errors.log");
        // Nothing that somebody has put there in a file's place is to hold us up.
        side.file.reset(::open(path.c_str(),
                               O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK,
                               0666));
        side.has_failed = !side.file;
        if (side.has_failed) return;
    }
    std::string line(entry);
    line += '\n';
    side.has_failed = !write_whole(side.file.get(), line);
    side.size += line.size();
}

std::size_t CallLog::limit() const noexcept {
    return generation_ == Generation::v3 ? largest_header : largest_text;
}

// Why it failed is said last. No entry is so long that nothing would be left.
void CallLog::keep_end(Side& side) noexcept {
    if (side.text.size() <= limit()) return;
    const std::size_t room = limit() - left_out.size();
    const std::size_t begin = side.text.find('\n', side.text.size() - room - 1) + 1;
    side.text.replace(0, begin, left_out);
}

void CallLog::close() noexcept {
    const std::lock_guard lock(mutex_);
    is_closed_ = true;
    for (Side& side : sides_) {
        keep_end(side);
        side.file.reset();
    }
}

}  // namespace turngate
