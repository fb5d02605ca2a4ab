// The directory that a recording goes to.
#include "record/folder.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

#include "replay/golden_file.h"
#include <turngate/http/encoding.h>

namespace turngate::recording {
namespace {

[[noreturn]] void fail(int error, const std::string& path) {
    throw std::system_error(error, std::generic_category(), "cannot write into " + path);
}

void make_directories(const std::string& path) {
    for (std::size_t slash = path.find('/', 1);; slash = path.find('/', slash + 1)) {
        const std::string part = path.substr(0, slash);
        if (::mkdir(part.c_str(), 0700) != 0 && errno != EEXIST) {
            const int error = errno;
            struct stat facts {};
            if (::stat(part.c_str(), &facts) != 0) fail(error, path);
        }
        if (slash == std::string::npos) return;
    }
}

// The number in "0012-get.json"; 0 if there is none.
std::uint64_t number_of(std::string_view name) {
    std::uint64_t number = 0;
    const char* end = name.data() + name.size();
    const auto [rest, error] = std::from_chars(name.data(), end, number);
    const bool is_number = error == std::errc() && rest != end && *rest == '-' && number < 1u << 30;
    return is_number ? number : 0;
}

std::uint64_t highest_number(int directory, const std::string& path) {
    const int copy = ::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const std::unique_ptr<DIR, int (*)(DIR*)> entries(copy < 0 ? nullptr : ::fdopendir(copy),
                                                      ::closedir);
    if (!entries) fail(errno, path);
    std::uint64_t highest = 0;
    while (const dirent* entry = ::readdir(entries.get()))
        highest = std::max(highest, number_of(entry->d_name));
    return highest;
}

// Removes what it is told of, unless all went well.
class Undo {
  public:
    explicit Undo(int directory) : directory_(directory) {}
    Undo(const Undo&) = delete;
    Undo& operator=(const Undo&) = delete;
    ~Undo() {
        for (const std::string& name : names_)
            ::unlinkat(directory_, name.c_str(), 0);
    }
    void add(std::string name) { names_.push_back(std::move(name)); }
    void keep_all() noexcept { names_.clear(); }

  private:
    int directory_;
    std::vector<std::string> names_;
};

}  // namespace

Folder::Folder(std::string path) : path_(std::move(path)) {
    while (path_.size() > 1 && path_.ends_with('/'))
        path_.pop_back();
    if (path_.empty()) path_ = ".";
    make_directories(path_);
    directory_.reset(::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory_) fail(errno, path_);
    next_ = highest_number(directory_.get(), path_) + 1;
    ::unlinkat(directory_.get(), write_temporary("probe", "x").c_str(), 0);
}

std::string Folder::write_temporary(const std::string& name, std::string_view bytes) const {
    static std::atomic<unsigned> counter{0};
    std::string temporary;
    os::Fd file;
    do {  // what an earlier process of this number has left is passed over
        // Not an event to replay, for its name begins with a dot.
        temporary = '.' + name + '.' + std::to_string(::getpid()) + '-' +
                    std::to_string(counter++) + ".tmp";
        file.reset(::openat(directory_.get(), temporary.c_str(),
                            O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    } while (!file && errno == EEXIST);
    if (!file) fail(errno, path_);
    try {
        os::write_whole(file.get(), bytes);
    } catch (const std::system_error& e) {
        ::unlinkat(directory_.get(), temporary.c_str(), 0);
        fail(e.code().value(), path_);
    }
    return temporary;
}

// False if `to` is there already.
bool Folder::rename(const std::string& from, const std::string& to) const {
    const int fd = directory_.get();
    int done = ::renameat2(fd, from.c_str(), fd, to.c_str(), RENAME_NOREPLACE);
    if (done != 0 && (errno == EINVAL || errno == ENOSYS)) {  // not on every file system
        done = ::linkat(fd, from.c_str(), fd, to.c_str(), 0);
        if (done == 0) ::unlinkat(fd, from.c_str(), 0);
    }
    if (done == 0) return true;
    if (errno != EEXIST) fail(errno, path_);
    return false;
}

bool Folder::publish(const std::string& name, const Files& files) const {
    struct Part {
        std::string name;
        std::string_view bytes;
        std::string temporary = {};
    };
    std::vector<Part> parts;
    if (files.reply_body) parts.push_back({replay::side_path(name), *files.reply_body});
    parts.push_back({replay::golden_path(name), files.reply});
    parts.push_back({name, files.event});
    Undo undo(directory_.get());
    for (Part& part : parts)
        undo.add(part.temporary = write_temporary(part.name, part.bytes));
    for (const Part& part : parts) {
        if (!rename(part.temporary, part.name)) return false;
        undo.add(part.name);
    }
    undo.keep_all();
    return true;
}

std::string Folder::write(std::uint64_t number, std::string_view slug,
                          const std::function<Files(const std::string& name)>& make) {
    for (;; number = take_number()) {
        std::array<char, 24> digits;
        std::snprintf(digits.data(), digits.size(), "%04llu-",
                      static_cast<unsigned long long>(number));
        std::string name = digits.data();
        name.append(slug).append(".json");
        if (publish(name, make(name))) return path_ == "." ? name : path_ + '/' + name;
    }
}

std::string slug_of(std::string_view method, std::string_view path) {
    constexpr std::size_t longest = 48;
    std::string slug;
    const auto add = [&](std::string_view text) {
        for (char c : text) {
            if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
            const bool is_plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
            if (is_plain)
                slug += c;
            else if (!slug.ends_with('-') && !slug.empty())
                slug += '-';
        }
    };
    add(method);
    add("/");
    add(percent_decode(path));
    slug.resize(std::min(slug.size(), longest));
    while (slug.ends_with('-'))
        slug.pop_back();
    return slug.empty() ? "request" : slug;
}

}  // namespace turngate::recording
