// Golden files: where they are, and how they are replaced.
#include "replay/golden_file.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <iterator>
#include <memory>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "replay/gunzip.h"
#include "replay/printable.h"

namespace turngate::replay {
namespace {

[[noreturn]] void fail(const std::string& what, const std::string& path) {
    throw std::system_error(errno, std::generic_category(), what + " " + path);
}

// Where a symbolic link leads; `path` itself if it is none or leads nowhere.
std::string target_of(const std::string& path) {
    const std::unique_ptr<char, void (*)(void*)> real(::realpath(path.c_str(), nullptr), std::free);
    return real ? std::string(real.get()) : path;
}

std::string_view without(std::string_view path, std::string_view suffix) {
    return path.ends_with(suffix) ? path.substr(0, path.size() - suffix.size()) : path;
}

constexpr std::string_view temporary_ending = ".tmp";

// ".create.reply.json.4711-0.tmp" for "create.reply.json"
std::string temporary_for(const std::string& path) {
    static std::atomic<unsigned> counter{0};
    const auto slash = path.rfind('/') + 1;  // npos + 1 is 0
    return path.substr(0, slash) + '.' + path.substr(slash) + '.' + std::to_string(::getpid()) +
           '-' + std::to_string(counter++) + std::string(temporary_ending);
}

constexpr std::string_view line_endings[] = {".ndjson", ".jsonl"};
constexpr std::string_view har_ending = ".har";
constexpr std::string_view packed_ending = ".gz";

std::string_view unpacked(std::string_view path) {
    return without(path, packed_ending);
}

}  // namespace

std::string golden_path(std::string_view event_path) {
    event_path = unpacked(event_path);
    if (is_har(event_path))
        return std::string(event_path).append(".replies.ndjson");  // beside calls.ndjson's
    for (const std::string_view ending : line_endings)
        if (event_path.ends_with(ending))
            return std::string(without(event_path, ending)).append(".replies").append(ending);
    return std::string(without(event_path, ".json")) + ".reply.json";
}

std::string proposal_path(std::string_view event_path) {
    return golden_path(event_path) + ".new";
}

std::string side_path(std::string_view event_path) {
    return std::string(without(unpacked(event_path), ".json")) + ".reply.body";
}

bool is_companion(std::string_view path) noexcept {
    constexpr std::string_view endings[] = {".reply.json",    ".reply.body", ".replies.ndjson",
                                            ".replies.jsonl", ".new",        ".request.json"};
    path = unpacked(path);
    return std::any_of(std::begin(endings), std::end(endings),
                       [&](std::string_view ending) { return path.ends_with(ending); });
}

CompanionRefusal refuse_companion(std::string_view path) {
    if (path.ends_with(".new"))
        return {"a proposed reply, not an event",
                "accept it with turngate accept " + shell_word(path)};
    return {path.ends_with(".request.json") ? "a decoded request, not an event"
                                            : "an expected reply, not an event",
            "name the event beside it"};
}

bool has_event_lines(std::string_view path) noexcept {
    path = unpacked(path);
    return is_har(path) ||
           std::any_of(std::begin(line_endings), std::end(line_endings),
                       [&](std::string_view ending) { return path.ends_with(ending); });
}

bool is_har(std::string_view path) noexcept {
    return unpacked(path).ends_with(har_ending);
}

bool is_packed(std::string_view path) noexcept {
    return path.ends_with(packed_ending);
}

bool has_event_name(std::string_view path) noexcept {
    return unpacked(path).ends_with(".json") || has_event_lines(path);
}

bool is_replacement(std::string_view name, pid_t id) {
    if (!name.starts_with('.') || !name.ends_with(temporary_ending)) return false;
    const std::string_view numbers = name.substr(0, name.rfind('-') + 1);
    return numbers.ends_with('.' + std::to_string(id) + '-');
}

FileReplacement::FileReplacement(std::string path)
    : path_(target_of(path)), temporary_(temporary_for(path_)) {
    fd_.reset(::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (!fd_) fail("cannot write", path_);
    struct stat old {};
    if (::stat(path_.c_str(), &old) == 0 && ::fchmod(fd_.get(), old.st_mode & 07777) != 0)
        errno = 0;  // the mode of a new file will do
}

FileReplacement::~FileReplacement() {
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void FileReplacement::write(std::string_view bytes) {
    buffer_ += bytes;
    if (buffer_.size() < 64 * 1024) return;
    write_out(buffer_);
    buffer_.clear();
}

void FileReplacement::write_out(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t n = ::write(fd_.get(), bytes.data(), bytes.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) fail("cannot write", path_);
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
}

void FileReplacement::commit(bool durable) {
    write_out(buffer_);
    buffer_.clear();
    if (durable && ::fsync(fd_.get()) != 0) fail("cannot write", path_);
    fd_.reset();  // now, so that who watches the file sees it put in place and not written
    if (::rename(temporary_.c_str(), path_.c_str()) != 0) fail("cannot replace", path_);
    temporary_.clear();
    if (!durable) return;
    const auto slash = path_.rfind('/');
    const std::string directory = slash == std::string::npos ? "."
                                  : slash == 0               ? "/"
                                                             : path_.substr(0, slash);
    const os::Fd fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (fd) ::fsync(fd.get());  // some file systems refuse; the rename stands all the same
}

void write_file(const std::string& path, std::string_view bytes, bool durable) {
    FileReplacement file(path);
    file.write(bytes);
    file.commit(durable);
}

void GoldenWrite::write() const {
    if (side) write_file(side_path(event_path), *side);
    write_file(is_proposal ? proposal_path(event_path) : golden_path(event_path), json,
               !is_proposal);
    // An older proposal would put the golden back if it were accepted.
    if (!is_proposal) ::unlink(proposal_path(event_path).c_str());
}

// The C library begins with a capital.
std::string reason(int error) {
    std::string text = std::generic_category().message(error);
    if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z')
        text[0] = static_cast<char>(text[0] | 0x20);
    return text;
}

os::Fd open_file(const std::string& path) {
    os::Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (!fd) {
        if (errno == ENOENT || errno == ENOTDIR) return fd;
        fail("cannot read", path);
    }
    struct stat status {};
    if (::fstat(fd.get(), &status) != 0) fail("cannot read", path);
    if (!S_ISREG(status.st_mode)) throw FileProblem(path, "not a regular file");
    return fd;
}

bool read_file(const std::string& path, std::string& into, std::size_t limit) {
    const os::Fd fd = open_file(path);
    if (!fd) return false;
    struct stat status {};
    if (::fstat(fd.get(), &status) != 0) fail("cannot read", path);
    if (static_cast<std::uint64_t>(status.st_size) > limit)
        throw FileTooLarge(path, static_cast<std::uint64_t>(status.st_size), limit);
    into.resize(static_cast<std::size_t>(status.st_size) + 1);  // one more, to see it grow
    std::size_t got = 0;
    for (;;) {
        const ssize_t n = ::read(fd.get(), into.data() + got, into.size() - got);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) fail("cannot read", path);
        if (n == 0) break;
        got += static_cast<std::size_t>(n);
        if (got > limit) throw FileTooLarge(path, got, limit);
        if (got == into.size()) into.resize(got * 2);
    }
    into.resize(got);
    return true;
}

bool read_unpacked(const std::string& path, std::string& into, std::size_t limit) {
    if (!read_file(path, into, limit)) return false;
    if (!is_packed(path)) return true;
    try {
        into = gunzip(into, limit);
    } catch (const BadGzip& e) {
        throw FileProblem(path, e.what(), packed_hint);
    }
    return true;
}

}  // namespace turngate::replay
